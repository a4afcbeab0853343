/**
 * PNG to pixels, for files that nobody vouches for.
 *
 * Why not imagescript: its inflate refuses valid streams (those of pictures without repetitions, where a Huffman
 * tree for distances is empty; it fails on 40 % of the small noisy pictures that it encodes itself), inflates whatever
 * there is before it looks at the size, ignores check sums, and takes 41 ms for a 1080p screenshot.
 */
import { constants, inflateSync } from "node:zlib";
import { BadImage } from "../bad_image.ts";
import { checkSize, type ImageLimits } from "../limits.ts";
import type { Pixels } from "../pixels.ts";
import { type PngChunks, readPngChunks } from "./chunks.ts";
import { bitsPerPixel, PNG_COLOUR, type PngHeader } from "./header.ts";
import { overBlack, pixelReader } from "./pixels.ts";
import { unfilter } from "./unfilter.ts";

/** A picture, or one of the seven that an interlaced picture is sent as: every `dx`th column of every `dy`th row. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const WHOLE: readonly Pass[] = [{ x: 0, y: 0, dx: 1, dy: 1 }];
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/**
 * Decodes a PNG of any kind that the specification has; of an animated one, the still picture.
 * @throws {BadImage} when it is damaged or beyond the limits; says what is wrong
 */
export function decodePng(bytes: Uint8Array, limits: ImageLimits): Pixels {
  const chunks = readPngChunks(bytes);
  const { header } = chunks;
  checkSize(header, limits);
  const passes = (header.interlaced ? ADAM7 : WHOLE)
    .map((pass) => ({ ...pass, ...passSize(header, pass) }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const rawBytes = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
  if (rawBytes > limits.maxRawBytes) {
    throw new BadImage(
      `The PNG file has ${rawBytes} bytes of samples, wanted at most ${limits.maxRawBytes}: send 8 bits a channel`,
    );
  }
  const data = inflate(chunks.data, rawBytes);
  const { width, height } = header;
  const pixels = new Uint32Array(width * height);
  const pixelBytes = Math.max(1, bitsPerPixel(header) / 8);
  let start = 0;
  for (const pass of passes) {
    unfilter(data, start, pass.rows, pass.rowBytes, pixelBytes);
    draw(chunks, data, start, pass, pixels);
    start += pass.rows * (1 + pass.rowBytes);
  }
  return { width, height, bgrx: new Uint8Array(pixels.buffer) };
}

/** How many pixels a pass has, and the bytes of its rows. */
function passSize(header: PngHeader, { x, y, dx, dy }: Pass) {
  const columns = Math.ceil((header.width - x) / dx);
  const rows = Math.ceil((header.height - y) / dy);
  return { columns, rows, rowBytes: Math.ceil(columns * bitsPerPixel(header) / 8) };
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

/** Writes the pixels of a pass to their places. */
function draw(
  chunks: PngChunks,
  data: Uint8Array,
  start: number,
  pass: Pass & { columns: number; rows: number; rowBytes: number },
  pixels: Uint32Array,
): void {
  const { header: { width, colour, depth, interlaced }, transparency } = chunks;
  // Nearly all screenshots are one of these two.
  if (!interlaced && depth === 8 && colour === PNG_COLOUR.rgb && !transparency) {
    return drawRgb(data, start, pass.columns, pass.rows, pixels);
  }
  if (!interlaced && depth === 8 && colour === PNG_COLOUR.rgba) {
    return drawRgba(data, start, pass.columns, pass.rows, pixels);
  }
  const pixelAt = pixelReader(chunks);
  for (let row = 0; row < pass.rows; row++) {
    const from = start + row * (1 + pass.rowBytes) + 1;
    let at = (pass.y + row * pass.dy) * width + pass.x;
    for (let column = 0; column < pass.columns; column++, at += pass.dx) {
      pixels[at] = pixelAt(data, from, column);
    }
  }
}

function drawRgb(
  data: Uint8Array,
  start: number,
  columns: number,
  rows: number,
  pixels: Uint32Array,
): void {
  for (let row = 0, from = start, to = 0; row < rows; row++) {
    from++;
    for (const end = to + columns; to < end; to++, from += 3) {
      pixels[to] = 0xff000000 | data[from] << 16 | data[from + 1] << 8 | data[from + 2];
    }
  }
}

function drawRgba(
  data: Uint8Array,
  start: number,
  columns: number,
  rows: number,
  pixels: Uint32Array,
): void {
  for (let row = 0, from = start, to = 0; row < rows; row++) {
    from++;
    for (const end = to + columns; to < end; to++, from += 4) {
      const alpha = data[from + 3];
      pixels[to] = alpha === 255
        ? 0xff000000 | data[from] << 16 | data[from + 1] << 8 | data[from + 2]
        : 0xff000000 | overBlack(data[from], alpha) << 16 |
          overBlack(data[from + 1], alpha) << 8 | overBlack(data[from + 2], alpha);
    }
  }
}
