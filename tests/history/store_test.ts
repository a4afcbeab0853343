/** What the archive keeps and tells, in small pictures. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { FILE_NAME, HistoryOpenFailed } from "../../history/database.ts";
import { HistoryStore } from "../../history/store.ts";
import { MIN_BYTES } from "../../history/store_options.ts";
import { PACK_TILES } from "../../history/tile_coder.ts";
import { solidRef } from "../../history/tile_ref.ts";
import { Random } from "../helpers/random.ts";
import { blank, copyOf, fill, HOUR, noise, START, StoreRig } from "./rig.ts";
import { verifyArchive } from "./verify.ts";

const WHITE = 0xffffff;
/** Two cells beside each other. */
const TWO = { width: 128, height: 64 };
const LEFT = { x: 0, y: 0, w: 64, h: 64 };

/** A test on an archive of its own. */
function storeTest(
  title: string,
  body: (rig: StoreRig) => void | Promise<void>,
  limits: Parameters<typeof StoreRig.open>[0] = {},
): void {
  Deno.test(title, async () => {
    const rig = await StoreRig.open(limits);
    try {
      await body(rig);
      rig.store.close();
      verifyArchive(rig.dir);
    } finally {
      await rig.close();
    }
  });
}

storeTest("record() stores a content once, wherever and whenever it is shown", (rig) => {
  const picture = noise(new Random(1), blank(64, 64));
  const wide = blank(TWO.width, TWO.height);
  for (let i = 0; i < 64 * 64; i++) {
    const at = Math.floor(i / 64) * 128 + i % 64;
    wide.pixels[at] = wide.pixels[at + 64] = picture.pixels[i];
  }
  assert.equal(rig.store.record("a", START, picture), 1);
  assert.equal(rig.store.record("b", START, wide), 2);
  assert.equal(rig.store.record("b", START + 1, blank(128, 64, WHITE)), 2);
  assert.equal(rig.store.record("b", START + 2, wide), 2);
  assert.equal(rig.store.stats().tiles, 1);
});

storeTest("record() keeps cells of one colour as that colour, without a tile", (rig) => {
  rig.store.record("a", START, blank(128, 64, 0x123456));
  assert.equal(rig.store.stats().tiles, 0);
  assert.deepEqual(rig.store.at("a", START)?.grid, [solidRef(0x123456), solidRef(0x123456)]);
});

storeTest("record() looks only at the cells it is told, and everywhere at first", (rig) => {
  const picture = blank(128, 64);
  assert.equal(rig.store.record("a", START, picture, []), 2);
  picture.pixels.fill(WHITE);
  assert.equal(rig.store.record("a", START + 1, picture, [1]), 1);
  assert.deepEqual(rig.store.at("a", START + 1)?.grid, [solidRef(0), solidRef(WHITE)]);
});

storeTest("record() refuses a time that is not after the newest, and changes nothing", (rig) => {
  rig.store.record("a", START, blank(64, 64));
  for (const time of [START, START - 1, START + 0.5, NaN]) {
    assert.throws(
      () => rig.store.record("a", time, blank(64, 64, WHITE)),
      /wanted a whole number above/,
    );
  }
  assert.throws(
    () => rig.store.record("a", START + 1, { width: 64, height: 64, pixels: new Uint32Array(5) }),
    /Cannot record 5 pixels: wanted 64 × 64/,
  );
  assert.deepEqual(rig.store.at("a", START + 1)?.grid, [solidRef(0)]);
});

storeTest("at() gives the picture of any instant, and the changes beside it", (rig) => {
  for (const [i, colour] of [1, 2, 3].entries()) {
    rig.store.record("a", START + i * 1000, blank(64, 64, colour));
  }
  const at = (time: number) => {
    const found = rig.store.at("a", START + time);
    return found && [found.grid[0], found.time - START, found.previous, found.next]
      .map((value) => value !== undefined && value > START - 1 ? value - START : value);
  };
  assert.equal(at(-1), undefined);
  assert.deepEqual(at(0), [solidRef(1), 0, undefined, 1000]);
  assert.deepEqual(at(999), [solidRef(1), 0, undefined, 1000]);
  assert.deepEqual(at(1000), [solidRef(2), 1000, 0, 2000]);
  assert.deepEqual(at(5000), [solidRef(3), 2000, 1000, undefined]);
  assert.equal(rig.store.at("a", START + 5000)?.gap, undefined, "the picture still stands");
  assert.equal(rig.store.at("other", START), undefined);
});

storeTest("at() knows the changes beside it across segments", (rig) => {
  for (let minute = 0; minute < 30; minute++) {
    rig.store.record("a", START + minute * 60_000, blank(64, 64, minute));
  }
  assert.ok(rig.store.stats().segments > 2);
  for (let minute = 1; minute < 29; minute++) {
    const found = rig.store.at("a", START + minute * 60_000 + 5)!;
    assert.equal(found.grid[0], solidRef(minute));
    assert.equal(found.gap, undefined);
    assert.deepEqual(
      [found.previous, found.time, found.next].map((time) => (time! - START) / 60_000),
      [minute - 1, minute, minute + 1],
    );
  }
  assert.deepEqual(rig.store.span("a")?.gaps, []);
});

storeTest("pause() leaves a gap that says why, until the next picture", (rig) => {
  rig.store.record("a", START, blank(64, 64, 1));
  rig.store.pause("a", START + 500, "the source was lost: unplugged");
  const lasting = { start: START + 500, end: undefined, reason: "the source was lost: unplugged" };
  assert.deepEqual(rig.store.at("a", START + 900)?.gap, lasting);
  assert.equal(rig.store.at("a", START + 499)?.gap, undefined);
  assert.deepEqual(rig.store.span("a"), {
    start: START,
    end: START + 500,
    gaps: [lasting],
    sizes: [{ start: START, width: 64, height: 64 }],
  });
  rig.store.record("a", START + 2000, blank(64, 64, 1));
  const gap = { ...lasting, end: START + 2000 };
  assert.deepEqual(rig.store.span("a")?.gaps, [gap]);
  assert.deepEqual(rig.store.at("a", START + 900)?.gap, gap);
  assert.equal(rig.store.at("a", START + 2000)?.gap, undefined);
});

storeTest(
  "a restart leaves a gap that says so; the next picture is looked at as a whole",
  async (rig) => {
    rig.store.record("a", START, blank(64, 64, 1));
    await rig.reopen();
    rig.store.record("a", START + 700, blank(64, 64, 2), []);
    const [gap] = rig.store.span("a")!.gaps;
    assert.deepEqual(gap, { start: START, end: START + 700, reason: "the server was shut down" });
    assert.deepEqual(rig.store.at("a", START + 700)?.grid, [solidRef(2)]);
    assert.throws(() => rig.store.record("a", START + 700, blank(64, 64, 1)), RangeError);
  },
);

storeTest("between() tells what differs, forwards and backwards", (rig) => {
  const picture = blank(TWO.width, TWO.height);
  rig.store.record("a", START, picture);
  fill(picture, LEFT, () => WHITE);
  rig.store.record("a", START + 10, picture);
  rig.store.record("a", START + 20, blank(64, 64));
  const between = (from: number, to: number) => rig.store.between("a", START + from, START + to);
  assert.deepEqual(between(0, 10)?.changes, [{ cell: 0, ref: solidRef(WHITE) }]);
  assert.deepEqual(between(15, 5)?.changes, [{ cell: 0, ref: solidRef(0) }]);
  assert.deepEqual(between(3, 4)?.changes, []);
  assert.deepEqual(between(10, 20), {
    width: 64,
    height: 64,
    time: START + 20,
    resized: true,
    changes: [{ cell: 0, ref: solidRef(0) }],
  });
  assert.equal(between(-5, 5), undefined);
});

storeTest("changes() tells when the cells under a rectangle changed", (rig) => {
  const picture = blank(TWO.width, TWO.height);
  rig.store.record("a", START, picture);
  for (let i = 1; i <= 24; i++) {
    // The left cell every minute, the right one every fourth.
    fill(picture, LEFT, () => i);
    if (i % 4 === 0) fill(picture, { ...LEFT, x: 64 }, () => i);
    rig.store.record("a", START + i * 60_000, picture);
  }
  const times = (x: number, from: number, to: number, limit = 1000) =>
    rig.store.changes(
      "a",
      { x, y: 3, w: 2, h: 2 },
      START + from * 60_000,
      START + to * 60_000,
      limit,
    )
      .map((time) => (time - START) / 60_000);
  assert.deepEqual(times(70, 0, 25), [0, 4, 8, 12, 16, 20, 24]);
  assert.deepEqual(times(70, 4, 12), [4, 8]);
  assert.deepEqual(times(70, 1, 25, 2), [4, 8]);
  assert.equal(times(10, 0, 25).length, 25);
  assert.equal(times(63, 5, 7).length, 2);
  assert.deepEqual(times(500, 0, 25), [], "outside the picture");
});

storeTest("activity() counts changed tiles in equal parts of a time", (rig) => {
  const picture = blank(TWO.width, TWO.height);
  // Bins begin at whole tens of seconds, and so does START.
  rig.store.record("a", START, picture);
  fill(picture, LEFT, () => 5);
  rig.store.record("a", START + 25_000, picture);
  fill(picture, LEFT, () => 6);
  rig.store.record("a", START + 26_000, picture);
  assert.deepEqual(rig.store.activity("a", START, START + 40_000, 4), [2, 0, 2, 0]);
  assert.deepEqual(rig.store.activity("a", START, START + 40_000, 2), [2, 2]);
  assert.deepEqual(rig.store.activity("other", START, START + 40_000, 2), [0, 0]);
});

storeTest("a picture of another size begins a segment, without a gap", (rig) => {
  rig.store.record("a", START, blank(100, 50, 1));
  rig.store.record("a", START + 100, blank(70, 130, 2), []);
  rig.store.record("a", START + 200, blank(70, 130, 3));
  rig.store.record("a", START + 300, blank(100, 50, 4));
  assert.deepEqual(rig.store.span("a"), {
    start: START,
    end: START + 300,
    gaps: [],
    sizes: [
      { start: START, width: 100, height: 50 },
      { start: START + 100, width: 70, height: 130 },
      { start: START + 300, width: 100, height: 50 },
    ],
  });
  const { width, height, grid } = rig.store.at("a", START + 99)!;
  assert.deepEqual([width, height, grid], [100, 50, [solidRef(1), solidRef(1)]]);
  assert.equal(rig.store.at("a", START + 150)!.grid.length, 6);
});

storeTest("what waits is written after a second, and that a picture stands after five", (rig) => {
  rig.steady = 100_000;
  assert.equal(rig.store.writeDelay(), Infinity);
  rig.store.record("a", START, blank(64, 64));
  assert.equal(rig.store.writeDelay(), 1000);
  rig.steady += 1000;
  rig.store.writeDue();
  rig.store.record("a", START + 2000, blank(64, 64), []);
  assert.equal(rig.store.writeDelay(), 5000);
  rig.steady += 5000;
  rig.store.writeDue();
  assert.equal(rig.store.writeDelay(), Infinity);
});

storeTest("expire() lets old pictures go in short steps and keeps what younger ones use", (rig) => {
  const random = new Random(5);
  const shared = noise(random, blank(640, 640));
  const pictures = Array.from({ length: 8 }, () => noise(random, blank(640, 640)));
  pictures.forEach((picture, i) => {
    picture.pixels.set(shared.pixels.subarray(0, 640 * 320));
    rig.store.record("a", START + i * 20 * 60_000, picture);
    rig.store.record("a", START + i * 20 * 60_000 + 15 * 60_000, picture, []);
  });
  rig.store.close();
  const before = rig.bytesOnDisk();
  return (async () => {
    await rig.reopen();
    // Four of eight are older than an hour then.
    rig.now = START + 4 * 20 * 60_000 + 1 + HOUR;
    rig.tickMs = 1;
    const steps = rig.expireAll();
    assert.ok(steps > 20, `${steps} steps`);
    for (let i = 4; i < 8; i++) {
      const found = rig.store.at("a", START + i * 20 * 60_000)!;
      assert.deepEqual(rig.store.pixels(found), pictures[i].pixels);
    }
    assert.equal(rig.store.at("a", START + 4 * 20 * 60_000 - 1), undefined);
    rig.store.close();
    verifyArchive(rig.dir);
    const after = rig.bytesOnDisk();
    assert.ok(after < before * 0.62, `${before} bytes before, ${after} after`);
  })();
}, { maxAgeMs: HOUR });

storeTest("expire() keeps the files within their budget, the newest pictures in them", (rig) => {
  const random = new Random(6);
  let newest = blank(1, 1);
  for (let i = 0; i < 60; i++) {
    newest = noise(random, blank(512, 512));
    rig.store.record("a", START + i * 11 * 60_000, newest);
    while (rig.store.expire(5));
  }
  assert.ok(rig.store.stats().fileBytes <= MIN_BYTES, `${rig.store.stats().fileBytes} bytes`);
  const { start, end } = rig.store.span("a")!;
  assert.ok(start > START && end === START + 59 * 11 * 60_000);
  assert.deepEqual(rig.store.pixels(rig.store.at("a", end)!), newest.pixels);
  const { horizonMs, bytesPerHour } = rig.store.stats();
  // About 440 KB each eleven minutes.
  assert.ok(bytesPerHour > 1.5e6 && bytesPerHour < 5e6, `${bytesPerHour} bytes an hour`);
  assert.ok(horizonMs > 3 * HOUR && horizonMs < 12 * HOUR, `${horizonMs / HOUR} h`);
}, { maxBytes: MIN_BYTES, maxAgeMs: 1000 * HOUR });

storeTest("forget() deletes a time: no picture, no tile, no trace in the files", async (rig) => {
  const random = new Random(7);
  const pictures = [0, 1, 2].map(() => noise(random, blank(300, 100)));
  pictures.forEach((picture, i) => rig.store.record("a", START + i * 1000, picture));
  const secret = codeOf(rig, START + 1000);
  rig.store.write();
  assert.ok(foundOnDisk(rig, secret), "it is there before");
  rig.store.forget("a", START + 1000, START + 2000);
  assert.deepEqual(rig.store.span("a")?.gaps, [
    { start: START + 1000, end: START + 2000, reason: "deleted" },
  ]);
  assert.equal(rig.store.at("a", START + 1500)?.time, START);
  assert.deepEqual(rig.store.pixels(rig.store.at("a", START + 2000)!), pictures[2].pixels);
  assert.equal(foundOnDisk(rig, secret), false, "while it is open");
  await rig.reopen();
  assert.equal(foundOnDisk(rig, secret), false, "after it was closed");
  assert.deepEqual(rig.store.activity("a", START, START + 10_000, 1), [10 + 10]);
});

storeTest("forget() blackens a rectangle wherever it cuts a tile, and only there", (rig) => {
  const random = new Random(8);
  const rect = { x: 0, y: 0, w: 150, h: 40 };
  const pictures = [0, 1, 2, 3].map(() => noise(random, blank(200, 100)));
  // The third differs from the second only within the rectangle: nothing of that may be told.
  pictures[2] = copyOf(pictures[1]);
  fill(pictures[2], { ...rect, w: 10, h: 10 }, () => WHITE);
  pictures.forEach((picture, i) => rig.store.record("a", START + i * 1000, picture));
  // The pack of the three large tiles, which the rectangle cuts.
  const secret = codeOf(rig, START + 1000).slice(0, 1);
  assert.ok(foundOnDisk(rig, secret), "it is there before");
  rig.store.forget("a", 0, Infinity, rect);
  pictures.forEach((picture, i) => {
    const wanted = copyOf(picture);
    fill(wanted, rect, () => 0);
    const found = rig.store.at("a", START + i * 1000)!;
    assert.deepEqual(rig.store.pixels(found), wanted.pixels);
    assert.equal(found.time, START + (i === 2 ? 1 : i) * 1000);
  });
  assert.equal(foundOnDisk(rig, secret), false);
  assert.deepEqual(rig.store.span("a")?.gaps, []);
  rig.store.record("a", START + 4000, pictures[3]);
  assert.deepEqual(rig.store.span("a")?.gaps, [], "recording goes on without a gap");
});

storeTest("forget() leaves the same tile to other sources and other places", (rig) => {
  const picture = noise(new Random(9), blank(64, 64));
  rig.store.record("a", START, picture);
  rig.store.record("b", START, picture);
  rig.store.forget("a", 0, Infinity);
  assert.deepEqual(rig.store.sources(), ["b"]);
  assert.equal(rig.store.span("a"), undefined);
  assert.deepEqual(rig.store.pixels(rig.store.at("b", START)!), picture.pixels);
});

storeTest("open() finishes what was to be forgotten when the process ended", async (rig) => {
  rig.store.record("a", START, blank(64, 64, 1));
  rig.store.record("a", START + 1000, blank(64, 64, 2));
  rig.store.close();
  const database = new DatabaseSync(`${rig.dir}/${FILE_NAME}`);
  database.prepare("INSERT INTO erasure (source, start, end) VALUES (1, ?, ?)").run(
    START,
    START + 1000,
  );
  database.close();
  await rig.reopen();
  assert.equal(rig.store.at("a", START + 500), undefined);
  assert.deepEqual(rig.store.at("a", START + 1000)?.grid, [solidRef(2)]);
});

storeTest("the directory and its files are for this user alone", (rig) => {
  rig.store.record("a", START, blank(64, 64));
  rig.store.write();
  const mode = (path: string) => Deno.statSync(path).mode! & 0o777;
  assert.equal(mode(rig.dir), 0o700);
  const files = [...Deno.readDirSync(rig.dir)].map(({ name }) => name);
  assert.deepEqual(files.sort(), [FILE_NAME, `${FILE_NAME}-wal`]);
  for (const file of files) assert.equal(mode(`${rig.dir}/${file}`), 0o600);
});

storeTest("open() refuses an archive that is in use", async (rig) => {
  await assert.rejects(
    StoreRig.open({}, rig.dir),
    new HistoryOpenFailed(`Cannot open the history in ${rig.dir}: another process is using it`),
  );
});

storeTest(
  "open() refuses another format, another program's file, and what is no database",
  async (rig) => {
    const path = `${rig.dir}/${FILE_NAME}`;
    const altered = async (sql: string, message: RegExp) => {
      rig.store.close();
      const database = new DatabaseSync(path);
      database.exec(sql);
      database.close();
      await assert.rejects(rig.reopen(), message);
    };
    await altered("PRAGMA user_version = 2", /has format 2, this program reads 1; use the program/);
    await altered("PRAGMA application_id = 5", /is not one of Patchcast's/);
    const bytes = Deno.readFileSync(path);
    Deno.writeTextFileSync(path, "not a database, but long enough to be looked at".repeat(100));
    await assert.rejects(rig.reopen(), /Cannot open the history in .*file is not a database/);
    Deno.writeFileSync(path, bytes);
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 1; PRAGMA application_id = 1346586707");
    database.close();
    await rig.reopen();
  },
);

Deno.test("open() refuses limits out of their range", async () => {
  const open = (limits: { maxAgeMs?: number; maxBytes?: number }) =>
    StoreRig.open(limits, "/nowhere");
  await assert.rejects(
    open({ maxAgeMs: 0 }),
    new RangeError("Cannot set maxAgeMs: got 0, wanted more than 0"),
  );
  await assert.rejects(
    open({ maxBytes: 5 }),
    new RangeError(`Cannot set maxBytes: got 5, wanted 0 (no limit) or at least ${MIN_BYTES}`),
  );
  assert.equal(typeof HistoryStore.open, "function");
});

/** The stored code of the packs of a picture. */
function codeOf(rig: StoreRig, time: number): Uint8Array[] {
  const stored = rig.store.at("a", time)!.grid.filter((ref) => ref >= 0);
  const packs = [...new Set(stored.map((id) => Math.floor(id / PACK_TILES)))];
  return rig.store.packs(packs).map(({ code }) => code);
}

/** Whether a part of one of the codes stands in one of the files. */
function foundOnDisk(rig: StoreRig, codes: readonly Uint8Array[]): boolean {
  const files = [...Deno.readDirSync(rig.dir)].map(({ name }) => {
    return new TextDecoder("latin1").decode(Deno.readFileSync(`${rig.dir}/${name}`));
  });
  return codes.some((code) => {
    // Long values go on in other pages; some part of 24 bytes lies within one.
    for (let at = 0; at + 24 <= code.length; at += 24) {
      const part = new TextDecoder("latin1").decode(code.subarray(at, at + 24));
      if (files.some((file) => file.includes(part))) return true;
    }
    return false;
  });
}
