/** From a picture to the bytes of a PNG file that has exactly its samples. */
import { crc32, deflateSync } from "node:zlib";
import { concat } from "../capture/messages.ts";
import { isOpaque, type Picture } from "./picture.ts";

/** A chunk that a PNG gets besides its picture. */
export interface ExtraChunk {
  /** Four letters. */
  readonly name: string;
  readonly content: Uint8Array;
}

export interface PngOptions {
  /** Alpha even where all is opaque; default only where it is needed. */
  readonly alpha?: boolean;
  /** zlib's, 0 to 9; default 6. */
  readonly level?: number;
  /** In front of the picture's data, in this order. */
  readonly extra?: readonly ExtraChunk[];
}

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Encodes RGB, or RGBA where something is transparent, with as many bits as the picture has. */
export function writePng(picture: Picture, options: PngOptions = {}): Uint8Array<ArrayBuffer> {
  const { extra = [], level = 6 } = options;
  const alpha = options.alpha || !isOpaque(picture);
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, picture.width);
  view.setUint32(4, picture.height);
  header.set([picture.depth, alpha ? 6 : 2], 8);
  return concat([
    PNG_SIGNATURE,
    pngChunk("IHDR", header),
    ...extra.map(({ name, content }) => pngChunk(name, content)),
    pngChunk("IDAT", deflateSync(rowsOf(picture, alpha ? 4 : 3), { level, memLevel: 9 })),
    pngChunk("IEND", new Uint8Array()),
  ]);
}

/** Length, name, content and check sum. */
export function pngChunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  new TextEncoder().encodeInto(name, bytes.subarray(4));
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

/** Each row: filter 0, then its samples, those of 16 bits with the high byte first. */
function rowsOf({ width, height, depth, samples }: Picture, channels: 3 | 4): Uint8Array {
  const rows = new Uint8Array(height * (1 + width * channels * (depth / 8)));
  let to = 0;
  for (let y = 0, from = 0; y < height; y++) {
    to++;
    for (let x = 0; x < width; x++, from += 4) {
      for (let i = from; i < from + channels; i++) {
        if (depth === 16) rows[to++] = samples[i] >> 8;
        rows[to++] = samples[i];
      }
    }
  }
  return rows;
}
