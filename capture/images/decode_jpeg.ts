/** JPEG to pixels, by imagescript. */
import { Image } from "imagescript";
import { BadImage } from "./bad_image.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { checkSize, type ImageLimits } from "./limits.ts";
import type { Pixels } from "./pixels.ts";

/**
 * A block of 8×8 takes a bit at the very least. The decoder fills what is missing with grey: without this, a file of
 * some bytes would keep it busy for seconds.
 */
const MOST_PIXELS_PER_BYTE = 8 * 64;

/**
 * Decodes a JPEG with 1 or 3 channels, baseline or progressive. Its EXIF orientation is not applied.
 * @throws {BadImage} when it is damaged or beyond the limits; says what is wrong
 */
export async function decodeJpeg(bytes: Uint8Array, limits: ImageLimits): Promise<Pixels> {
  const { width, height } = readJpegHeader(bytes);
  checkSize({ width, height }, limits);
  if (bytes.length * MOST_PIXELS_PER_BYTE < width * height) {
    throw new BadImage(
      `The JPEG file says ${width}×${height} pixels and has ${bytes.length} bytes, too few for them`,
    );
  }
  const image = await decode(bytes);
  if (image.width !== width || image.height !== height) {
    throw new BadImage(
      `The JPEG file says ${width}×${height} pixels and holds ${image.width}×${image.height}`,
    );
  }
  const bgrx = new Uint8Array(image.bitmap);
  const pixels = new Uint32Array(bgrx.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const abgr = pixels[i];
    pixels[i] = abgr & 0xff00ff00 | (abgr & 0xff) << 16 | abgr >>> 16 & 0xff;
  }
  return { width, height, bgrx };
}

async function decode(bytes: Uint8Array): Promise<Image> {
  try {
    return await Image.decode(bytes);
  } catch {
    throw new BadImage("The JPEG file is damaged: its picture cannot be decoded");
  }
}
