/**
 * The tables of a baseline JPEG: quantisation and Huffman codes of ITU-T T.81, annex K, which every decoder knows best,
 * in the forms that the file and the coder (capture/kernels/assembly/jpeg_bits.ts) want.
 */

/** Table K.1, for Y: by rows. */
const LUMA = [
  ...[16, 11, 10, 16, 24, 40, 51, 61],
  ...[12, 12, 14, 19, 26, 58, 60, 55],
  ...[14, 13, 16, 24, 40, 57, 69, 56],
  ...[14, 17, 22, 29, 51, 87, 80, 62],
  ...[18, 22, 37, 56, 68, 109, 103, 77],
  ...[24, 35, 55, 64, 81, 104, 113, 92],
  ...[49, 64, 78, 87, 103, 121, 120, 101],
  ...[72, 92, 95, 98, 112, 100, 103, 99],
];

/** Table K.2, for Cb and Cr: 99 but for the low frequencies. */
const CHROMA = Array<number>(64).fill(99);
for (const [y, row] of [[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56], [47, 66]].entries()) {
  for (const [x, value] of row.entries()) CHROMA[y * 8 + x] = value;
}

/** The place by rows of each coefficient in zigzag order. */
const ZIGZAG: readonly number[] = zigzag();

/** What the transform of jpeg_transform.ts leaves out, for each row and column. */
const FACTORS = Array.from({ length: 8 }, (_, k) => {
  return k === 0 ? 1 : Math.cos(k * Math.PI / 16) * Math.SQRT2;
});
/** Samples are that much too large (jpeg_colour.ts). */
const SAMPLE_SCALE = 2 ** 14;

/** A Huffman table as files have it: how many codes of 1 to 16 bits there are, and their symbols in order. */
export interface HuffmanTable {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

const DC_SYMBOLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

/** Tables K.3 to K.6. */
export const HUFFMAN: Readonly<
  Record<"dcLuma" | "acLuma" | "dcChroma" | "acChroma", HuffmanTable>
> = {
  dcLuma: { counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  dcChroma: { counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], symbols: DC_SYMBOLS },
  acLuma: {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: bytes(
      "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a" +
        "25262728292a3435363738393a434445464748494a535455565758595a636465666768696a73747576777879" +
        "7a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9" +
        "cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    ),
  },
  acChroma: {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: bytes(
      "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f117" +
        "18191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778" +
        "797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7" +
        "c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
    ),
  },
};

/** Two quantisation tables by rows, each value 1 to 255. */
export interface QuantisationTables {
  readonly luma: readonly number[];
  readonly chroma: readonly number[];
}

/** The tables for a quality of 1 to 100, scaled as libjpeg does: so that a number means what it does elsewhere. */
export function quantisationFor(quality: number): QuantisationTables {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  const scaled = (value: number) =>
    Math.min(255, Math.max(1, Math.floor((value * percent + 50) / 100)));
  return { luma: LUMA.map(scaled), chroma: CHROMA.map(scaled) };
}

/** A quantisation table in the order of files. */
export function inZigzag(table: readonly number[]): number[] {
  return ZIGZAG.map((place) => table[place]);
}

/** The tables that the coder reads, as jpeg_bits.ts describes them. */
export function coderTables({ luma, chroma }: QuantisationTables): Uint8Array {
  const bytes = new Uint8Array(640 + 2 * 64 + 2 * 1024);
  const view = new DataView(bytes.buffer);
  for (const [component, table] of [luma, chroma].entries()) {
    for (const [place, divisor] of table.entries()) {
      const [row, column] = [place >> 3, place & 7];
      const factor = 1 / (divisor * FACTORS[row] * FACTORS[column] * 8 * SAMPLE_SCALE);
      view.setFloat32(component * 256 + transposed(place) * 4, factor, true);
    }
  }
  for (const [order, place] of ZIGZAG.entries()) {
    bytes[512 + transposed(place)] = order;
    bytes[576 + order] = transposed(place);
  }
  const { dcLuma, dcChroma, acLuma, acChroma } = HUFFMAN;
  const starts = [[640, dcLuma], [704, dcChroma], [768, acLuma], [1792, acChroma]] as const;
  for (const [start, table] of starts) {
    for (const [symbol, code] of codesOf(table)) view.setUint32(start + symbol * 4, code, true);
  }
  return bytes;
}

/** Each symbol's code as `bits << 8 | length` (annex C). */
function* codesOf({ counts, symbols }: HuffmanTable): Generator<[symbol: number, code: number]> {
  let code = 0;
  let next = 0;
  for (const [index, count] of counts.entries()) {
    for (let i = 0; i < count; i++) yield [symbols[next++], code++ << 8 | index + 1];
    code <<= 1;
  }
}

function transposed(place: number): number {
  return (place & 7) << 3 | place >> 3;
}

function zigzag(): number[] {
  const places = Array.from({ length: 64 }, (_, place) => place);
  const diagonal = (place: number) => (place >> 3) + (place & 7);
  // Upwards on even diagonals, downwards on odd ones.
  const along = (place: number) => diagonal(place) % 2 === 0 ? place & 7 : place >> 3;
  return places.sort((a, b) => diagonal(a) - diagonal(b) || along(a) - along(b));
}

function bytes(hex: string): number[] {
  return [...Uint8Array.fromHex(hex)];
}
