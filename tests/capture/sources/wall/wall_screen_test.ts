import assert from "node:assert/strict";
import type { Rect, Size } from "../../../../capture/geometry.ts";
import { helloMessage } from "../../../../capture/messages.ts";
import { gridOf, pictureIn } from "../../../../capture/sources/wall/grid.ts";
import { WallScreen } from "../../../../capture/sources/wall/wall_screen.ts";
import type { Source } from "../../../../capture/source.ts";
import { CaptureRig } from "../../../helpers/capture_rig.ts";
import {
  blankFrame,
  changed,
  CHANGES,
  copyFrame,
  type Frame,
  literalFrame,
  paint,
  randomFrame,
  rgbaOf,
} from "../../../helpers/frames.ts";
import { ManualTimers } from "../../../helpers/manual_timers.ts";
import { Random } from "../../../helpers/random.ts";
import { wallPicture } from "../../../helpers/wall_picture.ts";

/** Twice as high as a cell of two to four sources: averages of four pixels, which are exact. */
const DOUBLE = { width: 400, height: 1076 };

/** A source whose stream a wall is fed. */
class Fed {
  readonly id: string;
  readonly rig: CaptureRig;
  feed: number;
  #sent = 0;
  #greeted = false;
  readonly #firstSize: Size;

  constructor(id: string, rig: CaptureRig, feed: number) {
    this.id = id;
    this.rig = rig;
    this.feed = feed;
    this.#firstSize = { width: rig.screen.frame.width, height: rig.screen.frame.height };
  }

  static async start(id: string, frame: Frame, feed = 0): Promise<Fed> {
    const rig = await CaptureRig.start(frame);
    rig.watch();
    return new Fed(id, rig, feed);
  }

  get frame(): Frame {
    return this.rig.screen.frame;
  }

  /** What the source has to say since it was asked last. */
  async news(): Promise<Uint8Array[]> {
    await this.rig.tick();
    const hello = this.#greeted ? [] : [helloMessage(this.rig.hello("wall"))];
    this.#greeted = true;
    const chunks = this.rig.chunks.slice(this.#sent);
    this.#sent = this.rig.chunks.length;
    return [...hello, ...chunks.map(({ messages }) => messages)];
  }

  async to(wall: WallScreen): Promise<void> {
    wall.feed(this.id, this.feed, await this.news());
  }

  /** All of the stream from its beginning, as a new one. */
  replay(wall: WallScreen, feed: number): void {
    this.feed = feed;
    const hello = helloMessage({ ...this.rig.hello("wall"), ...this.#firstSize });
    wall.feed(this.id, feed, [hello, ...this.rig.chunks.map(({ messages }) => messages)]);
  }
}

/** A wall on a clock that tests move. */
class WallRig {
  readonly wall: WallScreen;
  readonly source: Source;
  readonly #time: { readonly timers: ManualTimers; now: number };

  private constructor(wall: WallScreen, time: { readonly timers: ManualTimers; now: number }) {
    this.wall = wall;
    this.source = wall.open();
    this.#time = time;
  }

  static async start(sources: readonly string[]): Promise<WallRig> {
    const time = { timers: new ManualTimers(), now: 0 };
    const { after } = time.timers;
    return new WallRig(await WallScreen.load(sources, { steady: () => time.now, after }), time);
  }

  pass(ms: number): void {
    this.#time.now += ms;
    this.#time.timers.pass(ms);
  }

  /** What the wall shows, and where it says that it has changed. */
  look(): { frame: Frame; damage: readonly Rect[] | "unknown"; resized: boolean } {
    const { damage, resized } = this.source.poll();
    const { width, height } = this.source.size;
    const frame = blankFrame(width, height);
    this.source.grab(frame.bgrx, { top: 0, bottom: height });
    return { frame, damage, resized };
  }
}

/** Byte for byte but for the fourth ones; `tolerance` is the largest difference of a channel. */
function assertSame(actual: Frame, wanted: Frame, tolerance = 0): void {
  assert.deepEqual([actual.width, actual.height], [wanted.width, wanted.height]);
  const [a, b] = [rgbaOf(actual), rgbaOf(wanted)];
  const at = a.findIndex((value, i) => Math.abs(value - b[i]) > tolerance);
  const pixel = at >> 2;
  const place = `${pixel % actual.width},${Math.floor(pixel / actual.width)}`;
  assert.equal(at, -1, `the walls differ at ${place}: got ${a[at]}, wanted ${b[at]}`);
}

Deno.test("WallScreen shows each source in its place, area-averaged, small ones as they are", async () => {
  const random = new Random(1);
  const large = await Fed.start("large", randomFrame(random, DOUBLE, "mixed"));
  const small = await Fed.start("small", randomFrame(random, { width: 301, height: 203 }, "noise"));
  const rig = await WallRig.start(["large", "small"]);
  assertSame(rig.look().frame, wallPicture([undefined, undefined]));
  await large.to(rig.wall);
  await small.to(rig.wall);
  rig.pass(100);
  const { frame } = rig.look();
  assertSame(frame, wallPicture([large.frame, small.frame]));
  // Four pixels and their mean, by hand.
  const corner = literalFrame(2, [0x102030, 0x304050, 0x000000, 0xffffff]);
  large.rig.screen.show(pasted(large.frame, corner));
  await large.to(rig.wall);
  rig.pass(100);
  const { x } = pictureIn(gridOf(2).cells[0], DOUBLE);
  const [blue, green, red] = rig.look().frame.bgrx.subarray(x * 4);
  assert.deepEqual([red, green, blue], [0x50, 0x58, 0x60]);
  for (const one of [large, small]) one.rig.close();
});

/** A frame with a smaller one in its corner. */
function pasted(frame: Frame, corner: Frame): Frame {
  const out = copyFrame(frame);
  for (let row = 0; row < corner.height; row++) {
    const line = corner.bgrx.subarray(row * corner.width * 4, (row + 1) * corner.width * 4);
    out.bgrx.set(line, row * frame.width * 4);
  }
  return out;
}

Deno.test("WallScreen says where it has changed: little, where little has", async () => {
  const random = new Random(2);
  const one = await Fed.start("one", randomFrame(random, DOUBLE, "text"));
  const rig = await WallRig.start(["one", "two"]);
  await one.to(rig.wall);
  rig.pass(100);
  rig.look();
  assert.deepEqual(rig.look().damage, []);
  const next = copyFrame(one.frame);
  paint(random, next, { x: 300, y: 500, w: 20, h: 20 }, "noise");
  one.rig.screen.show(next);
  await one.to(rig.wall);
  rig.pass(100);
  const { damage, frame } = rig.look();
  assert.ok(damage !== "unknown" && damage.length > 0);
  const pixels = damage.reduce((sum, { w, h }) => sum + w * h, 0);
  assert.ok(pixels <= 64 * 64, `${pixels} pixels`);
  assertSame(frame, wallPicture([next, undefined]));
  one.rig.close();
});

Deno.test("WallScreen draws at most ten times a second, however often sources change", async () => {
  const random = new Random(3);
  const one = await Fed.start("one", randomFrame(random, { width: 40, height: 30 }, "noise"));
  const rig = await WallRig.start(["one"]);
  await one.to(rig.wall);
  const first = rig.look();
  assertSame(first.frame, wallPicture([one.frame]), 0);
  let drawn = 0;
  for (let i = 0; i < 50; i++) {
    one.rig.screen.show(randomFrame(random, { width: 40, height: 30 }, "noise"));
    await one.to(rig.wall);
    rig.pass(20);
    const { damage } = rig.look();
    if (damage === "unknown" || damage.length > 0) drawn++;
  }
  assert.equal(drawn, 10);
  rig.pass(100);
  assertSame(rig.look().frame, wallPicture([one.frame]));
  one.rig.close();
});

Deno.test("WallScreen, after any changes, is what it would be if it were drawn anew", async () => {
  for (let seed = 10; seed < 18; seed++) {
    const random = new Random(seed);
    const ids = ["a", "b", "c", "d", "e"].slice(0, random.int(1, 5));
    const sources = [];
    for (const id of ids) {
      const size = { width: random.int(1, 900), height: random.int(1, 700) };
      sources.push(await Fed.start(id, randomFrame(random, size, "mixed")));
    }
    const rig = await WallRig.start(ids);
    for (let step = 0; step < 12; step++) {
      const one = random.pick(sources);
      const next = random.chance(0.1)
        ? randomFrame(random, { width: random.int(1, 900), height: random.int(1, 700) }, "text")
        : changed(random, one.frame, random.pick(CHANGES)).frame;
      one.rig.screen.show(next);
      await one.to(rig.wall);
      if (random.chance(0.5)) rig.pass(100);
    }
    for (const one of sources) await one.to(rig.wall);
    rig.pass(100);
    const { frame } = rig.look();
    const anew = await WallRig.start(ids);
    for (const one of sources) one.replay(anew.wall, 1);
    anew.pass(100);
    assertSame(frame, anew.look().frame);
    assertSame(frame, wallPicture(sources.map(({ frame }) => frame)), 1);
    for (const one of sources) one.rig.close();
  }
});

Deno.test("WallScreen.show() lays sources out anew, with the pictures that they have", async () => {
  const random = new Random(4);
  const a = await Fed.start("a", randomFrame(random, DOUBLE, "text"));
  const c = await Fed.start("c", randomFrame(random, { width: 200, height: 100 }, "noise"));
  const rig = await WallRig.start(["a", "c"]);
  await a.to(rig.wall);
  await c.to(rig.wall);
  rig.pass(100);
  rig.look();
  rig.wall.show(["a", "b", "c"]);
  const more = rig.look();
  assert.equal(more.resized, true);
  assertSame(more.frame, wallPicture([a.frame, undefined, c.frame]));
  rig.wall.show(["c", "b", "a"]);
  const other = rig.look();
  assert.deepEqual([other.resized, other.damage], [false, "unknown"]);
  assertSame(other.frame, wallPicture([c.frame, undefined, a.frame]));
  rig.wall.show(["c"]);
  // What comes of one that is not shown any more is not drawn.
  a.rig.screen.show(randomFrame(random, DOUBLE, "noise"));
  await a.to(rig.wall);
  rig.pass(100);
  assertSame(rig.look().frame, wallPicture([c.frame]));
  assert.throws(() => rig.wall.show(Array.from({ length: 65 }, (_, i) => `s${i}`)), RangeError);
  for (const one of [a, c]) one.rig.close();
});

Deno.test("WallScreen follows a source that gets another size", async () => {
  const random = new Random(5);
  const one = await Fed.start("one", randomFrame(random, { width: 800, height: 500 }, "noise"));
  const rig = await WallRig.start(["one"]);
  await one.to(rig.wall);
  rig.look();
  one.rig.screen.show(randomFrame(random, { width: 120, height: 400 }, "noise"));
  await one.to(rig.wall);
  rig.pass(100);
  assertSame(rig.look().frame, wallPicture([one.frame]));
  one.rig.close();
});

Deno.test("WallScreen keeps the picture of a stream that broke until a new one has another", async () => {
  const random = new Random(6);
  const one = await Fed.start("one", randomFrame(random, { width: 80, height: 50 }, "noise"));
  const rig = await WallRig.start(["one"]);
  await one.to(rig.wall);
  const before = rig.look().frame;
  assert.throws(() => rig.wall.feed("one", 0, [Uint8Array.of(0x03, 1, 0xff)]), /Cannot/);
  rig.pass(100);
  assertSame(rig.look().frame, before);
  assert.throws(() => rig.wall.feed("one", 0, [Uint8Array.of(0)]), /damaged/);
  const hello = helloMessage(one.rig.hello("wall"));
  rig.wall.feed("one", 1, [hello]);
  rig.pass(100);
  assertSame(rig.look().frame, before);
  one.rig.screen.show(randomFrame(random, { width: 80, height: 50 }, "text"));
  await one.rig.tick();
  one.replay(rig.wall, 2);
  rig.pass(100);
  assertSame(rig.look().frame, wallPicture([one.frame]));
  one.rig.close();
});

Deno.test("WallScreen: a fresh picture waits until all sources show something, but not for ever", async () => {
  const random = new Random(7);
  const a = await Fed.start("a", randomFrame(random, { width: 80, height: 50 }, "noise"));
  const b = await Fed.start("b", randomFrame(random, { width: 60, height: 60 }, "noise"));
  const rig = await WallRig.start(["a", "b"]);
  let fresh = 0;
  const first = rig.source.fresh!().then(() => fresh++);
  await a.to(rig.wall);
  await Promise.resolve();
  assert.equal(fresh, 0);
  await b.to(rig.wall);
  await first;
  assertSame(rig.look().frame, wallPicture([a.frame, b.frame]));

  rig.wall.show(["a", "b", "gone"]);
  const second = rig.source.fresh!().then(() => fresh++);
  rig.pass(1999);
  await Promise.resolve();
  assert.equal(fresh, 1);
  rig.pass(1);
  await second;
  assertSame(rig.look().frame, wallPicture([a.frame, b.frame, undefined]));
  for (const one of [a, b]) one.rig.close();
});
