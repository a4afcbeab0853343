/**
 * The Worker that decodes pushed pictures, one after the other: what is hostile in them meets nothing else here, and
 * whoever owns the Worker can end it at any moment. See `decoder.ts` for what it is sent.
 */
import { createHash } from "node:crypto";
import { BadImage } from "../../capture/images/bad_image.ts";
import type { DecodeReply, DecodeRequest } from "./decoder.ts";
import { decodeJpeg } from "../../capture/images/decode_jpeg.ts";
import { sniffFormat } from "../../capture/images/image_header.ts";
import type { ImageLimits } from "../../capture/images/limits.ts";
import type { Pixels } from "../../capture/images/pixels.ts";
import { decodePng } from "../../capture/images/png/decode_png.ts";

/** The worker's own global scope, as far as it is used (its types exclude those of `Window`). */
declare const self: {
  onmessage: ((event: MessageEvent<DecodeRequest>) => void) | null;
  postMessage(message: DecodeReply, transfer: Transferable[]): void;
};

self.onmessage = async ({ data: { id, bytes, limits } }) => {
  try {
    const pixels = await decode(bytes, limits);
    const digest = createHash("sha256").update(pixels.bgrx).digest("hex");
    self.postMessage({ id, kind: "done", pixels, digest }, [pixels.bgrx.buffer]);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const kind = error instanceof BadImage ? "bad" : "fault";
    self.postMessage({ id, kind, message: error.message }, []);
  }
};

self.postMessage({ kind: "ready" }, []);

async function decode(bytes: Uint8Array, limits: ImageLimits): Promise<Pixels> {
  switch (sniffFormat(bytes)) {
    case "png":
      return decodePng(bytes, limits);
    case "jpeg":
      return await decodeJpeg(bytes, limits);
    case undefined:
      throw new BadImage("The body is neither a PNG nor a JPEG file");
  }
}
