/**
 * The Worker that encodes snapshots, one after the other. See `snapshot/encoder.ts` for what it is sent.
 */
import { Image, type JPEGQuality } from "imagescript";
import type { Picture } from "./deps.ts";
import { downscale } from "./snapshot/downscale.ts";
import type { EncodeReply, EncodeRequest, Variant } from "./snapshot/encoder.ts";

/** The worker's own global scope, as far as it is used (its types exclude those of `Window`). */
declare const self: {
  onmessage: ((event: MessageEvent<EncodeRequest>) => void) | null;
  postMessage(message: EncodeReply, transfer: Transferable[]): void;
};

/** zlib's level for PNG: on text and windows, 1 takes a fifth of the time of 6 for a tenth more bytes. */
const PNG_LEVEL = 1;

let tail: Promise<void> = Promise.resolve();

self.onmessage = ({ data }) => {
  tail = tail.then(() => answer(data));
};

async function answer({ id, picture, variant }: EncodeRequest): Promise<void> {
  try {
    const bytes = await encode(picture, variant);
    self.postMessage({ id, bytes }, [bytes.buffer]);
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error) }, []);
  }
}

async function encode(
  picture: Picture,
  { format, width, quality }: Variant,
): Promise<Uint8Array<ArrayBuffer>> {
  const height = Math.max(1, Math.round(picture.height * width / picture.width));
  const image = new Image(width, height);
  const same = width === picture.width;
  image.bitmap.set(same ? picture.rgba : downscale(picture.rgba, picture, { width, height }));
  const bytes = format === "jpg"
    ? await image.encodeJPEG(quality as JPEGQuality | undefined)
    : await image.encode(PNG_LEVEL, { creationTime: picture.time, software: "Patchcast" });
  // A copy, since what comes back may be a view into the codec's own memory, which cannot be transferred.
  return new Uint8Array(bytes);
}
