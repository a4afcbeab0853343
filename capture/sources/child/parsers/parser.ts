/**
 * What all parsers of a child's stdout have in common: bytes go in, cut anywhere; whole pictures come out.
 */
import type { Size } from "../../../geometry.ts";

/** Bytes of a pixel in the order in which they stand; rows without padding. */
export type PackedLayout = "bgrx" | "rgbx" | "bgr24" | "rgb24" | "grey" | "grey_alpha";

/** How many columns and rows of pixels share one sample of colour; `mono` has none. */
export type Chroma = "420" | "422" | "444" | "mono";

/** A whole picture as the child wrote it. */
export type WrittenPicture =
  | { readonly kind: "packed"; readonly layout: PackedLayout; readonly bytes: Bytes } & Size
  /** Y, then Cb and Cr, each a plane. */
  | {
    readonly kind: "planar";
    readonly chroma: Chroma;
    /** 0 to 255 instead of 16 to 235 (colours: 240). */
    readonly fullRange: boolean;
    readonly bytes: Bytes;
  } & Size
  /** To be decoded. */
  | { readonly kind: "file"; readonly type: "png" | "jpeg"; readonly bytes: Bytes };

export type Bytes = Uint8Array<ArrayBuffer>;

/** Takes a picture over, bytes included. */
export type TakePicture = (picture: WrittenPicture) => void;

export interface FrameParser {
  /**
   * Takes the next bytes of the stream, any number of them, and hands over the pictures that they complete.
   * @throws {BadFrames} when they are not what they should be; it cannot go on then
   */
  feed(bytes: Uint8Array): void;
  /** True where a stream may end: not within a picture. */
  readonly isBetween: boolean;
}

/** The child writes something else than pictures; the message says what, and what was wanted. */
export class BadFrames extends Error {
  override name = "BadFrames";
}

/** No decoder of the protocol takes more. */
const MAX_SIDE = 16_384;
const MAX_PIXELS = 2 ** 26;
/** A compressed picture: 2^26 pixels of noise fit in as PNG with a palette, or as any JPEG. */
export const MAX_FILE_BYTES = 64 * 2 ** 20;
/** A header that announces a picture; a longer one is none. */
export const MAX_HEADER_BYTES = 256;

/**
 * To be called before anything of this size is allocated.
 * @throws {BadFrames} when no picture may have it
 */
export function checkPictureSize({ width, height }: Size): void {
  const fits = width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE &&
    width * height <= MAX_PIXELS;
  if (fits) return;
  throw new BadFrames(
    `got a picture of ${width}×${height} pixels, wanted 1 to ${MAX_SIDE} a side and at most 2^26 in all`,
  );
}

/** The first bytes of something for people: as text where they are, else in hexadecimals. */
export function quote(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 12);
  const isText = start.every((byte) => byte >= 0x20 && byte < 0x7f || [9, 10, 13].includes(byte));
  if (isText) return JSON.stringify(String.fromCharCode(...start));
  return Array.from(start, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
