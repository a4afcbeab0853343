/**
 * A baseline JPEG file (ITU-T T.81, annex B; JFIF 1.02) put together from its restart intervals:
 *
 *     FFD8  FFE0 JFIF  FFDB tables  FFC0 size, components  FFC4 codes  FFDD interval  FFDA
 *     interval 0  FFD0  interval 1  FFD1 ... interval 8  FFD0 ...  FFD9
 */
import { HUFFMAN, inZigzag, type QuantisationTables } from "./tables.ts";

/** What the file's header says. */
export interface JpegHeader {
  /** Pixels, 1 to 65535. */
  readonly width: number;
  readonly height: number;
  /** Colours at half the resolution. */
  readonly averaged: boolean;
  readonly tables: QuantisationTables;
  /** MCUs in an interval. */
  readonly interval: number;
}

/** Everything before the first interval. */
export function jpegHeader(header: JpegHeader): Uint8Array {
  const { width, height, averaged, tables, interval } = header;
  const { dcLuma, acLuma, dcChroma, acChroma } = HUFFMAN;
  const codes = [[0x00, dcLuma], [0x10, acLuma], [0x01, dcChroma], [0x11, acChroma]] as const;
  const sampling = averaged ? 0x22 : 0x11;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    // "JFIF", version 1.2, pixels are square, no thumbnail.
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xdb, [0, ...inZigzag(tables.luma), 1, ...inZigzag(tables.chroma)]),
    ...segment(0xc0, [
      8,
      ...word(height),
      ...word(width),
      3,
      1,
      sampling,
      0,
      2,
      0x11,
      1,
      3,
      0x11,
      1,
    ]),
    ...segment(0xc4, codes.flatMap(([id, { counts, symbols }]) => [id, ...counts, ...symbols])),
    ...segment(0xdd, word(interval)),
    ...segment(0xda, [3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]),
  ]);
}

/** The file. @param intervals at least one */
export function jpegFile(
  header: Uint8Array,
  intervals: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const size = intervals.reduce((sum, { length }) => sum + length + 2, header.length);
  const file = new Uint8Array(size);
  file.set(header);
  let at = header.length;
  for (const [index, bytes] of intervals.entries()) {
    file.set(bytes, at);
    at += bytes.length;
    file[at++] = 0xff;
    file[at++] = index + 1 < intervals.length ? 0xd0 + index % 8 : 0xd9;
  }
  return file;
}

function segment(marker: number, content: readonly number[]): number[] {
  return [0xff, marker, ...word(content.length + 2), ...content];
}

function word(value: number): [number, number] {
  return [value >> 8, value & 255];
}
