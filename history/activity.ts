/**
 * How much changed when: tiles and stored bytes per source and 10 seconds, added up as they are written, so
 * that a heat strip of a day needs no look at the pictures.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Moment } from "./moment_codes.ts";

/** Width of a bin, ms. */
export const BIN_MS = 10_000;

export class Activity {
  readonly #add: StatementSync;
  readonly #read: StatementSync;
  readonly #clear: StatementSync;
  readonly #expire: StatementSync;
  readonly #bytes: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare(
      "INSERT INTO activity (source, bin, tiles, bytes) VALUES (?, ?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET tiles = tiles + excluded.tiles, bytes = bytes + excluded.bytes",
    );
    this.#read = database.prepare(
      "SELECT bin, tiles FROM activity WHERE source = ? AND bin BETWEEN ? AND ?",
    );
    this.#clear = database.prepare(
      "UPDATE activity SET tiles = 0 WHERE source = ? AND bin BETWEEN ? AND ?",
    );
    this.#expire = database.prepare("DELETE FROM activity WHERE source = ? AND bin < ?");
    this.#bytes = database.prepare(
      "SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS bins FROM activity WHERE bin >= ?",
    );
  }

  /** Adds moments, and the bytes that storing them took. */
  add(source: number, moments: readonly Moment[], bytes: number): void {
    const bins = new Map<number, number>();
    for (const { time, changes } of moments) {
      const bin = binOf(time);
      bins.set(bin, (bins.get(bin) ?? 0) + changes.length);
    }
    let rest = bytes;
    for (const [bin, tiles] of bins) {
      this.#add.run(source, bin, tiles, rest);
      rest = 0;
    }
  }

  /**
   * Changed tiles in `bins` equal parts of `from <= t < to`. A stored bin counts where it begins, so parts
   * shorter than 10 s share what is known.
   */
  read(source: number, from: number, to: number, bins: number): number[] {
    const counts = new Array<number>(bins).fill(0);
    for (const { bin, tiles } of this.#read.all(source, binOf(from), binOf(to - 1))) {
      const time = Math.max(from, Number(bin) * BIN_MS);
      counts[Math.min(bins - 1, Math.floor((time - from) / (to - from) * bins))] += Number(tiles);
    }
    return counts;
  }

  /** Takes back the tiles of the bins that `from <= t < to` touches; the caller adds what remains. */
  clear(source: number, from: number, to: number): void {
    this.#clear.run(source, binOf(from), binOf(to - 1));
  }

  /** Forgets bins that lie before `time` as a whole. */
  expire(source: number, time: number): void {
    this.#expire.run(source, binOf(time));
  }

  /** Bytes stored since `time`, all sources. */
  bytesSince(time: number): number {
    return Number(this.#bytes.get(binOf(time))?.bytes);
  }
}

/** The times `from <= t < to` of the bins that a stretch of time touches. */
export function wholeBins(from: number, to: number): { from: number; to: number } {
  return { from: binOf(from) * BIN_MS, to: (binOf(to - 1) + 1) * BIN_MS };
}

function binOf(time: number): number {
  return Math.floor(time / BIN_MS);
}
