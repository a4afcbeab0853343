/**
 * The Worker that decodes PNG and JPEG files of a child, one after the other, so that the capture Worker is not held up
 * by them, and whatever is in them harms nobody else. See file_decoder.ts for what it is sent.
 */
import { BadImage } from "../../images/bad_image.ts";
import { decodePng } from "../../images/png/decode_png.ts";
import type { DecodeReply, DecodeRequest } from "./file_decoder.ts";
import { FILE_LIMITS } from "./file_decoder.ts";

/** The worker's own global scope, as far as it is used (its types exclude those of `Window`). */
declare const self: {
  onmessage: ((event: MessageEvent<DecodeRequest>) => void) | null;
  postMessage(message: DecodeReply, transfer: Transferable[]): void;
};

self.postMessage({ ready: true }, []);

self.onmessage = async ({ data: { type, bytes } }) => {
  try {
    // Its library takes a while to load, and most children write PNG.
    const jpeg = type === "jpeg" ? await import("../../images/decode_jpeg.ts") : undefined;
    const { width, height, bgrx } = jpeg
      ? await jpeg.decodeJpeg(bytes, FILE_LIMITS)
      : decodePng(bytes, FILE_LIMITS);
    self.postMessage({ frame: { width, height, bgrx } }, [bgrx.buffer]);
  } catch (error) {
    if (!(error instanceof BadImage)) throw error;
    self.postMessage({ problem: error.message }, []);
  }
};
