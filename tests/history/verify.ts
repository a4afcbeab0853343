/** Looks into a closed archive's file from outside, past the code under test, and counts everything anew. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { FILE_NAME } from "../../history/database.ts";
import { decodeGrid, decodeMoments } from "../../history/moment_codes.ts";
import { PACK_TILES } from "../../history/tile_coder.ts";

export interface Counted {
  readonly segments: number;
  readonly tiles: number;
  readonly packs: number;
}

/** Fails where the file is damaged, a tile is kept that nobody uses, or one is missing that somebody does. */
export function verifyArchive(dir: string): Counted {
  const database = new DatabaseSync(`${dir}/${FILE_NAME}`);
  try {
    // Without shared memory, which a full disk has no room for.
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    assert.equal(database.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
    const wanted = new Map<number, number>();
    const segments = database.prepare("SELECT * FROM segment").all();
    for (const segment of segments) {
      const ids = usedBy(database, segment);
      const released = segment.dying === null ? 0 : Number(segment.dying);
      for (const id of ids.slice(released)) wanted.set(id, (wanted.get(id) ?? 0) + 1);
    }
    const tiles = database.prepare("SELECT id, refs FROM tile ORDER BY id").all();
    assert.deepEqual(
      tiles.map(({ id, refs }) => [id, refs]),
      [...wanted].sort(([a], [b]) => a - b),
      "tile, uses",
    );
    const packs = database.prepare("SELECT id, live, coded FROM pack ORDER BY id").all();
    const live = packs.flatMap(({ id, live, coded }) => {
      assert.equal(Number(live) & ~Number(coded), 0, "a tile that is wanted is not in its pack");
      assert.notEqual(live, 0, "an empty pack is kept");
      return [...Array(PACK_TILES).keys()].filter((n) => Number(live) >> n & 1)
        .map((n) => Number(id) * PACK_TILES + n);
    });
    assert.deepEqual(live, tiles.map(({ id }) => id), "tiles in packs");
    const orphans = "SELECT count(*) AS n FROM batch WHERE segment NOT IN (SELECT id FROM segment)";
    assert.equal(database.prepare(orphans).get()?.n, 0, "batches without a segment");
    return { segments: segments.length, tiles: tiles.length, packs: packs.length };
  } finally {
    database.close();
  }
}

function usedBy(database: DatabaseSync, segment: Record<string, unknown>): number[] {
  const cells = Math.ceil(Number(segment.width) / 64) * Math.ceil(Number(segment.height) / 64);
  const ids = new Set(decodeGrid(segment.grid as Uint8Array, cells));
  const batches = database.prepare("SELECT first, moments FROM batch WHERE segment = ?");
  for (const { first, moments } of batches.all(Number(segment.id))) {
    for (const { changes } of decodeMoments(moments as Uint8Array, Number(first))) {
      for (const { ref } of changes) ids.add(ref);
    }
  }
  return [...ids].filter((ref) => ref >= 0).sort((a, b) => a - b);
}
