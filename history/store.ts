/**
 * The archive: what sources showed, kept for as long as its limits allow, readable at any instant.
 *
 * Synchronous, for one thread that may be kept busy (history_worker.ts): writing waits in memory for at most
 * a second and goes to disk in one transaction; reading sees all that was recorded. docs/HISTORY.md tells what
 * is stored and what is guaranteed.
 */
import type { DatabaseSync } from "node:sqlite";
import type { Rect, Size } from "../capture/geometry.ts";
import { Activity } from "./activity.ts";
import {
  explain,
  FILE_NAME,
  HistoryOpenFailed,
  HistoryWriteFailed,
  inTransaction,
  MAX_LOG_BYTES,
  openDatabase,
} from "./database.ts";
import { composePicture } from "./compose.ts";
import { Eraser } from "./erasure.ts";
import { Retention } from "./retention.ts";
import { Segments } from "./segments.ts";
import { checkPixels, type PictureView } from "./picture_refs.ts";
import { insertLate } from "./late.ts";
import type { Shelves, SourceWriter } from "./source_writer.ts";
import {
  checkLimits,
  MAX_WAITING_TILES,
  type StoreOptions,
  WRITE_AFTER_MS,
  WRITE_STILL_AFTER_MS,
} from "./store_options.ts";
import { type StoreStats, storeStats } from "./store_stats.ts";
import { TileCoder } from "./tile_coder.ts";
import type { TileRef } from "./tile_ref.ts";
import { type Difference, type PictureAt, type Span, Timeline } from "./timeline.ts";
import { type Pack, Tiles } from "./tiles.ts";
import { Writers } from "./writers.ts";

export class HistoryStore {
  /** Another one each time an archive is opened: ids of packs are only known to name the same within one. */
  readonly archive = crypto.randomUUID();
  readonly #options: StoreOptions;
  readonly #database: DatabaseSync;
  readonly #tiles: Tiles;
  readonly #segments: Segments;
  readonly #activity: Activity;
  readonly #retention: Retention;
  readonly #timeline: Timeline;
  readonly #shelves: Shelves & { readonly database: DatabaseSync };
  readonly #eraser: Eraser;
  readonly #writers: Writers;
  /** Steady clock when the oldest picture that waits was recorded. */
  #waitingSince: number | undefined;
  #writtenAt = -Infinity;

  private constructor(options: StoreOptions, database: DatabaseSync, coder: TileCoder) {
    this.#options = options;
    this.#database = database;
    this.#tiles = new Tiles(database, coder);
    this.#segments = new Segments(database);
    this.#activity = new Activity(database);
    this.#retention = new Retention(database, this.#tiles, this.#segments, this.#activity);
    this.#timeline = new Timeline(this.#segments);
    this.#shelves = {
      database,
      coder,
      tiles: this.#tiles,
      segments: this.#segments,
      activity: this.#activity,
    };
    this.#eraser = new Eraser(this.#shelves);
    this.#writers = new Writers(database, this.#shelves);
  }

  /**
   * Opens the archive, or makes one. What somebody wanted forgotten when the process ended is forgotten first.
   * @throws {HistoryOpenFailed} when another process has it, it has another format, or the disk refuses
   * @throws {RangeError} when a limit is out of its range
   */
  static async open(options: StoreOptions): Promise<HistoryStore> {
    checkLimits(options);
    const coder = await TileCoder.load();
    const database = (options.openFile ?? openDatabase)(options.dir);
    try {
      const store = new HistoryStore(options, database, coder);
      store.#eraser.finish();
      return store;
    } catch (error) {
      database.close();
      throw new HistoryOpenFailed(`Cannot open the history in ${options.dir}: ${explain(error)}`);
    }
  }

  /**
   * Records a picture. One that equals the one before says that it still stands.
   * @param source its name
   * @param time when it was captured, ms since the Unix epoch; later than all before it
   * @param cells where it may differ from the picture recorded last, counted as `Grid` does; left out: anywhere
   * @returns how many cells changed
   * @throws {RangeError} when `time` or the size cannot be recorded; nothing changes
   * @throws {HistoryWriteFailed} see `write`
   */
  record(source: string, time: number, picture: PictureView, cells?: Iterable<number>): number {
    const writer = this.#guarded(() => this.#writers.get(source));
    if (!Number.isSafeInteger(time) || time <= writer.newest) {
      throw new RangeError(
        `Cannot record a picture of time ${time}: wanted a whole number above ${writer.newest}`,
      );
    }
    checkPixels(picture);
    if (writer.isDirty && writer.beginsAnew(time, picture)) this.write();
    const changed = this.#guarded(() => writer.record(time, picture, cells));
    if (writer.hasPictures) this.#waitingSince ??= this.#options.steady();
    if (this.#tiles.waiting >= MAX_WAITING_TILES) this.write();
    return changed;
  }

  /**
   * Puts a picture between those that are recorded already (late.ts tells until when it stands), or records it where it
   * is the newest.
   * @param time when it was captured, ms since the Unix epoch
   * @returns false where a picture of that very time is known, what was shown then has been deleted, or is too old
   * @throws {RangeError} when `time` or the size cannot be recorded; nothing changes
   * @throws {HistoryWriteFailed} see `write`
   */
  insert(source: string, time: number, picture: PictureView): boolean {
    const writer = this.#writers.known(source);
    if (!writer || time > writer.newest) {
      this.record(source, time, picture);
      return true;
    }
    if (!Number.isSafeInteger(time)) {
      throw new RangeError(`Cannot record a picture of time ${time}: wanted a whole number`);
    }
    checkPixels(picture);
    if (time < this.#options.now() - this.#options.maxAgeMs) return false;
    return this.#rewriting(
      writer,
      () =>
        inTransaction(
          this.#database,
          () => insertLate(this.#shelves, writer.source, time, picture),
        ),
    );
  }

  /**
   * Nothing more comes from a source for now: what follows is a gap, until its next picture.
   * @param reason for people
   * @throws {HistoryWriteFailed} see `write`
   */
  pause(source: string, time: number, reason: string): void {
    const writer = this.#writers.known(source);
    if (!writer) return;
    this.write();
    const wasOpen = writer.isOpen;
    writer.close();
    const last = this.#segments.at(writer.source, Infinity);
    // What ended before this process began has its own reasons.
    if (!last || last.ending !== null || !(wasOpen || writer.unexplained)) return;
    if (wasOpen) writer.newest = Math.max(time, writer.newest);
    this.#guarded(() => this.#segments.extend(last.id, wasOpen ? writer.newest : last.end, reason));
    writer.unexplained = false;
  }

  /**
   * A source still showed its newest picture at `time`.
   * @returns false when nothing of it is being recorded, or more is known already
   */
  stands(source: string, time: number): boolean {
    return this.#writers.known(source)?.stands(time) ?? false;
  }

  /** Time of the newest picture of a source, ms since the Unix epoch; -Infinity where there is none. */
  newest(source: string): number {
    return this.#writers.known(source)?.newest ?? -Infinity;
  }

  /** ms until `writeDue` has something to do; Infinity where nothing waits. */
  writeDelay(): number {
    const now = this.#options.steady();
    if (this.#waitingSince !== undefined) return this.#waitingSince + WRITE_AFTER_MS - now;
    return this.#writers.isDirty ? this.#writtenAt + WRITE_STILL_AFTER_MS - now : Infinity;
  }

  /**
   * Writes what is due.
   * @throws {HistoryWriteFailed} see `write`
   */
  writeDue(): void {
    if (this.writeDelay() <= 0) this.write();
  }

  /**
   * Writes all that waits, in one transaction.
   * @throws {HistoryWriteFailed} when the disk refuses. What waited is lost, what was written before is not;
   * the next picture of each source is recorded as a whole, behind a gap
   */
  write(): void {
    if (!this.#writers.isDirty) return;
    this.#guarded(() =>
      inTransaction(this.#database, () => {
        let bytes = this.#tiles.waitingBytes;
        this.#tiles.write();
        for (const writer of this.#writers.all()) {
          if (!writer.isDirty) continue;
          writer.write(bytes);
          bytes = 0;
        }
      })
    );
    this.#waitingSince = undefined;
    this.#writtenAt = this.#options.steady();
  }

  /**
   * Lets go of what is too old or too much, a bit at a time.
   * @param budgetMs how long it may take, about
   * @returns false when there is nothing more to do
   * @throws {HistoryWriteFailed} see `write`
   */
  expire(budgetMs: number): boolean {
    this.write();
    const { maxAgeMs, maxBytes, now, steady } = this.#options;
    const end = steady() + budgetMs;
    const limits = { maxAgeMs, maxBytes: maxBytes === 0 ? 0 : maxBytes - MAX_LOG_BYTES };
    const open = this.#writers.openSegments;
    return this.#guarded(() =>
      this.#retention.step(limits, now(), (id) => open.has(id), () => steady() < end)
    );
  }

  /**
   * Forgets what a source showed, `from <= t < to`: all of it, or a rectangle, which becomes black. Other pictures
   * keep tiles that look the same.
   * @throws {HistoryWriteFailed} when the disk refuses; it is tried again when the archive is opened next
   */
  forget(source: string, from: number, to: number, rect?: Rect): void {
    const writer = this.#writers.known(source);
    if (!writer) return;
    const until = Math.ceil(Math.min(to, writer.newest + 1));
    const since = Math.ceil(Math.max(from, 0));
    if (since >= until) return;
    this.#rewriting(writer, () => {
      this.#eraser.erase({ source: writer.source, from: since, to: until, rect });
      this.#retention.giveBackAll();
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    });
  }

  /** The sources that there are pictures of. */
  sources(): string[] {
    this.write();
    return this.#writers.names();
  }

  /** From when to when there are pictures of a source; `undefined` for none. */
  span(source: string): Span | undefined {
    return this.#reading(source, (writer) => this.#timeline.span(writer.source, writer.isOpen));
  }

  /** The picture at an instant; `undefined` before the first one. */
  at(source: string, time: number): PictureAt | undefined {
    return this.#reading(source, (writer) => {
      return this.#timeline.at(writer.source, time, writer.isOpen);
    });
  }

  /** What takes the picture of one instant to that of another; `undefined` where one of them is missing. */
  between(source: string, from: number, to: number): Difference | undefined {
    return this.#reading(source, (writer) => this.#timeline.between(writer.source, from, to));
  }

  /** When the tiles under a rectangle changed, `from <= t < to`; the first `limit` times. */
  changes(source: string, rect: Rect, from: number, to: number, limit: number): number[] {
    return this.#reading(source, (writer) => {
      return this.#timeline.changes(writer.source, rect, from, to, limit);
    }) ?? [];
  }

  /** Changed tiles in `bins` equal parts of `from <= t < to`; see `Activity.read`. */
  activity(source: string, from: number, to: number, bins: number): number[] {
    return this.#reading(source, (writer) => {
      return this.#activity.read(writer.source, from, to, bins);
    }) ?? new Array<number>(bins).fill(0);
  }

  /**
   * Packs by their ids. A stored tile is in pack `floor(id / PACK_TILES)`, its place there is `id % PACK_TILES`.
   * @throws {Error} when one is gone
   */
  packs(ids: readonly number[]): Pack[] {
    return ids.map((id) => this.#tiles.pack(id));
  }

  /** All pixels of a picture, 0x00RRGGBB. */
  pixels(picture: Size & { readonly grid: readonly TileRef[] }): Uint32Array {
    return composePicture(picture, this.#tiles);
  }

  stats(): StoreStats {
    this.write();
    const path = `${this.#options.dir}/${FILE_NAME}`;
    return storeStats(this.#database, path, this.#retention, this.#activity, this.#options);
  }

  /**
   * Writes all that waits and lets go of the file. Does not throw where the disk refuses: the file stays as it was
   * written last.
   */
  close(reason = "the server was shut down"): void {
    if (!this.#database.isOpen) return;
    try {
      for (const writer of this.#writers.all()) {
        if (writer.isOpen) this.pause(writer.name, writer.newest, reason);
      }
    } catch (error) {
      if (!(error instanceof HistoryWriteFailed)) throw error;
    } finally {
      this.#database.close();
    }
  }

  #reading<T>(source: string, read: (writer: SourceWriter) => T): T | undefined {
    this.write();
    const writer = this.#writers.known(source);
    return writer && read(writer);
  }

  /** Runs what writes segments of a source anew, the open one too: its next picture begins another one. */
  #rewriting<T>(writer: SourceWriter, work: () => T): T {
    this.write();
    const wasOpen = writer.isOpen;
    writer.close();
    const result = this.#guarded(work);
    const last = this.#segments.at(writer.source, Infinity);
    if (wasOpen && last?.ending === null && last.end === writer.newest) writer.follow(last.id);
    return result;
  }

  /** Runs what may write. When the disk refuses, memory goes back to what is on disk. */
  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof HistoryWriteFailed) throw error;
      for (const writer of this.#writers.all()) {
        writer.unexplained ||= writer.isOpen;
        writer.close();
      }
      this.#segments.forgetCached();
      this.#waitingSince = undefined;
      this.#tiles.discard();
      throw new HistoryWriteFailed(`Cannot write the history: ${explain(error)}`, { cause: error });
    }
  }
}
