/** Screenshots that come after newer ones, against a model: a list of pictures and the time in which each stood. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { PictureView } from "../../history/picture_refs.ts";
import { blank, HOUR, START, StoreRig } from "./rig.ts";
import { verifyArchive } from "./verify.ts";

interface Shown {
  start: number;
  end: number;
  picture: PictureView;
}

const SIZES = [[150, 70], [64, 64]];

type Step =
  | { kind: "shot" | "late"; at: number; size: number; pattern: number }
  | { kind: "still" | "pause" | "write"; at: number };

const at = fc.double({ min: -0.1, max: 1, noNaN: true });
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("shot" as const, "late" as const),
    at,
    size: fc.constantFrom(0, 0, 0, 1),
    pattern: fc.nat(4),
  }),
  fc.record({ kind: fc.constantFrom("still" as const, "pause" as const, "write" as const), at }),
);

function draw(size: number, pattern: number): PictureView {
  const [width, height] = SIZES[size];
  const picture = blank(width, height);
  picture.pixels.forEach((_, i) => {
    const x = i % width;
    // The right part is the same in all of them.
    picture.pixels[i] = x > 100 ? x : pattern * 0x10101 + (pattern > 1 ? i % 7 : 0);
  });
  return picture;
}

function isSame(a: PictureView, b: PictureView): boolean {
  return a.width === b.width && a.pixels.length === b.pixels.length &&
    a.pixels.every((pixel, i) => pixel === b.pixels[i]);
}

class Model {
  shown: Shown[] = [];
  /** The newest picture still stands. */
  open = false;

  record(time: number, picture: PictureView): void {
    const last = this.shown.at(-1);
    if (last && this.open) {
      last.end = time;
      if (isSame(last.picture, picture)) return;
    }
    this.shown.push({ start: time, end: time, picture });
    this.open = true;
  }

  /** @returns whether that instant was free */
  insert(time: number, picture: PictureView): boolean {
    const index = this.shown.findLastIndex(({ start }) => start <= time);
    const one = this.shown[index];
    const next = this.shown[index + 1];
    if (!one || time > one.end) {
      this.shown.splice(index + 1, 0, { start: time, end: next.start, picture });
      return true;
    }
    if (time === one.start || time === one.end) return false;
    const rest = next?.start === one.end ? [] : [{ ...one, start: one.end }];
    this.shown.splice(index + 1, 0, { start: time, end: one.end, picture }, ...rest);
    one.end = time;
    return true;
  }

  at(time: number): PictureView | undefined {
    return this.shown.findLast(({ start }) => start <= time)?.picture;
  }
}

Deno.test("insert() puts late pictures where they belong, and changes nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 40 }), async (list) => {
      const rig = await StoreRig.open({ maxAgeMs: 1000 * HOUR });
      const model = new Model();
      let now = START;
      let lateCount = 0;
      try {
        for (const step of list) {
          const span = now - START;
          if (step.kind === "shot" || (step.kind === "late" && model.shown.length === 0)) {
            // Some so far apart that segments end.
            now += step.at > 0.8 ? 11 * 60_000 : 1000;
            const picture = draw(step.size, step.pattern);
            rig.store.record("a", now, picture);
            model.record(now, picture);
          } else if (step.kind === "late") {
            const time = START + Math.floor(span * step.at);
            // Like no other: what the same picture again means is another test's.
            const picture = draw(step.size, 10 + lateCount++);
            if (time > model.shown.at(-1)!.end) continue;
            const isFree = model.insert(time, picture);
            assert.equal(rig.store.insert("a", time, picture), isFree, `at ${time - START}`);
          } else if (step.kind === "still" && model.open) {
            now += 500;
            if (rig.store.stands("a", now)) model.shown.at(-1)!.end = now;
          } else if (step.kind === "pause" && model.shown.length > 0) {
            now += 500;
            rig.store.pause("a", now, "paused");
            if (model.open) model.shown.at(-1)!.end = now;
            model.open = false;
          } else if (step.kind === "write") rig.store.write();
          assertEqual(rig, model);
        }
        rig.store.close();
        verifyArchive(rig.dir);
      } finally {
        await rig.close();
      }
    }),
    { numRuns: 120, seed: 5 },
  );
});

/** At each instant at which something begins or ends, and right beside it. */
function assertEqual({ store }: StoreRig, model: Model): void {
  for (const { start, end } of model.shown) {
    for (const time of [start - 1, start, start + 1, end - 1, end, end + 1]) {
      const wanted = model.at(time);
      const found = store.at("a", time);
      assert.equal(found === undefined, wanted === undefined);
      if (!found || !wanted) continue;
      assert.ok(isSame({ ...found, pixels: store.pixels(found) }, wanted), `at ${time - START}`);
    }
  }
}

Deno.test("insert() of a picture that stood then, or stands next, adds no change", async () => {
  const rig = await StoreRig.open();
  rig.store.record("a", START, draw(0, 1));
  rig.store.record("a", START + 10_000, draw(0, 2));
  rig.store.record("a", START + 20_000, draw(0, 3));
  assert.equal(rig.store.insert("a", START + 4000, draw(0, 1)), true);
  assert.equal(rig.store.at("a", START + 5000)?.time, START);
  assert.equal(rig.store.insert("a", START + 8000, draw(0, 2)), true);
  assert.equal(rig.store.at("a", START + 15_000)?.time, START + 8000);
  assert.equal(rig.store.at("a", START + 15_000)?.next, START + 20_000);
  rig.store.record("a", START + 30_000, draw(0, 3));
  assert.deepEqual(rig.store.span("a")?.gaps, [], "recording goes on without a gap");
  await rig.close();
});

Deno.test("insert() leaves what was deleted deleted, and refuses what is too old or no picture", async () => {
  const rig = await StoreRig.open({ maxAgeMs: HOUR });
  rig.now = START + 60_000;
  for (const second of [0, 10, 20, 30]) {
    rig.store.record("a", START + second * 1000, draw(0, second / 10));
  }
  rig.store.forget("a", START + 10_000, START + 20_000);
  assert.equal(rig.store.insert("a", START + 15_000, draw(0, 4)), false);
  assert.equal(rig.store.at("a", START + 15_000)?.time, START);
  assert.equal(rig.store.insert("a", START - 2 * HOUR, draw(0, 4)), false);
  assert.throws(() => rig.store.insert("a", START + 25_000.5, draw(0, 4)), RangeError);
  const cut = { ...draw(0, 4), height: 3 };
  assert.throws(() => rig.store.insert("a", START + 25_000, cut), RangeError);
  assert.equal(rig.store.at("a", START + 25_000)?.time, START + 20_000);
  assert.equal(rig.store.insert("b", START, draw(0, 1)), true, "the first one of a source");
  rig.store.close();
  verifyArchive(rig.dir);
  await rig.close();
});

Deno.test("a segment that many late pictures go into is cut: reading one stays cheap", async () => {
  const rig = await StoreRig.open({ maxAgeMs: 1000 * HOUR });
  const size = { width: 640, height: 640 };
  const shot = (n: number) => ({ ...size, pixels: new Uint32Array(640 * 640).fill(n) });
  rig.store.record("a", START, shot(1));
  rig.store.record("a", START + 60_000, shot(2));
  for (let i = 1; i < 200; i++) {
    assert.ok(rig.store.insert("a", START + i * 250, shot(i + 2)));
  }
  rig.store.write();
  assert.ok(rig.store.stats().segments > 3);
  for (let i = 1; i < 200; i++) {
    const found = rig.store.at("a", START + i * 250 + 100)!;
    assert.deepEqual(rig.store.pixels(found), shot(i + 2).pixels);
  }
  assert.equal(rig.store.pixels(rig.store.at("a", START + 60_000)!)[0], 2);
  await rig.close();
});
