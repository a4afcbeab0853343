/**
 * Letting old time go, in small steps: by age, by bytes, oldest segment first.
 *
 * A segment that has to go is marked and invisible from then on; its tiles are released some at a time, and how
 * far that got is written with each step, so that it may end anywhere. Free pages go back to the file system.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Activity } from "./activity.ts";
import { inTransaction, numberFrom } from "./database.ts";
import { type Segment, type Segments, tilesOf } from "./segments.ts";
import { PACK_TILES } from "./tile_coder.ts";
import type { Tiles } from "./tiles.ts";

export interface Limits {
  /** Segments that ended longer ago go, ms. */
  readonly maxAgeMs: number;
  /** Bytes in use beyond which the oldest segments go; 0 for no limit. */
  readonly maxBytes: number;
}

/** Pages given back in one step. */
const PAGES_A_STEP = 64;

export class Retention {
  readonly #database: DatabaseSync;
  readonly #tiles: Tiles;
  readonly #segments: Segments;
  readonly #activity: Activity;

  constructor(database: DatabaseSync, tiles: Tiles, segments: Segments, activity: Activity) {
    this.#database = database;
    this.#tiles = tiles;
    this.#segments = segments;
    this.#activity = activity;
  }

  /**
   * Does the next bit of what is to do.
   * @param now ms since the Unix epoch
   * @param isOpen whether a segment is being written: those stay
   * @param goOn false when the step has taken long enough
   * @returns false when there is nothing to do
   */
  step(
    limits: Limits,
    now: number,
    isOpen: (segment: number) => boolean,
    goOn: () => boolean,
  ): boolean {
    const dying = this.#dying();
    if (dying) {
      this.#release(dying.segment, dying.released, goOn);
      return true;
    }
    const doomed = this.#doomed(limits, now, isOpen);
    if (doomed !== undefined) {
      this.#database.prepare("UPDATE segment SET dying = 0 WHERE id = ?").run(doomed);
      return true;
    }
    return this.#giveBackPages(PAGES_A_STEP);
  }

  /** Gives all free pages back to the file system. */
  giveBackAll(): void {
    while (this.#giveBackPages(2 ** 20));
  }

  /** Bytes of the pages that hold something. */
  get usedBytes(): number {
    const pages = numberFrom(this.#database, "PRAGMA page_count") - this.#freePages;
    return pages * numberFrom(this.#database, "PRAGMA page_size");
  }

  get #freePages(): number {
    return numberFrom(this.#database, "PRAGMA freelist_count");
  }

  #giveBackPages(count: number): boolean {
    const before = this.#freePages;
    if (before === 0) return false;
    this.#database.exec(`PRAGMA incremental_vacuum(${count})`);
    // Should SQLite keep a page, asking again and again would change nothing.
    return this.#freePages < before;
  }

  #dying(): { segment: Segment; released: number } | undefined {
    const row = this.#database.prepare("SELECT * FROM segment WHERE dying IS NOT NULL LIMIT 1")
      .get();
    return row && { segment: row as unknown as Segment, released: Number(row.dying) };
  }

  #doomed(
    { maxAgeMs, maxBytes }: Limits,
    now: number,
    isOpen: (segment: number) => boolean,
  ): number | undefined {
    const tooLarge = maxBytes > 0 && this.usedBytes > maxBytes;
    const oldest = this.#database.prepare(
      "SELECT id FROM segment WHERE dying IS NULL AND (? OR end < ?) ORDER BY end LIMIT 8",
    ).all(tooLarge ? 1 : 0, now - maxAgeMs);
    return oldest.map(({ id }) => Number(id)).find((id) => !isOpen(id));
  }

  #release(segment: Segment, released: number, goOn: () => boolean): void {
    const ids = tilesOf(this.#segments.read(segment));
    inTransaction(this.#database, () => {
      let done = released;
      do {
        // Pack by pack: coding one again is what takes time, up to 5 ms for photographs.
        const pack = Math.floor(ids[done] / PACK_TILES);
        let next = done;
        while (next < ids.length && Math.floor(ids[next] / PACK_TILES) === pack) next++;
        this.#tiles.release(ids.slice(done, next), false);
        done = next;
      } while (done < ids.length && goOn());
      if (done < ids.length) {
        this.#database.prepare("UPDATE segment SET dying = ? WHERE id = ?").run(done, segment.id);
        return;
      }
      this.#segments.drop(segment.id);
      const oldest = this.#segments.after(segment.source, -Infinity);
      this.#activity.expire(segment.source, oldest?.start ?? segment.end);
    });
  }
}
