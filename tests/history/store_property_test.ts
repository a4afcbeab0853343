/**
 * The archive against a model without tiles, segments, references or files: a list of pictures and the time in which
 * each stood.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Rect } from "../../capture/geometry.ts";
import type { PictureView } from "../../history/picture_refs.ts";
import { blank, copyOf, fill, HOUR, START, StoreRig } from "./rig.ts";
import { verifyArchive } from "./verify.ts";

interface Shown {
  readonly start: number;
  /** Until the next one, or a gap. */
  end: number;
  readonly picture: PictureView;
}

const SOURCES = ["a", "b"];
const SIZES = [[150, 70], [64, 64], [130, 140]];
const MAX_AGE_MS = 2 * HOUR;

type Step =
  | { kind: "draw"; source: string; dt: number; rect: Rect; pattern: number }
  | { kind: "still" | "pause"; source: string; dt: number }
  | { kind: "resize"; source: string; dt: number; size: number }
  | { kind: "write" | "expire" | "reopen" }
  | { kind: "forget"; source: string; from: number; length: number; rect: Rect | undefined };

const rects = fc.record({
  x: fc.integer({ min: 0, max: 120 }),
  y: fc.integer({ min: 0, max: 60 }),
  w: fc.integer({ min: 1, max: 130 }),
  h: fc.integer({ min: 1, max: 130 }),
});
const source = fc.constantFrom(...SOURCES);
/** ms; some so long that segments end. */
const dt = fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 12 * 60_000 }));
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("draw" as const),
      source,
      dt,
      rect: rects,
      pattern: fc.nat(5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("still" as const, "pause" as const), source, dt }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("resize" as const),
      source,
      dt,
      size: fc.nat(SIZES.length - 1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("write" as const, "expire" as const, "reopen" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("forget" as const),
      source,
      // As parts of the time that there is.
      from: fc.double({ min: -0.1, max: 1.1, noNaN: true }),
      length: fc.double({ min: 0, max: 0.7, noNaN: true }),
      rect: fc.option(rects, { nil: undefined }),
    }),
  },
);

/** A pattern's colours; pattern 0 is one colour. */
function colour(pattern: number, x: number, y: number): number {
  if (pattern === 0) return 0x336699;
  return ((x * pattern + y * 7) % 5) * 0x2f1f0f + pattern;
}

class Model {
  readonly shown = new Map<string, Shown[]>(SOURCES.map((source) => [source, []]));
  readonly screens = new Map<string, PictureView>();

  record(source: string, time: number, picture: PictureView, follows: boolean): void {
    const list = this.shown.get(source)!;
    const last = list.at(-1);
    if (last && follows) last.end = time;
    list.push({ start: time, end: time, picture: copyOf(picture) });
  }

  forget(source: string, from: number, to: number, rect: Rect | undefined): void {
    const left: Shown[] = [];
    for (const one of this.shown.get(source)!) {
      const isInstant = one.start === one.end;
      const overlaps = one.start < to && (one.end > from || isInstant && one.start >= from);
      if (!overlaps) {
        left.push(one);
        continue;
      }
      if (one.start < from) left.push({ ...one, end: from });
      if (rect) {
        const picture = copyOf(one.picture);
        const w = Math.min(rect.w, picture.width - rect.x);
        const h = Math.min(rect.h, picture.height - rect.y);
        if (w > 0 && h > 0) fill(picture, { ...rect, w, h }, () => 0);
        left.push({ start: Math.max(one.start, from), end: Math.min(one.end, to), picture });
      }
      if (one.end > to) left.push({ ...one, start: to });
    }
    this.shown.set(source, left);
  }
}

function check(rig: StoreRig, model: Model): void {
  for (const [source, list] of model.shown) {
    const span = rig.store.span(source);
    // Old segments may go, as a whole; nothing that is young enough.
    const kept = list.filter(({ start, end }) => {
      return span !== undefined && (end > span.start || start >= span.start);
    });
    for (const gone of list.slice(0, list.length - kept.length)) {
      assert.ok(
        gone.end < rig.now - MAX_AGE_MS,
        `${source} lost a picture that is not old: ${
          JSON.stringify([
            list.map(({ start, end }) => [start - START, end - START]),
            span,
            rig.now - START,
          ])
        }`,
      );
    }
    model.shown.set(source, kept);
    for (const { start, end, picture } of kept) {
      for (const time of [Math.max(start, span!.start), Math.max(start, span!.start, end - 1)]) {
        const found = rig.store.at(source, time);
        assert.ok(found, `${source} has nothing at ${time - START}`);
        assert.deepEqual([found.width, found.height], [picture.width, picture.height]);
        const pixels = rig.store.pixels(found);
        assert.ok(
          pixels.every((pixel, i) => pixel === picture.pixels[i]),
          `${source} at ${time - START}`,
        );
        if (start < end) assert.equal(found.gap, undefined);
      }
    }
    const before = span ? span.start - 1 : Infinity;
    assert.equal(rig.store.at(source, before), undefined);
  }
}

Deno.test("HistoryStore restores every picture that its model has, through all that may happen to it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 40 }), async (list) => {
      const rig = await StoreRig.open({ maxAgeMs: MAX_AGE_MS });
      const model = new Model();
      /** The source's newest picture still stands: the next one follows on it. */
      const standing = new Set<string>();
      try {
        for (const step of list) {
          run(rig, model, standing, step);
          if (step.kind === "reopen") {
            await rig.reopen();
            standing.clear();
          }
        }
        check(rig, model);
        await rig.reopen();
        check(rig, model);
        rig.store.close();
        verifyArchive(rig.dir);
        // Everything grows old: nothing may remain.
        await rig.reopen();
        rig.now += 100 * HOUR;
        rig.expireAll();
        rig.store.close();
        assert.deepEqual(verifyArchive(rig.dir), { segments: 0, tiles: 0, packs: 0 });
        await rig.reopen();
      } finally {
        await rig.close();
      }
    }),
    { numRuns: 30 },
  );
});

function run(rig: StoreRig, model: Model, standing: Set<string>, step: Step): void {
  switch (step.kind) {
    case "draw":
    case "still":
    case "resize": {
      const { source } = step;
      rig.now += step.dt;
      let screen = model.screens.get(source) ?? blank(150, 70);
      let cells: number[] | undefined;
      if (step.kind === "resize") {
        screen = blank(SIZES[step.size][0], SIZES[step.size][1], 0x102030);
      }
      if (step.kind === "still") cells = [];
      if (step.kind === "draw") {
        const { x, y } = step.rect;
        const w = Math.min(step.rect.w, screen.width - x);
        const h = Math.min(step.rect.h, screen.height - y);
        if (w > 0 && h > 0) {
          fill(screen, { x, y, w, h }, (x, y) => colour(step.pattern, x, y));
        }
      }
      model.screens.set(source, screen);
      rig.store.record(source, rig.now, screen, cells);
      model.record(source, rig.now, screen, standing.has(source));
      standing.add(source);
      return;
    }
    case "pause": {
      rig.now += step.dt;
      rig.store.pause(step.source, rig.now, "paused");
      const last = model.shown.get(step.source)!.at(-1);
      if (last && standing.delete(step.source)) last.end = rig.now;
      return;
    }
    case "write":
      return rig.store.write();
    case "expire":
      rig.tickMs = 1;
      while (rig.store.expire(2));
      return;
    case "forget": {
      const first = model.shown.get(step.source)!.at(0)?.start ?? START;
      const time = (part: number) => Math.round(first + (rig.now - first) * part);
      const from = time(step.from);
      const to = Math.min(time(step.from + step.length), rig.now + 1);
      rig.store.forget(step.source, from, to, step.rect);
      if (to > from) {
        model.forget(step.source, from, to, step.rect);
        const last = model.shown.get(step.source)!.at(-1);
        // What is forgotten up to now leaves a gap, until the next picture.
        if (!last || last.end < Math.min(to, rig.now) && !step.rect) standing.delete(step.source);
      }
    }
  }
}
