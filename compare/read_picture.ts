/** From the bytes of a PNG or JPEG file to a picture. The file is told by its first bytes, whatever its name is. */
import { BadImage } from "../capture/images/bad_image.ts";
import { sniffFormat } from "../capture/images/image_header.ts";
import { checkSize, type ImageLimits } from "../capture/images/limits.ts";
import { readPngChunks } from "../capture/images/png/chunks.ts";
import { readRows } from "../capture/images/png/rows.ts";
import type { Picture } from "./picture.ts";
import { pictureOf } from "./png_samples.ts";

/**
 * 2^26 pixels are as many as a canvas may have; at 4 bytes each, 256 MiB. Pictures of 16 bits a sample are
 * limited to half as many.
 */
export const COMPARE_LIMITS: ImageLimits = {
  maxBytes: 256 * 2 ** 20,
  maxSide: 16_384,
  maxPixels: 2 ** 26,
  maxRawBytes: 4 * 2 ** 26 + 16_384,
};

/**
 * Reads a picture with all that is in it: transparency, what lies under it, 16 bits. A JPEG's orientation and both
 * formats' colour profiles are not applied.
 * @throws {BadImage} when it is neither PNG nor JPEG, damaged, or beyond the limits
 */
export async function readPicture(
  bytes: Uint8Array,
  limits: ImageLimits = COMPARE_LIMITS,
): Promise<Picture> {
  switch (sniffFormat(bytes)) {
    case "png":
      return readPngPicture(bytes, limits);
    case "jpeg": {
      // Its codec is a package of its own, which PNG does without.
      const { decodeJpeg } = await import("../capture/images/decode_jpeg.ts");
      const { width, height, bgrx } = await decodeJpeg(bytes, limits);
      return { width, height, depth: 8, samples: swapped(bgrx) };
    }
    case undefined:
      throw new BadImage("it is neither a PNG nor a JPEG file");
  }
}

function readPngPicture(bytes: Uint8Array, limits: ImageLimits): Picture {
  const chunks = readPngChunks(bytes);
  checkSize(chunks.header, limits);
  return pictureOf(chunks, readRows(chunks, limits.maxRawBytes));
}

/** B, G, R, 255 to R, G, B, 255, in place. */
function swapped(bgrx: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let i = 0; i < bgrx.length; i += 4) {
    const blue = bgrx[i];
    bgrx[i] = bgrx[i + 2];
    bgrx[i + 2] = blue;
    bgrx[i + 3] = 255;
  }
  return bgrx;
}
