/**
 * From a PNG's chunks to its rows: inflated, and with the filters undone. What the samples in them mean is the
 * caller's business (`pixels.ts`, or whoever wants them as they are).
 */
import { constants, inflateSync } from "node:zlib";
import { BadImage } from "../bad_image.ts";
import type { PngChunks } from "./chunks.ts";
import { bitsPerPixel, type PngHeader } from "./header.ts";
import { unfilter } from "./unfilter.ts";

/**
 * A picture, or one of the seven that an interlaced picture is sent as: every `dx`th column of every `dy`th row,
 * from column `x` and row `y` on.
 */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  /** How many pixels a row has, and how many rows there are; at least 1 each. */
  readonly columns: number;
  readonly rows: number;
  /** Bytes of a row, without the filter's number in front. */
  readonly rowBytes: number;
}

/** All rows of a picture, pass by pass. */
export interface PngRows {
  /** Each row: the number of the filter that it had, then its bytes. */
  readonly data: Uint8Array;
  readonly passes: readonly Pass[];
}

const WHOLE = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const ADAM7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** The passes that have pixels. */
export function passesOf(header: PngHeader): Pass[] {
  const { width, height, interlaced } = header;
  return (interlaced ? ADAM7 : WHOLE).map((pass) => {
    const columns = Math.ceil((width - pass.x) / pass.dx);
    const rows = Math.ceil((height - pass.y) / pass.dy);
    return { ...pass, columns, rows, rowBytes: Math.ceil(columns * bitsPerPixel(header) / 8) };
  }).filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/**
 * Reads the rows of a picture whose size was checked.
 * @param maxRawBytes what the rows may take; looked at before anything is inflated
 * @throws {BadImage} when they are damaged or take more
 */
export function readRows({ header, data: pieces }: PngChunks, maxRawBytes: number): PngRows {
  const passes = passesOf(header);
  const rawBytes = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  if (rawBytes > maxRawBytes) {
    throw new BadImage(
      `The PNG file has ${rawBytes} bytes of samples, wanted at most ${maxRawBytes}: send 8 bits a channel`,
    );
  }
  const data = inflate(pieces, rawBytes);
  const pixelBytes = Math.max(1, bitsPerPixel(header) / 8);
  let start = 0;
  for (const { rows, rowBytes } of passes) {
    unfilter(data, start, rows, rowBytes, pixelBytes);
    start += rows * (1 + rowBytes);
  }
  return { data, passes };
}

/** Inflates to exactly `wanted` bytes; a stream that holds more is stopped there. */
function inflate(pieces: readonly Uint8Array[], wanted: number): Uint8Array {
  let data: Uint8Array;
  try {
    // The end may be missing: what matters is that all rows are there.
    const finishFlush = constants.Z_SYNC_FLUSH;
    data = inflateSync(joined(pieces), { maxOutputLength: wanted, finishFlush });
  } catch (error) {
    if (error instanceof RangeError) {
      throw new BadImage(`The PNG file holds more than the ${wanted} bytes that its size needs`);
    }
    throw new BadImage("The PNG file is damaged: its data cannot be inflated");
  }
  if (data.length !== wanted) {
    throw new BadImage(`The PNG file holds ${data.length} bytes, its size needs ${wanted}`);
  }
  return data;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
