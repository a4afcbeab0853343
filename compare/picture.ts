/**
 * A picture as it is compared: R, G, B and alpha of every pixel, none of them blended or rounded. Every kind of PNG
 * goes into this form and comes back out of it unchanged, colours under a transparent pixel included.
 */
import { createHash } from "node:crypto";
import type { Size } from "../capture/geometry.ts";

/** Straight (not premultiplied) samples, rows without padding. */
export interface Picture extends Size {
  /** Bits of a sample: 16 where the file has 16, 8 for all others. */
  readonly depth: 8 | 16;
  /** R, G, B, A: `width * height * 4`, of the type that fits `depth`. */
  readonly samples: Samples;
}

export type Samples = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

/** The picture cannot be compared, restored or written; the message says why, for the person at the keyboard. */
export class CompareError extends Error {
  override name = "CompareError";
}

/** The largest value of a sample. */
export function maxOf(depth: Picture["depth"]): number {
  return depth === 16 ? 65535 : 255;
}

/** Room for a picture, all of it transparent black. */
export function emptySamples({ width, height }: Size, depth: Picture["depth"]): Samples {
  const length = width * height * 4;
  return depth === 16 ? new Uint16Array(length) : new Uint8Array(length);
}

/** What samples of one depth are multiplied by to become those of another: 255 × 257 is 65535. */
export function scaleTo(wide: boolean, { depth }: Pick<Picture, "depth">): number {
  return wide && depth === 8 ? 257 : 1;
}

/** Whether no pixel is transparent, not even partly. */
export function isOpaque({ depth, samples }: Picture): boolean {
  const opaque = maxOf(depth);
  for (let i = 3; i < samples.length; i += 4) if (samples[i] !== opaque) return false;
  return true;
}

/**
 * SHA-256 of what the picture shows: of width and height (u32, big-endian) and all samples, as 16 bits each
 * (little-endian) where 8 would lose something, else as 8. The file that it came from does not matter.
 */
export function digestOf(picture: Picture): Uint8Array<ArrayBuffer> {
  const size = new DataView(new ArrayBuffer(8));
  size.setUint32(0, picture.width);
  size.setUint32(4, picture.height);
  const samples = narrowed(picture);
  return new Uint8Array(
    createHash("sha256")
      .update(new Uint8Array(size.buffer))
      .update(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
      .digest(),
  );
}

/** The samples in 8 bits where that loses nothing. */
function narrowed({ depth, samples }: Picture): Samples {
  if (depth === 8 || samples.some((value) => value % 257 !== 0)) return samples;
  return Uint8Array.from(samples, (value) => value / 257);
}

/** Whether two digests are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
