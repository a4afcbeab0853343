/**
 * From a PNG's samples to opaque pixels: fewer than 8 bits are spread over the range, 16 are rounded to 8, and what
 * is transparent is blended over black, or its transparency ignored. Gamma and colour profiles are not applied: the
 * values are the pixels.
 */
import { BadImage } from "../bad_image.ts";
import type { PngChunks } from "./chunks.ts";
import { PNG_COLOUR } from "./header.ts";

/** The pixel in column `x` of the unfiltered row that begins at `row`, as 0xffRRGGBB. */
export type PixelAt = (data: Uint8Array, row: number, x: number) => number;

/** What becomes of transparency: `blend`: black is behind it; `ignore`: the colours are the pixels. */
export type Alpha = "blend" | "ignore";

/** Makes the function that reads pixels of this kind of picture. */
export function pixelReader(chunks: PngChunks, alphaUse: Alpha): PixelAt {
  const { header: { colour, depth } } = chunks;
  const transparency = alphaUse === "ignore" ? undefined : chunks.transparency;
  const over = alphaUse === "ignore" ? (value: number) => value : overBlack;
  switch (colour) {
    case PNG_COLOUR.palette:
      return paletteReader(chunks, transparency);
    case PNG_COLOUR.grey: {
      const clear = transparency ? sample16(transparency, 0) : -1;
      const read = sampleReader(depth);
      return (data, row, x) => {
        const value = read(data, row, x);
        return value === clear ? BLACK : grey(toByte(value, depth));
      };
    }
    case PNG_COLOUR.greyAlpha: {
      const read = sampleReader(depth);
      return (data, row, x) => {
        const alpha = toByte(read(data, row, 2 * x + 1), depth);
        return grey(over(toByte(read(data, row, 2 * x), depth), alpha));
      };
    }
    case PNG_COLOUR.rgb: {
      const read = sampleReader(depth);
      const [r, g, b] = [0, 2, 4].map((at) => transparency ? sample16(transparency, at) : -1);
      return (data, row, x) => {
        const [red, green, blue] = [
          read(data, row, 3 * x),
          read(data, row, 3 * x + 1),
          read(data, row, 3 * x + 2),
        ];
        if (red === r && green === g && blue === b) return BLACK;
        return pixel(toByte(red, depth), toByte(green, depth), toByte(blue, depth));
      };
    }
    case PNG_COLOUR.rgba: {
      const read = sampleReader(depth);
      return (data, row, x) => {
        const alpha = toByte(read(data, row, 4 * x + 3), depth);
        return pixel(
          over(toByte(read(data, row, 4 * x), depth), alpha),
          over(toByte(read(data, row, 4 * x + 1), depth), alpha),
          over(toByte(read(data, row, 4 * x + 2), depth), alpha),
        );
      };
    }
  }
}

const BLACK = 0xff000000;

function pixel(red: number, green: number, blue: number): number {
  return (0xff000000 | red << 16 | green << 8 | blue) >>> 0;
}

function grey(value: number): number {
  return pixel(value, value, value);
}

/** A colour of the given alpha over black. */
export function overBlack(value: number, alpha: number): number {
  return Math.round(value * alpha / 255);
}

function paletteReader(
  { header: { depth }, palette }: PngChunks,
  transparency: Uint8Array | undefined,
): PixelAt {
  if (!palette) throw new BadImage("The PNG file has no palette, PLTE");
  const colours = Uint32Array.from({ length: palette.length / 3 }, (_, i) => {
    const alpha = transparency?.[i] ?? 255;
    const [red, green, blue] = palette.subarray(i * 3, i * 3 + 3);
    return pixel(overBlack(red, alpha), overBlack(green, alpha), overBlack(blue, alpha));
  });
  const read = sampleReader(depth);
  return (data, row, x) => {
    const index = read(data, row, x);
    if (index < colours.length) return colours[index];
    throw new BadImage(`The PNG file uses colour ${index} of a palette of ${colours.length}`);
  };
}

/** Reads the sample with number `n` of a row. */
function sampleReader(depth: number): (data: Uint8Array, row: number, n: number) => number {
  if (depth === 8) return (data, row, n) => data[row + n];
  if (depth === 16) return (data, row, n) => sample16(data, row + 2 * n);
  // The leftmost pixel is in the highest bits.
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (data, row, n) => {
    const shift = 8 - depth * (n % perByte + 1);
    return data[row + Math.floor(n / perByte)] >> shift & mask;
  };
}

function sample16(data: Uint8Array, at: number): number {
  return data[at] << 8 | data[at + 1];
}

function toByte(value: number, depth: number): number {
  return depth === 8 ? value : Math.round(value * 255 / (2 ** depth - 1));
}
