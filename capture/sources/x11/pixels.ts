/**
 * From the server's pixels to BGRX.
 *
 * Nearly all servers have exactly that (depth 24 or 32, 32 bits a pixel) and the rows are copied as they
 * are. Others, 16-bit screens above all, are converted through one small table per channel.
 */
import type { RowRange } from "../../geometry.ts";
import { SourceLost } from "../../source.ts";
import { IMAGE, LSB_FIRST } from "./layouts.ts";

/** How the server stores a pixel. */
export interface PixelFormat {
  readonly depth: number;
  readonly bitsPerPixel: number;
  readonly littleEndian: boolean;
  readonly masks: { readonly red: number; readonly green: number; readonly blue: number };
}

/** Reads the format from an `XImage`; its own masks are empty where it shows a pixmap. */
export function formatOf(image: DataView, masks: PixelFormat["masks"]): PixelFormat {
  return {
    depth: image.getInt32(IMAGE.depth, true),
    bitsPerPixel: image.getInt32(IMAGE.bitsPerPixel, true),
    littleEndian: image.getInt32(IMAGE.byteOrder, true) === LSB_FIRST,
    masks,
  };
}

/** Rows in C's memory: the first one at `address`, the next `bytesPerLine` further on. */
export interface NativeRows {
  readonly address: bigint;
  readonly bytesPerLine: number;
}

/** Writes native rows to the rows `rows` of `frame`, a BGRX picture of `width` pixels a row. */
export type CopyRows = (
  from: NativeRows,
  frame: Uint8Array,
  width: number,
  rows: RowRange,
) => void;

/** Fills `target` with C's memory at `address`. */
export type ReadMemory = (address: bigint, target: Uint8Array) => void;

/**
 * The way to get BGRX out of `format`. Channels of more than 8 bits lose the low ones, those of fewer are
 * stretched to 0..255. Throws `SourceLost` for formats that are not little-endian TrueColor.
 */
export function copierFor(format: PixelFormat, read: ReadMemory): CopyRows {
  const { bitsPerPixel, littleEndian, masks } = format;
  const blue = channelOf(masks.blue);
  const green = channelOf(masks.green);
  const red = channelOf(masks.red);
  if (littleEndian && blue && green && red) {
    if (bitsPerPixel === 32 && isBgrx(masks)) return copier(read);
    if (bitsPerPixel === 16) return converter([blue, green, red], Uint16Array, read);
    if (bitsPerPixel === 32) return converter([blue, green, red], Uint32Array, read);
  }
  throw new SourceLost(`Cannot capture ${describe(format)}, wanted little-endian TrueColor`);
}

function isBgrx({ red, green, blue }: PixelFormat["masks"]): boolean {
  return red === 0xff0000 && green === 0xff00 && blue === 0xff;
}

/** BGRX to BGRX: one copy for all rows where neither side pads them. */
function copier(read: ReadMemory): CopyRows {
  return (from, frame, width, rows) => {
    const rowBytes = width * 4;
    const step = from.bytesPerLine === rowBytes ? rows.bottom - rows.top : 1;
    for (let top = rows.top; top < rows.bottom; top += step) {
      const address = from.address + BigInt((top - rows.top) * from.bytesPerLine);
      read(address, frame.subarray(top * rowBytes, (top + step) * rowBytes));
    }
  };
}

/** Any other order and width of channels; they come in the order of the frame's bytes. */
function converter(
  [blue, green, red]: readonly [Channel, Channel, Channel],
  Pixels: typeof Uint16Array | typeof Uint32Array,
  read: ReadMemory,
): CopyRows {
  let memory = new ArrayBuffer(0);
  return (from, frame, width, rows) => {
    const height = rows.bottom - rows.top;
    const bytes = from.bytesPerLine * height;
    if (memory.byteLength < bytes) memory = new ArrayBuffer(bytes);
    read(from.address, new Uint8Array(memory, 0, bytes));
    const pixels = new Pixels(memory, 0, bytes / Pixels.BYTES_PER_ELEMENT);
    const stride = from.bytesPerLine / Pixels.BYTES_PER_ELEMENT;
    let target = rows.top * width * 4;
    for (let y = 0; y < height; y++) {
      for (let i = y * stride, end = i + width; i < end; i++, target += 4) {
        const pixel = pixels[i];
        frame[target] = blue.table[(pixel >>> blue.shift) & blue.max];
        frame[target + 1] = green.table[(pixel >>> green.shift) & green.max];
        frame[target + 2] = red.table[(pixel >>> red.shift) & red.max];
      }
    }
  };
}

interface Channel {
  readonly shift: number;
  /** The channel's largest value. */
  readonly max: number;
  /** From its values to 0..255, to the nearest. */
  readonly table: Uint8Array;
}

/** The channel of a mask of 1 to 16 adjacent bits, or `undefined`. */
function channelOf(mask: number): Channel | undefined {
  if (mask === 0) return undefined;
  const shift = 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if ((max & (max + 1)) !== 0 || max > 0xffff) return undefined;
  return { shift, max, table: Uint8Array.from({ length: max + 1 }, (_, v) => v * 255 / max + 0.5) };
}

function describe({ depth, bitsPerPixel, littleEndian, masks }: PixelFormat): string {
  const hex = [masks.red, masks.green, masks.blue].map((mask) => `0x${mask.toString(16)}`);
  return `an X screen of depth ${depth} with ${bitsPerPixel} bits a pixel, masks ${
    hex.join(", ")
  }` +
    (littleEndian ? "" : ", big-endian");
}
