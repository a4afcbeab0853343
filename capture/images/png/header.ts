/**
 * The first chunk of a PNG file, IHDR: width u32, height u32, bit depth, colour type, compression, filter and
 * interlace method u8 (https://www.w3.org/TR/png-3/#11IHDR).
 */
import { BadImage } from "../bad_image.ts";

/** What IHDR says, checked. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits a sample, or of an index into the palette. */
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colour: PngColour;
  /** Adam7. */
  readonly interlaced: boolean;
}

/** The colour types by their number. */
export const PNG_COLOUR = { grey: 0, rgb: 2, palette: 3, greyAlpha: 4, rgba: 6 } as const;

/** The number of a colour type. */
export type PngColour = (typeof PNG_COLOUR)[keyof typeof PNG_COLOUR];

/** Samples a pixel and allowed depths by colour type. */
const KINDS: ReadonlyMap<number, { samples: number; depths: readonly number[] }> = new Map([
  [PNG_COLOUR.grey, { samples: 1, depths: [1, 2, 4, 8, 16] }],
  [PNG_COLOUR.rgb, { samples: 3, depths: [8, 16] }],
  [PNG_COLOUR.palette, { samples: 1, depths: [1, 2, 4, 8] }],
  [PNG_COLOUR.greyAlpha, { samples: 2, depths: [8, 16] }],
  [PNG_COLOUR.rgba, { samples: 4, depths: [8, 16] }],
]);

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The signature, then IHDR's length, name, 13 bytes and check sum. */
export const PNG_HEADER_BYTES = 8 + 8 + 13 + 4;
const IHDR = 0x49484452;
const MAX_DIMENSION = 2 ** 31 - 1;

/** True when the file begins like a PNG. */
export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** Bits of a pixel. */
export function bitsPerPixel({ colour, depth }: PngHeader): number {
  return (KINDS.get(colour)?.samples ?? 0) * depth;
}

/**
 * Reads IHDR. Its check sum is looked at with the others', see `readPngChunks`.
 * @throws {BadImage} when it is missing or says something that does not exist
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < PNG_HEADER_BYTES || view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) {
    throw new BadImage("The PNG file does not begin with its header, IHDR");
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, compression, filter, interlace] = bytes.subarray(24, 29);
  if (width > MAX_DIMENSION || height > MAX_DIMENSION) {
    throw new BadImage(`The PNG file has ${width}×${height} pixels, more than PNG allows`);
  }
  if (!KINDS.get(colour)?.depths.includes(depth)) {
    throw new BadImage(
      `The PNG file has colour type ${colour} with ${depth} bits: there is no such kind`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new BadImage("The PNG file has an unknown compression, filter or interlace method");
  }
  return {
    width,
    height,
    depth: depth as PngHeader["depth"],
    colour: colour as PngColour,
    interlaced: interlace === 1,
  };
}
