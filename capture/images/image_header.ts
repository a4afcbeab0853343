/**
 * What a picture says about itself: its format and size, from its first bytes, before anything is decoded.
 */
import type { Size } from "../geometry.ts";
import { BadImage } from "./bad_image.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { checkSize, type ImageLimits } from "./limits.ts";
import { isPng, readPngHeader } from "./png/header.ts";

/** A format that is accepted. */
export type ImageFormat = "png" | "jpeg";

/** What was read; the size is within the limits. */
export interface ImageHeader extends Size {
  readonly format: ImageFormat;
}

/** The format that the first bytes tell, whatever the sender called it; `undefined` for any other. */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (isPng(bytes)) return "png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "jpeg";
  return undefined;
}

/**
 * Reads format and size.
 * @throws {BadImage} when it is neither PNG nor JPEG, of a kind that is not supported, or too large
 */
export function readImageHeader(bytes: Uint8Array, limits: ImageLimits): ImageHeader {
  const format = sniffFormat(bytes);
  if (format === undefined) throw new BadImage("The body is neither a PNG nor a JPEG file");
  const { width, height } = format === "png" ? readPngHeader(bytes) : readJpegHeader(bytes);
  checkSize({ width, height }, limits);
  return { format, width, height };
}
