/**
 * The context coder's decoder once more, written from docs/PROTOCOL.md ("Context coder") alone: slow, plain, and
 * nothing shared with the kernels. Where the two differ, the page or the code is wrong.
 */
import type { Rect } from "../../capture/geometry.ts";
import { cells, ReferenceBits } from "./reference_bits.ts";

const MIN_RUN = 4;

function mix(h: number, v: number): number {
  const x = (h ^ v) >>> 0;
  return Math.imul((x << 13 | x >>> 19) >>> 0, 0x9e3779b1) >>> 0;
}

function log2(n: number): number {
  return 31 - Math.clz32(n);
}

function medianOf(a: number, b: number, c: number): number {
  if (c >= Math.max(a, b)) return Math.min(a, b);
  return c <= Math.min(a, b) ? Math.max(a, b) : a + b - c;
}

/** What a table knows of the place, and the entry to learn. */
interface Entry {
  readonly table: Uint32Array;
  readonly slot: number;
  readonly check: number;
  readonly colour: number;
  readonly confidence: number;
  readonly known: boolean;
}

function entryOf(table: Uint32Array, bits: number, hash: number): Entry {
  const slot = hash >>> (32 - bits);
  const value = table[slot];
  const check = hash & 15;
  const known = value >>> 28 === check;
  return { table, slot, check, colour: value & 0xffffff, confidence: value >>> 24 & 15, known };
}

function learn({ table, slot, check, colour, confidence, known }: Entry, actual: number): void {
  const set = (c: number, sure: number, mark: number) =>
    table[slot] = (mark << 28 | sure << 24 | c) >>> 0;
  const markBefore = table[slot] >>> 28;
  if (!known) {
    if (confidence > 1) set(colour, confidence - 1, markBefore);
    else set(actual, 0, check);
  } else if (colour === actual) set(colour, Math.min(15, confidence + 1), check);
  else if (confidence > 3) set(colour, confidence >> 1, check);
  else set(actual, 0, check);
}

function fresh() {
  return {
    LARGE: new Uint32Array(2 ** 18),
    MEDIUM: new Uint32Array(2 ** 17),
    REPLACED: new Uint32Array(2 ** 14),
    SMALL: new Uint32Array(2 ** 14),
    HIT_LARGE: cells(1024),
    HIT_MEDIUM: cells(1024),
    HIT_REPLACED: cells(1024),
    HIT_SMALL: cells(1024),
    HIT_LEFT: cells(64),
    HIT_UP: cells(64),
    HIT_SAME: cells(64),
    WHOLE: cells(32),
    RUN_SIZE: cells(16),
    RUN_BITS: Array.from({ length: 16 }, () => cells(16)),
    RUN_REST: cells(1),
    IS_RECENT: cells(1),
    SLOT: cells(4096),
    RECENT: new Uint32Array(4096),
    CHANNEL: Array.from({ length: 3 }, () => Array.from({ length: 8 }, () => cells(256))),
  };
}

export class ContextReference {
  /** The canvas, 0xRRGGBB each. */
  readonly pixels: Uint32Array;
  readonly #width: number;
  #state = fresh();
  /** The neighbours in the row. */
  #left = { w: 0, ww: 0, www: 0 };
  #bits = new ReferenceBits(new Uint8Array(0));

  /** @param pixels the canvas, 0xRRGGBB each; drawn on */
  constructor(pixels: Uint32Array, width: number) {
    this.pixels = pixels;
    this.#width = width;
  }

  reset(): void {
    this.#state = fresh();
  }

  draw(code: Uint8Array, { x, y, w, h }: Rect): void {
    this.#bits = new ReferenceBits(code);
    for (let row = y; row < y + h; row++) {
      const first = this.#at(x - 1, row, 0);
      const second = this.#at(x - 2, row, first);
      this.#left = { w: first, ww: second, www: this.#at(x - 3, row, second) };
      for (let column = x; column < x + w; column++) {
        const { run, notLeft } = this.#run(column, row, x + w);
        const end = column + run;
        for (; column < end; column++) this.#set(column, row, this.#left.w);
        if (column === x + w) break;
        const colour = this.#pixel(column, row, notLeft);
        this.#set(column, row, colour);
        const { w: before, ww } = this.#left;
        this.#left = { w: colour, ww: before, www: ww };
      }
    }
  }

  #set(column: number, row: number, colour: number): void {
    this.pixels[row * this.#width + column] = colour;
  }

  #at(column: number, row: number, outside: number): number {
    if (column < 0 || column >= this.#width) return outside;
    return this.pixels[row * this.#width + column];
  }

  #neighbours(column: number, row: number) {
    if (row === 0) {
      const none = { n: 0, nw: 0, nww: 0, ne: 0, nee: 0, nn: 0, nnw: 0, nne: 0, nnee: 0 };
      return { ...this.#left, ...none };
    }
    const up = row - 1;
    const upper = Math.max(0, row - 2);
    const n = this.#at(column, up, 0);
    const nn = this.#at(column, upper, 0);
    return {
      ...this.#left,
      ...{ n, nn },
      nw: this.#at(column - 1, up, 0),
      nww: this.#at(column - 2, up, n),
      ne: this.#at(column + 1, up, n),
      nee: this.#at(column + 2, up, n),
      nnw: this.#at(column - 1, upper, nn),
      nne: this.#at(column + 1, upper, nn),
      nnee: this.#at(column + 2, upper, nn),
    };
  }

  #run(column: number, row: number, right: number): { run: number; notLeft: boolean } {
    const none = { run: 0, notLeft: false };
    if (row === 0) return none;
    const { w, ww, n, nw, ne } = this.#neighbours(column, row);
    if (w !== n || ww !== n || (column > 0 && nw !== n)) return none;
    if (column + 1 < this.#width && ne !== n) return none;
    let length = 1;
    while (column + length < right && this.#at(column + length, row - 1, 0) === n) length++;
    if (length < MIN_RUN) return none;
    const { WHOLE, RUN_SIZE, RUN_BITS, RUN_REST } = this.#state;
    const bits = this.#bits;
    this.#left.www = n;
    if (bits.bit(WHOLE, log2(length))) return { run: length, notLeft: false };
    const size = bits.tree(RUN_SIZE, 4);
    const inContext = Math.min(size, 4);
    let value = 2 ** inContext + bits.tree(RUN_BITS[size], inContext);
    for (let i = inContext; i < size; i++) value = 2 * value + bits.bit(RUN_REST);
    return { run: Math.min(value - 1, length - 1), notLeft: true };
  }

  #pixel(column: number, row: number, notLeft: boolean): number {
    const state = this.#state;
    const around = this.#neighbours(column, row);
    const { w, n, nw, ne } = around;
    const old = this.pixels[row * this.#width + column];
    const small = [w, n, nw, ne].reduce(mix, 0);
    const medium = [around.ww, around.nn, around.nne, around.nee, around.nww].reduce(mix, small);
    const large = [around.nnw, around.www, around.nnee].reduce(mix, medium);
    const tables = [
      entryOf(state.LARGE, 18, large),
      entryOf(state.MEDIUM, 17, medium),
      entryOf(state.REPLACED, 14, mix(small, old)),
      entryOf(state.SMALL, 14, small),
    ];
    const [l, m, r, s] = tables;
    const pattern = Number(w === n) + 2 * Number(n === nw) + 4 * Number(n === ne) +
      8 * Number(w === old);
    const refused = new Set<number>();
    const asked = { large: false, medium: false };
    const mayAsk = (colour: number) => !refused.has(colour) && !(notLeft && colour === w);
    const ask = (cellsOfGuess: Uint32Array, context: number, colour: number) => {
      if (this.#bits.bit(cellsOfGuess, context)) return true;
      refused.add(colour);
      return false;
    };
    const same = (a: Entry, b: Entry) => Number(b.known && a.colour === b.colour);
    const tried = () => 2 * Number(asked.medium) + Number(asked.large);
    const found = (): number | undefined => {
      if (l.known && mayAsk(l.colour)) {
        asked.large = true;
        const context = l.confidence * 64 + pattern * 4 + 2 * same(l, m) + same(l, r);
        if (ask(state.HIT_LARGE, context, l.colour)) return l.colour;
      }
      if (m.known && mayAsk(m.colour)) {
        asked.medium = true;
        const context = m.confidence * 64 + pattern * 4 + 2 * Number(asked.large) + same(m, r);
        if (ask(state.HIT_MEDIUM, context, m.colour)) return m.colour;
      }
      for (const [entry, hits] of [[r, state.HIT_REPLACED], [s, state.HIT_SMALL]] as const) {
        if (!entry.known || !mayAsk(entry.colour)) continue;
        const context = entry.confidence * 64 + pattern * 4 + tried();
        if (ask(hits, context, entry.colour)) return entry.colour;
      }
      const simple = pattern * 4 + tried();
      if (mayAsk(w) && ask(state.HIT_LEFT, simple, w)) return w;
      if (n !== w && mayAsk(n) && ask(state.HIT_UP, simple, n)) return n;
      if (old !== w && old !== n && mayAsk(old) && ask(state.HIT_SAME, simple, old)) return old;
    };
    const colour = found() ?? this.#colour(w, n, nw);
    const sure = asked.large && !refused.has(l.colour) && l.confidence >= 3;
    for (const entry of sure ? [l] : tables) learn(entry, colour);
    return colour;
  }

  #colour(w: number, n: number, nw: number): number {
    const { IS_RECENT, SLOT, RECENT, CHANNEL } = this.#state;
    const bits = this.#bits;
    if (bits.bit(IS_RECENT)) return RECENT[bits.tree(SLOT, 12)];
    const channel = (pixel: number, shift: number) => pixel >> shift & 255;
    const guess = (shift: number) =>
      medianOf(channel(w, shift), channel(n, shift), channel(nw, shift));
    const corner = channel(nw, 8);
    const sum = Math.abs(channel(w, 8) - corner) + Math.abs(channel(n, 8) - corner);
    const activity = [3, 8, 16, 40, 90].filter((step) => sum >= step).length;
    const green = (bits.tree(CHANNEL[0][activity], 8) + guess(8)) & 255;
    const d = (green - guess(8)) & 255;
    const distance = Math.min(d, 256 - d);
    const k = Math.min(7, distance === 0 ? 0 : log2(distance) + 1);
    const red = (bits.tree(CHANNEL[1][k], 8) + guess(16) + d) & 255;
    const blue = (bits.tree(CHANNEL[2][k], 8) + guess(0) + d) & 255;
    const colour = red << 16 | green << 8 | blue;
    RECENT[Math.imul(colour, 0x9e3779b1) >>> 20] = colour;
    return colour;
  }
}
