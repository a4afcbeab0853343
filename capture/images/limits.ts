/**
 * The limits for pictures from elsewhere. All are checked before anything of the size in question is allocated.
 */
import type { Size } from "../geometry.ts";
import { BadImage } from "./bad_image.ts";

/** Limits of one picture. */
export interface ImageLimits {
  /** Bytes of the file. */
  readonly maxBytes: number;
  /** Pixels a side. */
  readonly maxSide: number;
  /** Pixels in all. */
  readonly maxPixels: number;
  /** Bytes that a PNG's data may inflate to. */
  readonly maxRawBytes: number;
}

/**
 * 2^25 pixels hold an 8K screen (7680 × 4320); at 4 bytes each, 128 MiB decoded. The raw data of a PNG may be a
 * little more, for 8-bit colour with alpha and the filter byte of each row; 16-bit pictures are thus limited to half
 * as many pixels.
 */
export const IMAGE_LIMITS: ImageLimits = {
  maxBytes: 32 * 2 ** 20,
  maxSide: 16_384,
  maxPixels: 2 ** 25,
  maxRawBytes: 4 * 2 ** 25 + 16_384,
};

/** @throws {BadImage} when a picture of this size is not accepted */
export function checkSize({ width, height }: Size, limits: ImageLimits): void {
  const { maxSide, maxPixels } = limits;
  if (width === 0 || height === 0) {
    throw new BadImage(`The picture has ${width}×${height} pixels, wanted at least 1×1`);
  }
  if (width <= maxSide && height <= maxSide && width * height <= maxPixels) return;
  throw new BadImage(
    `The picture has ${width}×${height} pixels, wanted at most ${maxSide} a side and ${maxPixels} in all`,
  );
}
