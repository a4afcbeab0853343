/** The picture of what was grabbed: one monitor or window, or all monitors where they lie. */
import { Buffer } from "node:buffer";
import type { RowRange, Size } from "../../geometry.ts";
import { SourceLost } from "../../source.ts";
import type { Grabbable, Shot } from "./library.ts";

export interface Picture extends Size {
  /** 0xAABBGGRR of each pixel, row by row. */
  readonly rgba: Uint32Array<ArrayBuffer>;
  /** Where on the desktop its top left corner lies, pixels. */
  readonly origin: { readonly x: number; readonly y: number };
}

/** Larger ones no viewer could show; see docs/PROTOCOL.md, "Conventions". */
const MAX_PIXELS = 2 ** 26;

/** Something that was grabbed, where it lay. */
export interface Grabbed extends Size {
  readonly rgba: Uint32Array<ArrayBuffer>;
  /** In the operating system's units, `units` of which are its width. */
  readonly x: number;
  readonly y: number;
  readonly units: number;
}

/** Throws when what was grabbed has gone since. */
export function grabbedOf(shot: Shot, from: Grabbable): Grabbed {
  const { width, height } = shot;
  const bytes = shot.toRawSync();
  if (bytes.length !== width * height * 4) {
    throw new RangeError(`${bytes.length} bytes came for ${width}×${height} pixels`);
  }
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const rgba = new Uint32Array(aligned.buffer, aligned.byteOffset, width * height);
  return { width, height, rgba, x: from.x(), y: from.y(), units: Math.max(1, from.width()) };
}

/**
 * Puts together what was grabbed, at least one thing. Where their pixels are of different sizes, places count in the
 * smallest ones, so that nothing overlaps; what lies between them is black.
 * @param corner where the desktop begins, in the operating system's units
 * @throws {SourceLost} when it would have more than 2^26 pixels
 */
export function pictureOf(
  grabbed: readonly Grabbed[],
  corner: { readonly x: number; readonly y: number },
): Picture {
  const scale = Math.max(...grabbed.map(({ width, units }) => width / units));
  const place = ({ x, y }: { x: number; y: number }) => ({
    x: Math.round((x - corner.x) * scale),
    y: Math.round((y - corner.y) * scale),
  });
  if (grabbed.length === 1) {
    const [{ width, height, rgba }] = grabbed;
    return { width, height, rgba, origin: place(grabbed[0]) };
  }
  const parts = grabbed.map((part) => ({ ...part, ...place(part) }));
  const left = Math.min(...parts.map(({ x }) => x));
  const top = Math.min(...parts.map(({ y }) => y));
  const width = Math.max(...parts.map((part) => part.x + part.width)) - left;
  const height = Math.max(...parts.map((part) => part.y + part.height)) - top;
  if (width * height > MAX_PIXELS) {
    throw new SourceLost(`Cannot capture ${width}×${height} pixels: wanted at most 2^26`);
  }
  const rgba = new Uint32Array(width * height);
  for (const part of parts) {
    for (let row = 0; row < part.height; row++) {
      const start = row * part.width;
      const to = (part.y - top + row) * width + part.x - left;
      rgba.set(part.rgba.subarray(start, start + part.width), to);
    }
  }
  return { width, height, rgba, origin: { x: left, y: top } };
}

/** Whether two pictures show the same, at the same place. */
export function samePicture(a: Picture, b: Picture): boolean {
  return a.width === b.width && a.height === b.height &&
    a.origin.x === b.origin.x && a.origin.y === b.origin.y &&
    bytesOf(a.rgba).equals(bytesOf(b.rgba));
}

/** For its comparison, which is libc's. */
function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array<ArrayBuffer>): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/**
 * Copies rows of a picture into `frame`, a whole one in BGRX.
 * @throws {RangeError} when the frame's length or the rows are not the picture's
 */
export function copyRows(
  { width, height, rgba }: Picture,
  frame: Uint8Array,
  { top, bottom }: RowRange,
): void {
  if (frame.length !== width * height * 4) {
    throw new RangeError(
      `Cannot grab: got a frame of ${frame.length} bytes, wanted ${width * height * 4}`,
    );
  }
  if (!(top >= 0 && top <= bottom && bottom <= height)) {
    throw new RangeError(`Cannot grab: got rows ${top} to ${bottom}, wanted 0 to ${height}`);
  }
  const bgrx = new Uint32Array(frame.buffer, frame.byteOffset, width * height);
  for (let i = top * width; i < bottom * width; i++) {
    const pixel = rgba[i];
    bgrx[i] = (pixel & 0xff) << 16 | (pixel & 0xff00) | (pixel >>> 16 & 0xff);
  }
}
