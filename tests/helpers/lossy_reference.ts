/**
 * The lossy block coder's decoder once more, written from docs/PROTOCOL.md ("Lossy block coder") alone: slow,
 * plain, and nothing shared with the kernels. Where the two differ, the page or the code is wrong.
 */
import type { Rect } from "../../capture/geometry.ts";
import { clip, differencesOf, levelsOf, stepOf } from "./lossy_reference_levels.ts";
import { cells, ReferenceBits } from "./reference_bits.ts";

type Plane = Int32Array;

const FULL_COLOUR_QUALITY = 85;
const CLEAR = { kind: "KEEP", vectors: [[0, 0], [0, 0], [0, 0], [0, 0]] } as const;

interface Block {
  kind: "KEEP" | "MOVED" | "NEW";
  vectors: readonly (readonly [number, number])[];
}

const TAPS = [
  [],
  [1, -5, 54, 17, -4, 1],
  [2, -10, 40, 40, -10, 2],
  [1, -4, 17, 54, -5, 1],
];
function median(a: number, b: number, c: number): number {
  return [a, b, c].sort((p, q) => p - q)[1];
}

function toPlanes(pixel: number): [number, number, number] {
  const [r, g, b] = [pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255];
  const co = r - b;
  const t = b + (co >> 1);
  const cg = g - t;
  return [t + (cg >> 1), co, cg];
}

function toPixel(y: number, co: number, cg: number): number {
  const t = y - (cg >> 1);
  const g = cg + t;
  const b = t - (co >> 1);
  return clip(0, 255, b + co) << 16 | clip(0, 255, g) << 8 | clip(0, 255, b);
}

function freshCells() {
  return {
    IS_CHANGED: cells(8),
    IS_NEW: cells(4),
    IS_SPLIT: cells(1),
    IS_CODED: cells(12),
    MODE: [cells(4), cells(4)],
    V_ZERO: cells(6),
    V_MORE: cells(6 * 32),
    V_FIRST: cells(2 * 32),
    V_REST: cells(32),
    V_NEGATIVE: cells(2),
    LAST: [cells(64), cells(64), cells(64)],
    PRESENT: cells(3 * 6 * 7),
    MORE: cells(3 * 3 * 7 * 16),
    FIRST: cells(3 * 16),
    REST: cells(16),
    SIGN: cells(1),
  };
}

/** Decodes patches one after the other onto `pixels` (0x00RRGGBB). */
export class LossyReference {
  readonly #pixels: Uint32Array;
  readonly #width: number;
  #cells = freshCells();
  #bits = new ReferenceBits(new Uint8Array(0));
  #quality = 1;
  #step = 1;

  constructor(pixels: Uint32Array, width: number) {
    this.#pixels = pixels;
    this.#width = width;
  }

  reset(): void {
    this.#cells = freshCells();
  }

  /** Returns whether the code's end is what it should be. */
  draw(code: Uint8Array, { x, y, w, h }: Rect): boolean {
    this.#quality = code[0];
    this.#step = stepOf(this.#quality);
    this.#bits = new ReferenceBits(code.subarray(1));
    const paddedWidth = Math.ceil(w / 16) * 16;
    const rows = Math.floor((Math.floor(1315840 / (paddedWidth + 64)) - 64) / 16) * 16;
    for (let top = 0; top < h; top += rows) {
      this.#band({ x, y: y + top, w, h: Math.min(rows, h - top) });
    }
    let end = 0;
    for (let i = 0; i < 8; i++) end = 2 * end + this.#bits.half();
    return end === 0xb4;
  }

  #band(band: Rect): void {
    new Band(this.#pixels, this.#width, band, this.#bits, this.#cells, this.#quality, this.#step)
      .draw();
  }
}

class Band {
  readonly #old: (plane: number, x: number, y: number) => number;
  readonly #blocks = new Map<string, Block>();
  /** Parts with differences, by plane and place in 8 pixels. */
  readonly #coded = new Set<string>();

  constructor(
    readonly pixels: Uint32Array,
    readonly width: number,
    readonly rect: Rect,
    readonly bits: ReferenceBits,
    readonly cells: ReturnType<typeof freshCells>,
    readonly quality: number,
    readonly step: number,
  ) {
    const { x, y, w, h } = rect;
    const before = pixels.slice();
    this.#old = (plane, column, row) =>
      toPlanes(before[(y + clip(0, h - 1, row)) * width + x + clip(0, w - 1, column)])[plane];
  }

  draw(): void {
    const { w, h } = this.rect;
    for (let row = 0; row * 16 < h; row++) {
      for (let column = 0; column * 16 < w; column++) this.#block(column, row);
    }
  }

  #at(column: number, row: number): Block {
    return this.#blocks.get(`${column} ${row}`) ?? CLEAR;
  }

  #block(column: number, row: number): void {
    const isLast = (column + 1) * 16 >= this.rect.w;
    const left = this.#at(column - 1, row);
    const up = this.#at(column, row - 1);
    const upright = isLast ? up : this.#at(column + 1, row - 1);
    const not = (block: Block) => Number(block.kind !== "KEEP");
    const isNew = (block: Block) => Number(block.kind === "NEW");
    const { IS_CHANGED, IS_NEW } = this.cells;
    if (!this.bits.bit(IS_CHANGED, not(left) + 2 * not(up) + 4 * not(upright))) return;
    const result: Plane[] = [0, 1, 2].map(() => new Int32Array(256));
    if (this.bits.bit(IS_NEW, isNew(left) + 2 * isNew(up))) {
      this.#blocks.set(`${column} ${row}`, { kind: "NEW", vectors: CLEAR.vectors });
      this.#drawNew(column, row, result);
    } else {
      const likely: [number, number] = [0, 0];
      const [a, b, c] = [left.vectors[1], up.vectors[2], upright.vectors[2]];
      for (const k of [0, 1]) likely[k] = row === 0 ? a[k] : median(a[k], b[k], c[k]);
      const distance = Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]);
      const spread = distance < 2 ? 0 : distance < 12 ? 1 : 2;
      const vectors = this.#vectors(column, row, likely, spread);
      this.#blocks.set(`${column} ${row}`, { kind: "MOVED", vectors });
      this.#drawMoved(column, row, vectors, result);
    }
    this.#show(column, row, result);
  }

  #show(column: number, row: number, result: Plane[]): void {
    const { x, y, w, h } = this.rect;
    for (let j = 0; j < 16 && row * 16 + j < h; j++) {
      for (let i = 0; i < 16 && column * 16 + i < w; i++) {
        const at = j * 16 + i;
        this.pixels[(y + row * 16 + j) * this.width + x + column * 16 + i] = toPixel(
          result[0][at],
          result[1][at],
          result[2][at],
        );
      }
    }
  }

  #vectors(column: number, row: number, likely: [number, number], spread: number) {
    const vectors: [number, number][] = [];
    const padded = [Math.ceil(this.rect.w / 16) * 16, Math.ceil(this.rect.h / 16) * 16];
    const split = this.bits.bit(this.cells.IS_SPLIT);
    for (let part = 0; part < (split ? 4 : 1); part++) {
      const from = part === 0 ? likely : vectors[0];
      const place = [column * 16 + (part & 1) * 8, row * 16 + (part >> 1) * 8];
      const vector = [0, 1].map((k) => {
        const moved = from[k] + this.#difference(k, spread);
        const inside = clip(4 * (-24 - place[k]), 4 * (padded[k] + 8 - place[k]), moved);
        return clip(-32768, 32767, inside);
      });
      vectors.push([vector[0], vector[1]]);
    }
    while (vectors.length < 4) vectors.push(vectors[0]);
    return vectors;
  }

  #difference(k: number, spread: number): number {
    const { V_ZERO, V_MORE, V_FIRST, V_REST, V_NEGATIVE } = this.cells;
    const context = k * 3 + spread;
    if (this.bits.bit(V_ZERO, context)) return 0;
    const size = this.bits.size(V_MORE, context * 32, 18, V_FIRST, k * 32, V_REST);
    return this.bits.bit(V_NEGATIVE, k) ? -size : size;
  }

  #drawMoved(
    column: number,
    row: number,
    vectors: readonly (readonly [number, number])[],
    result: Plane[],
  ): void {
    for (let plane = 0; plane < 3; plane++) {
      for (let j = 0; j < 16; j++) {
        for (let i = 0; i < 16; i++) {
          const [vx, vy] = vectors[(j >> 3) * 2 + (i >> 3)];
          const x = column * 16 + i + (vx >> 2);
          const y = row * 16 + j + (vy >> 2);
          result[plane][j * 16 + i] = this.#moved(plane, x, y, vx & 3, vy & 3);
        }
      }
      const half = plane > 0 && this.quality < FULL_COLOUR_QUALITY;
      for (let part = 0; part < (half ? 1 : 4); part++) {
        this.#addDifferences(plane, column, row, part, half, result[plane]);
      }
    }
  }

  #moved(plane: number, x: number, y: number, qx: number, qy: number): number {
    const low = plane === 0 ? 0 : -255;
    const filtered = (quarter: number, pixel: (offset: number) => number) => {
      if (quarter === 0) return pixel(0);
      const sum = TAPS[quarter].reduce((total, tap, i) => total + tap * pixel(i - 2), 32);
      return clip(low, 255, sum >> 6);
    };
    const across = (line: number) => filtered(qx, (offset) => this.#old(plane, x + offset, line));
    return filtered(qy, (offset) => across(y + offset));
  }

  #drawNew(column: number, row: number, result: Plane[]): void {
    for (let plane = 0; plane < 3; plane++) {
      const half = plane > 0 && this.quality < FULL_COLOUR_QUALITY;
      for (let part = 0; part < (half ? 1 : 4); part++) {
        this.#continue(plane, column, row, part, half ? 16 : 8, result[plane]);
        this.#addDifferences(plane, column, row, part, half, result[plane]);
      }
    }
  }

  #continue(plane: number, column: number, row: number, part: number, s: number, own: Plane): void {
    const { x, y, w, h } = this.rect;
    const px = (part & 1) * 8;
    const py = (part >> 1) * 8;
    const pixel = (i: number, j: number) => {
      if (i >= 0 && j >= 0) return own[j * 16 + i];
      const bx = Math.min(w - 1, column * 16 + i);
      const by = Math.min(h - 1, row * 16 + j);
      return toPlanes(this.pixels[(y + by) * this.width + x + bx])[plane];
    };
    const hasUp = row > 0 || py > 0;
    const hasLeft = column > 0 || px > 0;
    const steps = Array.from({ length: s }, (_, i) => i);
    const grey = plane === 0 ? 128 : 0;
    let A = hasUp ? steps.map((i) => pixel(px + i, py - 1)) : [];
    let L = hasLeft ? steps.map((j) => pixel(px - 1, py + j)) : [];
    let C = hasUp && hasLeft ? pixel(px - 1, py - 1) : grey;
    if (!hasUp) {
      A = steps.map(() => hasLeft ? L[0] : grey);
      C = A[0];
    }
    if (!hasLeft) {
      L = steps.map(() => A[0]);
      C = A[0];
    }
    const mode = this.bits.tree(this.cells.MODE[plane === 0 ? 0 : 1], 2);
    for (const j of steps) {
      for (const i of steps) {
        const smooth = (s - 1 - i) * L[j] + (i + 1) * A[s - 1] + (s - 1 - j) * A[i] +
          (j + 1) * L[s - 1] + s;
        own[(py + j) * 16 + px + i] = [
          Math.floor(smooth / (2 * s)),
          A[i],
          L[j],
          clip(plane === 0 ? 0 : -255, 255, L[j] + A[i] - C),
        ][mode];
      }
    }
  }

  #addDifferences(
    plane: number,
    column: number,
    row: number,
    part: number,
    half: boolean,
    own: Plane,
  ): void {
    const px = column * 2 + (part & 1);
    const py = row * 2 + (part >> 1);
    const coded = (x: number, y: number) => Number(this.#coded.has(`${plane} ${x} ${y}`));
    const context = plane * 4 + coded(px - 1, py) + 2 * coded(px, py - 1);
    if (!this.bits.bit(this.cells.IS_CODED, context)) return;
    const side = half ? 2 : 1;
    for (let j = 0; j < side; j++) {
      for (let i = 0; i < side; i++) this.#coded.add(`${plane} ${px + i} ${py + j}`);
    }
    const differences = differencesOf(plane, levelsOf(plane, this.bits, this.cells), this.step);
    for (let j = 0; j < 8 * side; j++) {
      for (let i = 0; i < 8 * side; i++) {
        const at = ((part >> 1) * 8 + j) * 16 + (part & 1) * 8 + i;
        const difference = differences[Math.floor(j / side)][Math.floor(i / side)];
        own[at] = clip(plane === 0 ? 0 : -255, 255, own[at] + difference);
      }
    }
  }
}
