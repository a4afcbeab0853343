/** The second half of lossy_reference.ts: levels, and what differences they stand for. */
import type { ReferenceBits } from "./reference_bits.ts";

/** The cells that levels are coded with. */
export interface LevelCells {
  readonly LAST: readonly Uint32Array[];
  readonly PRESENT: Uint32Array;
  readonly MORE: Uint32Array;
  readonly FIRST: Uint32Array;
  readonly REST: Uint32Array;
  readonly SIGN: Uint32Array;
}

const M = [
  [64, 64, 64, 64, 64, 64, 64, 64],
  [89, 75, 50, 18, -18, -50, -75, -89],
  [83, 36, -36, -83, -83, -36, 36, 83],
  [75, -18, -89, -50, 50, 89, 18, -75],
  [64, -64, -64, 64, 64, -64, -64, 64],
  [50, -89, 18, 75, -75, -18, 89, -50],
  [36, -83, 83, -36, -36, 83, -83, 36],
  [18, -50, 75, -89, 89, -75, 50, -18],
];
const R = [128, 134, 140, 146, 152, 159, 166, 173, 181, 189, 197, 206, 215, 225, 235, 245];
const ORDER = zigzag();

function zigzag(): [number, number][] {
  const order: [number, number][] = [];
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    for (let i = 0; i <= diagonal; i++) {
      const [u, v] = diagonal % 2 === 0 ? [i, diagonal - i] : [diagonal - i, i];
      if (u < 8 && v < 8) order.push([u, v]);
    }
  }
  return order;
}

/** `value`, at least `low`, at most `high`. */
export function clip(low: number, high: number, value: number): number {
  return Math.max(low, Math.min(high, value));
}

function bits(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n);
}

/** The plain step of a quality. */
export function stepOf(quality: number): number {
  const z = 100 - quality;
  return (R[z & 15] << (z >> 4)) >> 4;
}

/** Decodes the levels of an 8 × 8, `[v][u]`, with two more columns and rows of zeros. */
export function levelsOf(
  plane: number,
  from: ReferenceBits,
  cells: LevelCells,
): number[][] {
  const { LAST, PRESENT, MORE, FIRST, REST, SIGN } = cells;
  const levels = Array.from({ length: 10 }, () => new Array<number>(10).fill(0));
  const last = from.tree(LAST[plane], 6);
  for (let i = last; i >= 0; i--) {
    const [u, v] = ORDER[i];
    const neighbours = [[1, 0], [0, 1], [1, 1], [2, 0], [0, 2]]
      .map(([du, dv]) => Math.abs(levels[v + dv][u + du]));
    const sum = neighbours.reduce((a, b) => a + b);
    const small = Math.min(6, neighbours.reduce((a, b) => a + Math.min(b, 2), 0));
    const zone = u + v < 4 ? u + v : u + v < 6 ? 4 : 5;
    if (i !== last && !from.bit(PRESENT, (plane * 6 + zone) * 7 + small)) continue;
    const near = sum < 3 ? sum : Math.min(6, bits(sum - 1) + 1);
    const context = ((plane * 3 + Math.min(zone, 2)) * 7 + near) * 16;
    const size = from.size(MORE, context, 14, FIRST, plane * 16, REST);
    levels[v][u] = from.bit(SIGN) ? -size : size;
  }
  return levels;
}

/** The 8 × 8 differences, row by row, that levels stand for. */
export function differencesOf(plane: number, levels: number[][], step: number): number[][] {
  const clip16 = (value: number) => clip(-32768, 32767, value);
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const back = (c: number[], shift: number) =>
    eight.map((i) =>
      clip16((c.reduce((sum, value, k) => sum + value * M[k][i], 0) + 2 ** (shift - 1)) >> shift)
    );
  const coefficients = eight.map((v) =>
    eight.map((u) => clip16(levels[v][u] * ((step * (14 + u + v)) >> (plane === 0 ? 4 : 3))))
  );
  const columns = eight.map((u) => back(eight.map((v) => coefficients[v][u]), 7));
  return eight.map((v) => back(eight.map((u) => columns[u][v]), 11));
}
