/** Every picture of a day comes back, byte for byte, at its time: after a reopen, and after the oldest half has expired. */
import assert from "node:assert/strict";
import { HistoryStore } from "../../history/store.ts";
import type { PictureView } from "../../history/picture_refs.ts";
import { planDay, seeded } from "../../bench/history/day.ts";
import { CONTENTS, paint, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { START } from "./rig.ts";
import { verifyArchive } from "./verify.ts";

const SHOTS = 600;
const SHOT_MS = 10_000;
const SIZE = { width: 400, height: 270 };

/** Recordings of sorts: each picture has a little that the one before has not. */
function recordings(): PictureView[][] {
  const random = new Random(11);
  return CONTENTS.map((content) => {
    const frame = randomFrame(random, SIZE, content);
    return Array.from({ length: 30 }, () => {
      const [x, y] = [random.int(0, 340), random.int(0, 240)];
      paint(random, frame, { x, y, w: 60, h: 30 }, random.pick(CONTENTS));
      const pixels = new Uint32Array(frame.bgrx.slice().buffer);
      return { ...SIZE, pixels: pixels.map((pixel) => pixel & 0xffffff) };
    });
  });
}

Deno.test("every picture of a day is restored at its time, also when half of the day has expired", async () => {
  const dir = await Deno.makeTempDir({ prefix: "history-day-" });
  const frames = recordings();
  const shots = planDay(frames.map(({ length }) => length), SHOTS, seeded(3));
  let now = START;
  const open = () =>
    HistoryStore.open({
      dir,
      maxAgeMs: SHOTS / 2 * SHOT_MS,
      maxBytes: 0,
      now: () => now,
      steady: () => performance.now(),
    });
  const checkFrom = (store: HistoryStore, first: number) => {
    for (let i = first; i < SHOTS; i++) {
      const found = store.at("s", START + i * SHOT_MS)!;
      const { recording, frame } = shots[i];
      assert.deepEqual(store.pixels(found), frames[recording][frame].pixels, `shot ${i}`);
      assert.equal(found.gap, undefined);
    }
  };
  try {
    let store = await open();
    shots.forEach(({ recording, frame }, i) => {
      store.record("s", START + i * SHOT_MS, frames[recording][frame]);
    });
    checkFrom(store, 0);
    store.close();
    verifyArchive(dir);
    store = await open();
    checkFrom(store, 0);
    now = START + SHOTS * SHOT_MS;
    while (store.expire(5));
    checkFrom(store, SHOTS / 2);
    store.close();
    verifyArchive(dir);
    store = await open();
    checkFrom(store, SHOTS / 2);
    const { start } = store.span("s")!;
    const age = START + SHOTS / 2 * SHOT_MS - start;
    // Segments go as a whole.
    assert.ok(age >= 0 && age <= 600_000, `${age} ms too old`);
    store.close();
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
