/**
 * The stored tiles: each content once, in packs, counted by the segments that use it.
 *
 * A tile's id is `pack × PACK_TILES + place` and stays when its pack is coded again. New tiles wait in memory until
 * `write`, which belongs into the caller's transaction. A tile that is released for the last time is gone at
 * once; its bytes go with its pack, or when half of the pack is dead (or at once, where somebody wants it
 * forgotten): the pack is then coded again without it.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Size } from "../capture/geometry.ts";
import { numberFrom } from "./database.ts";
import { PACK_TILES, type TileCoder, type TilePixels } from "./tile_coder.ts";

/** A pack as it is stored. */
export interface Pack extends Size {
  readonly id: number;
  /** Bit n: tile `id × PACK_TILES + n` is in `code`, in ascending order of n. */
  readonly coded: number;
  /** See `TileCoder.encode`. */
  readonly code: Uint8Array;
}

interface PackRow extends Pack {
  readonly live: number;
}

/** A tile to be stored. */
export interface NewTile {
  readonly hash: Uint8Array;
  readonly pixels: TilePixels;
}

/** Packs kept decoded for `pixels`: 64 × 8 × 16 KiB = 8 MiB. */
const MAX_DECODED_PACKS = 64;

export class Tiles {
  readonly #coder: TileCoder;
  readonly #find: StatementSync;
  readonly #addTile: StatementSync;
  readonly #addPack: StatementSync;
  readonly #retain: StatementSync;
  readonly #release: StatementSync;
  readonly #dropTile: StatementSync;
  readonly #readPack: StatementSync;
  readonly #updatePack: StatementSync;
  readonly #dropPack: StatementSync;
  #nextPack: number;
  #newTiles = new Map<string, { id: number; hash: Uint8Array }>();
  #newPacks: Pack[] = [];
  readonly #decoded = new Map<number, TilePixels[]>();

  constructor(database: DatabaseSync, coder: TileCoder) {
    this.#coder = coder;
    this.#find = database.prepare("SELECT id FROM tile WHERE hash = ?");
    this.#addTile = database.prepare("INSERT INTO tile (id, hash, refs) VALUES (?, ?, 0)");
    this.#addPack = database.prepare(
      "INSERT INTO pack (id, width, height, live, coded, code) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#retain = database.prepare("UPDATE tile SET refs = refs + 1 WHERE id = ?");
    this.#release = database.prepare(
      "UPDATE tile SET refs = refs - 1 WHERE id = ? RETURNING refs",
    );
    this.#dropTile = database.prepare("DELETE FROM tile WHERE id = ?");
    this.#readPack = database.prepare("SELECT * FROM pack WHERE id = ?");
    this.#updatePack = database.prepare(
      "UPDATE pack SET live = ?, coded = ?, code = ? WHERE id = ?",
    );
    this.#dropPack = database.prepare("DELETE FROM pack WHERE id = ?");
    const highest = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'pack'";
    this.#nextPack = numberFrom(database, highest) + 1;
  }

  /** Tiles that wait for `write`. */
  get waiting(): number {
    return this.#newTiles.size;
  }

  /** Bytes of the packs that wait for `write`. */
  get waitingBytes(): number {
    return this.#newPacks.reduce((sum, { code }) => sum + code.length, 0);
  }

  /** The id of the tile with that hash, if there is one. */
  find(hash: Uint8Array): number | undefined {
    const waiting = this.#newTiles.get(keyOf(hash));
    if (waiting) return waiting.id;
    return this.#find.get(hash)?.id as number | undefined;
  }

  /**
   * Takes new tiles of one moment and one size.
   * @param tiles which `find` does not know, each content once
   * @returns their ids, in the same order
   */
  add(tiles: readonly NewTile[], size: Size): number[] {
    const ids: number[] = [];
    for (let start = 0; start < tiles.length; start += PACK_TILES) {
      const some = tiles.slice(start, start + PACK_TILES);
      const id = this.#nextPack++;
      const code = this.#coder.encode(some.map(({ pixels }) => pixels), size);
      const { width, height } = size;
      this.#newPacks.push({ id, width, height, coded: (1 << some.length) - 1, code });
      some.forEach(({ hash }, place) => {
        const tile = { id: id * PACK_TILES + place, hash };
        this.#newTiles.set(keyOf(hash), tile);
        ids.push(tile.id);
      });
    }
    return ids;
  }

  /** Writes what was added. Call it within a transaction. */
  write(): void {
    for (const { id, width, height, coded, code } of this.#newPacks) {
      this.#addPack.run(id, width, height, coded, coded, code);
    }
    for (const { id, hash } of this.#newTiles.values()) this.#addTile.run(id, hash);
    this.#newPacks = [];
    this.#newTiles = new Map();
  }

  /** Forgets what was added and not written, and all that a transaction which was undone may have changed. */
  discard(): void {
    this.#newPacks = [];
    this.#newTiles = new Map();
    this.#decoded.clear();
  }

  /** One more segment uses the tile. */
  retain(id: number): void {
    if (this.#retain.run(id).changes !== 1) throw new Error(`Cannot use tile ${id}: it is gone`);
  }

  /**
   * One segment less uses the tiles; those that no one uses go.
   * @param atOnce their bytes too, whatever it costs
   */
  release(ids: readonly number[], atOnce: boolean): void {
    const dead = new Map<number, number>();
    for (const id of ids) {
      const left = this.#release.get(id)?.refs;
      if (left === undefined) throw new Error(`Cannot release tile ${id}: it is gone`);
      if (left !== 0) continue;
      this.#dropTile.run(id);
      const pack = Math.floor(id / PACK_TILES);
      dead.set(pack, (dead.get(pack) ?? 0) | 1 << (id % PACK_TILES));
    }
    for (const [pack, places] of dead) this.#bury(pack, places, atOnce);
  }

  /** @throws {Error} when there is no such pack */
  pack(id: number): Pack {
    return this.#row(id);
  }

  /** The size of a tile. */
  size(id: number): Size {
    const { width, height } = this.#row(Math.floor(id / PACK_TILES));
    return { width, height };
  }

  /**
   * The pixels of a tile; not to be changed.
   * @throws {Error} when it is gone or damaged
   */
  pixels(id: number): TilePixels {
    const packId = Math.floor(id / PACK_TILES);
    const pack = this.#row(packId);
    const place = 1 << (id % PACK_TILES);
    if (!(pack.coded & place)) throw new Error(`Cannot read tile ${id}: it is gone`);
    let tiles = this.#decoded.get(packId);
    if (!tiles) {
      tiles = this.#coder.decode(pack.code, pack, countBits(pack.coded));
      if (this.#decoded.size >= MAX_DECODED_PACKS) {
        this.#decoded.delete(this.#decoded.keys().next().value!);
      }
      this.#decoded.set(packId, tiles);
    }
    return tiles[countBits(pack.coded & (place - 1))];
  }

  #row(id: number): PackRow {
    const row = this.#readPack.get(id);
    if (!row) throw new Error(`Cannot read pack ${id}: it is gone`);
    return row as unknown as PackRow;
  }

  /** Takes tiles out of their pack. */
  #bury(id: number, places: number, atOnce: boolean): void {
    const pack = this.#row(id);
    const live = pack.live & ~places;
    if (live === 0) {
      this.#decoded.delete(id);
      this.#dropPack.run(id);
      return;
    }
    const recode = atOnce || countBits(live) * 2 <= countBits(pack.coded);
    if (!recode) {
      this.#updatePack.run(live, pack.coded, pack.code, id);
      return;
    }
    const tiles = this.#coder.decode(pack.code, pack, countBits(pack.coded));
    const left = tiles.filter((_, index) => live & placeAt(pack.coded, index));
    this.#decoded.delete(id);
    this.#updatePack.run(live, live, this.#coder.encode(left, pack), id);
  }
}

/** The place, as a bit, of the tile that stands at `index` in the code. */
function placeAt(coded: number, index: number): number {
  let left = coded;
  for (let i = 0; i < index; i++) left &= left - 1;
  return left & -left;
}

function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

function keyOf(hash: Uint8Array): string {
  return hash.toHex();
}
