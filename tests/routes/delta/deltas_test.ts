import assert from "node:assert/strict";
import { makeDelta } from "../../../compare/delta.ts";
import type { Picture } from "../../../compare/picture.ts";
import { restorePicture } from "../../../compare/restore.ts";
import type { Size } from "../../../capture/geometry.ts";
import { DeltaMaker } from "../../../routes/delta/delta_maker.ts";
import { Deltas, NotHeld } from "../../../routes/delta/deltas.ts";
import { Rebuilder } from "../../../routes/delta/rebuilder.ts";
import type { Leg } from "../../../routes/delta/rebuild_plan.ts";
import { CaptureRig, type RigOptions } from "../../helpers/capture_rig.ts";
import { changed, CHANGES, copyFrame, paint, randomFrame } from "../../helpers/frames.ts";
import { Random } from "../../helpers/random.ts";

const SCREEN = { width: 150, height: 100 };
const MINUTES = 60_000;

/** Rebuilds as the Worker does, and notes how. */
class HereMaker {
  readonly legs: (readonly Leg[])[] = [];

  make(from: number, to: number, legs: readonly Leg[]): Promise<Uint8Array<ArrayBuffer>> {
    this.legs.push(legs);
    const past = new Rebuilder(from, to);
    for (const leg of legs) past.add(leg);
    return Promise.resolve(makeDelta(past.picture(from), past.picture(to)));
  }

  close(): void {}
}

/** A screen that a viewer watches, and all pictures that it showed, by seq. */
class Past {
  readonly rig: CaptureRig;
  readonly maker = new HereMaker();
  readonly deltas: Deltas;
  readonly pictures = new Map<number, Uint8Array>();
  readonly #random: Random;

  private constructor(rig: CaptureRig, random: Random) {
    this.rig = rig;
    this.#random = random;
    this.deltas = new Deltas(rig.clock.steady, this.maker);
  }

  static async start(seed: number, options: RigOptions = {}): Promise<Past> {
    const random = new Random(seed);
    const past = new Past(
      await CaptureRig.start(randomFrame(random, SCREEN, "text"), options),
      random,
    );
    past.rig.watch();
    await past.note();
    return past;
  }

  get newest(): number {
    return Math.max(...this.pictures.keys());
  }

  /** Lets a tick pass and notes the picture. */
  async note(): Promise<number> {
    await this.rig.tick();
    const { seq, rgba } = await this.rig.answer(this.rig.loop.picture());
    this.pictures.set(seq, rgba);
    return seq;
  }

  async change(content: "spot" | "any" | "noise"): Promise<number> {
    const { screen } = this.rig;
    if (content === "noise") {
      const frame = copyFrame(screen.frame);
      paint(this.#random, frame, { x: 0, y: 0, w: 150, h: 100 }, "noise");
      screen.show(frame);
    } else {
      const kind = content === "any" ? this.#random.pick(CHANGES) : "spot";
      const { frame, damage } = changed(this.#random, screen.frame, kind);
      screen.show(frame, damage);
    }
    return await this.note();
  }

  make(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const made = this.deltas.make("screen", this.rig, from, to);
    // It may be refused before the loop has come to rest.
    made.catch(() => {});
    return this.rig.answer(made);
  }

  /** Seqs that are held, as a refusal says. */
  async held(): Promise<{ oldest: number; newest: number } | undefined> {
    try {
      await this.make(0, 0);
    } catch (error) {
      if (error instanceof NotHeld) return error.held;
      throw error;
    }
    throw new Error("nothing was refused");
  }

  picture(seq: number, { width, height }: Size = SCREEN): Picture {
    return { width, height, depth: 8, samples: new Uint8Array(this.pictures.get(seq)!) };
  }

  /** Makes a delta, and checks that it leads from the one picture to the other. */
  async check(from: number, to: number, size?: Size): Promise<void> {
    const back = await restorePicture(this.picture(from, size), await this.make(from, to));
    assert.deepEqual(back, this.picture(to, size), `from ${from} to ${to}`);
  }
}

Deno.test("Deltas.make() rebuilds any two pictures in the ring, in any order", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const past = await Past.start(seed);
    const random = new Random(seed);
    for (let i = 0; i < 12; i++) {
      await past.change("any");
      // Viewers who come end epochs.
      if (i % 5 === 4) past.rig.watch();
    }
    const seqs = [...past.pictures.keys()];
    for (let i = 0; i < 12; i++) await past.check(random.pick(seqs), random.pick(seqs));
    past.rig.close();
  }
});

Deno.test("Deltas.make() of the same picture twice has nothing in it", async () => {
  const past = await Past.start(1);
  await past.change("spot");
  const delta = await past.make(past.newest, past.newest);
  const { samples } = await restorePicture(past.picture(past.newest), delta);
  assert.deepEqual(samples, past.picture(past.newest).samples);
  await past.check(past.newest, past.newest);
  past.rig.close();
});

Deno.test("Deltas.make() says which pictures are held", async () => {
  const past = await Past.start(2);
  const first = past.newest;
  const last = await past.change("spot");
  await assert.rejects(past.make(first - 1, last + 1), (error) => {
    assert.ok(error instanceof NotHeld);
    assert.deepEqual(error.held, { oldest: first, newest: last });
    assert.deepEqual(error.seqs, [first - 1, last + 1]);
    return true;
  });
  past.rig.close();
});

Deno.test("Deltas: where the ring has no keyframe left, the first request gets one, and from there on all is held", async () => {
  const past = await Past.start(3, { ring: { maxBytes: 1e8, maxMs: 10_000 } });
  await past.change("spot");
  // Heartbeats push all else out of the ring.
  await past.rig.run(15_000);
  const still = past.newest;
  assert.deepEqual(await past.held(), { oldest: still, newest: still });
  await past.change("spot");
  const last = await past.change("any");
  await past.check(still, last);
  past.rig.close();
});

Deno.test("Deltas: while somebody asks, most of what the ring holds can be rebuilt", async () => {
  const past = await Past.start(4, { ring: { maxBytes: 400_000, maxMs: 1e9 } });
  await past.rig.answer(past.deltas.keep("screen", past.rig));
  for (let i = 0; i < 60; i++) await past.change("noise");
  const { oldest, newest } = (await past.held())!;
  const { ring } = past.rig;
  const chunks = ring.end - ring.start;
  assert.ok(chunks < 10, "the ring has lost nearly all");
  assert.ok(newest - oldest + 1 >= chunks * 0.6, `${newest - oldest + 1} of ${chunks} are held`);
  await past.check(oldest, newest);
  past.rig.close();
});

Deno.test("Deltas: ten minutes after the last request no more keyframes are made for nobody", async () => {
  const past = await Past.start(5, { ring: { maxBytes: 1e8, maxMs: 8000 } });
  await past.rig.answer(past.deltas.keep("screen", past.rig));
  const epochs = () => past.rig.loop.stats().epochs;
  const before = epochs();
  await past.rig.run(1 * MINUTES);
  const busy = epochs() - before;
  assert.ok(busy >= 8 && busy <= 16, `${busy} epochs in a minute`);
  const still = past.newest;
  await past.check(still, await past.change("spot"));
  for (let i = 0; i < 11; i++) await past.rig.run(1 * MINUTES);
  const after = epochs();
  await past.rig.run(1 * MINUTES);
  assert.equal(epochs(), after);
  past.rig.close();
});

Deno.test("Deltas: no picture of before a change of size or masks is given out", async () => {
  const past = await Past.start(6);
  const before = await past.change("spot");
  await past.rig.answer(past.deltas.keep("screen", past.rig));
  past.rig.loop.change({ ...past.rig.loop.settings, masks: [{ x: 0, y: 0, w: 20, h: 20 }] });
  const masked = await past.note();
  assert.ok(masked > before);
  await assert.rejects(past.make(before, masked), NotHeld);
  const last = await past.change("spot");
  await past.check(masked, last);
  past.rig.loop.change({ ...past.rig.loop.settings, region: { x: 0, y: 0, w: 50, h: 60 } });
  const smaller = await past.note();
  await assert.rejects(past.make(masked, smaller), NotHeld);
  await past.check(smaller, smaller, { width: 50, height: 60 });
  past.rig.close();
});

Deno.test("Deltas: a start point near the newer picture shortens the way", async () => {
  const past = await Past.start(7);
  const first = past.newest;
  for (let i = 0; i < 5; i++) await past.change("spot");
  await past.rig.answer(past.rig.loop.keyframe());
  const keyframe = await past.note();
  const last = await past.change("spot");
  await past.check(first, last);
  const [one, other] = past.maker.legs.at(-1)!;
  assert.equal(one.messages.length, 1);
  assert.ok(other.start);
  assert.ok(other.messages.length <= last - keyframe + 2, `${other.messages.length} chunks`);
  past.rig.close();
});

Deno.test("Deltas: who asks for the same at the same time gets the same; a source of the same name is another one", async () => {
  const past = await Past.start(8);
  await past.rig.answer(past.deltas.keep("screen", past.rig));
  const { newest } = past;
  const [one, other] = await Promise.all([past.make(newest, newest), past.make(newest, newest)]);
  assert.equal(one, other);
  assert.equal(past.maker.legs.length, 1);
  const second = await Past.start(9);
  await second.change("spot");
  const made = past.deltas.make("screen", second.rig, second.newest, second.newest);
  await second.rig.answer(made);
  past.deltas.closeAll();
  past.rig.close();
  second.rig.close();
});

Deno.test("DeltaMaker makes deltas in its Worker", async () => {
  const past = await Past.start(10);
  const first = past.newest;
  for (let i = 0; i < 3; i++) await past.change("any");
  await past.make(first, past.newest);
  const maker = new DeltaMaker();
  try {
    const delta = await maker.make(first, past.newest, past.maker.legs[0]);
    const back = await restorePicture(past.picture(first), delta);
    assert.deepEqual(back, past.picture(past.newest));
    await assert.rejects(maker.make(first, past.newest + 1, past.maker.legs[0]), /was not among/);
    const again = await maker.make(past.newest, first, past.maker.legs[0]);
    assert.deepEqual(await restorePicture(past.picture(past.newest), again), past.picture(first));
  } finally {
    maker.close();
    past.rig.close();
  }
});
