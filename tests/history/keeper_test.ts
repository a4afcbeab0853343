/** From a screen into the archive: the real loop, its stream, and what the Worker does with it, on a clock that tests move. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { ViewerCursor } from "../../capture/viewer_cursor.ts";
import { openDatabase } from "../../history/database.ts";
import { Keeper } from "../../history/keeper.ts";
import type { ArchiveState } from "../../history/worker_protocol.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { copyFrame, type Frame, paint, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { HOUR, StoreRig } from "./rig.ts";
import { verifyArchive } from "./verify.ts";

const SIZE = { width: 200, height: 130 };

class KeeperRig {
  readonly screen: CaptureRig;
  readonly archive: StoreRig;
  readonly keeper: Keeper;
  readonly states: ArchiveState[] = [];
  readonly broken: string[] = [];
  readonly #cursor: ViewerCursor;
  #next: Promise<void> | undefined;

  constructor(screen: CaptureRig, archive: StoreRig, fps: number) {
    this.screen = screen;
    this.archive = archive;
    const { steady, wall } = screen.clock;
    this.keeper = new Keeper(archive.store, { intervalMs: 1000 / fps, now: wall, steady }, {
      state: (state) => this.states.push(state),
      broken: (_, reason) => this.broken.push(reason),
    });
    this.#cursor = new ViewerCursor({
      form: "messages",
      ring: screen.ring,
      capture: screen,
      hello: () => screen.hello("history"),
      resume: undefined,
      now: wall,
    });
    this.keeper.begin("s");
    screen.loop.setViewers(1);
  }

  /** Lets time pass: loop, stream and keeper do what is due. */
  async run(ms: number): Promise<void> {
    const until = this.screen.clock.now + ms;
    while (this.screen.clock.now < until) {
      await this.screen.run(Math.min(10, until - this.screen.clock.now));
      this.archive.steady = this.screen.clock.now;
      this.archive.now = this.screen.clock.wall();
      await this.#read();
      if (this.keeper.delay() <= 0) this.keeper.step();
    }
  }

  async show(frame: Frame, ms: number): Promise<number> {
    this.screen.screen.show(frame);
    await this.run(ms);
    return this.screen.clock.wall();
  }

  async #read(): Promise<void> {
    for (let idle = 0; idle < 3; idle++) {
      this.#next ??= this.#cursor.next().then((parts) => {
        this.#next = undefined;
        idle = 0;
        if (parts) this.keeper.push("s", parts);
      });
      await setImmediate();
    }
  }

  assertShows(time: number, frame: Frame): void {
    const found = this.archive.store.at("s", time);
    assert.ok(found, "there is a picture");
    const pixels = this.archive.store.pixels(found);
    const wanted = new Uint32Array(frame.bgrx.buffer);
    assert.ok(pixels.every((pixel, i) => pixel === (wanted[i] & 0xffffff)), `at ${time}`);
  }
}

function keeperTest(
  title: string,
  body: (rig: KeeperRig, first: Frame) => Promise<void>,
  options: { fps?: number; openFile?: typeof openDatabase } = {},
): void {
  Deno.test(title, async () => {
    const archive = await StoreRig.open({ openFile: options.openFile });
    const first = randomFrame(new Random(3), SIZE, "mixed");
    const screen = await CaptureRig.start(first);
    try {
      await body(new KeeperRig(screen, archive, options.fps ?? 10), first);
      archive.store.close();
      verifyArchive(archive.dir);
    } finally {
      screen.close();
      await archive.close();
    }
  });
}

keeperTest("Keeper records what the screen showed at any time, exactly", async (rig, first) => {
  const random = new Random(4);
  const shown: { time: number; frame: Frame }[] = [];
  let frame = first;
  for (let i = 0; i < 12; i++) {
    const time = await rig.show(frame, 500);
    shown.push({ time, frame });
    frame = copyFrame(frame);
    const [x, y] = [random.int(0, 150), random.int(0, 100)];
    paint(random, frame, { x, y, w: 40, h: 20 }, "text");
  }
  for (const { time, frame } of shown) rig.assertShows(time, frame);
  assert.deepEqual(rig.archive.store.span("s")?.gaps, []);
});

keeperTest(
  "Keeper records no more pictures a second than it may, and the last one always",
  async (rig, first) => {
    const random = new Random(5);
    const frame = copyFrame(first);
    await rig.show(frame, 1000);
    const start = rig.screen.clock.wall();
    for (let i = 0; i < 40; i++) {
      paint(random, frame, { x: 0, y: 0, w: 50, h: 50 }, "noise");
      await rig.show(copyFrame(frame), 100);
    }
    await rig.run(600);
    const end = rig.screen.clock.wall();
    const whole = { x: 0, y: 0, w: SIZE.width, h: SIZE.height };
    const times = rig.archive.store.changes("s", whole, start, end, 1000);
    // Four seconds at two a second, and what waited last.
    assert.ok(times.length >= 8 && times.length <= 10, `${times.length} pictures`);
    rig.assertShows(end, frame);
  },
  { fps: 2 },
);

keeperTest("Keeper says of a screen that stands still that it does", async (rig, first) => {
  await rig.show(first, 60_000);
  const { start, end, gaps } = rig.archive.store.span("s")!;
  assert.ok(end - start > 55_000, `${end - start} ms`);
  assert.deepEqual(gaps, []);
  assert.equal(rig.archive.store.stats().segments, 1);
});

keeperTest("Keeper leaves a gap while the source is lost, and says why", async (rig, first) => {
  await rig.show(first, 3000);
  rig.screen.screen.fault = "unplugged";
  await rig.run(10_000);
  const during = rig.screen.clock.wall();
  rig.screen.screen.fault = undefined;
  const again = copyFrame(first);
  paint(new Random(1), again, { x: 0, y: 0, w: 9, h: 9 }, "noise");
  const after = await rig.show(again, 10_000);
  const [gap, ...others] = rig.archive.store.span("s")!.gaps;
  assert.match(gap.reason, /the source was lost: .*unplugged/);
  assert.ok(gap.end! - gap.start >= 9000, `${gap.end! - gap.start} ms`);
  assert.deepEqual(others, []);
  assert.deepEqual(rig.archive.store.at("s", during)?.gap, gap);
  rig.assertShows(during, first);
  rig.assertShows(after, again);
});

keeperTest(
  "Keeper records a source that changes its size, and a wall clock that is set back",
  async (rig, first) => {
    const before = await rig.show(first, 1000);
    const small = randomFrame(new Random(6), { width: 90, height: 70 }, "text");
    const middle = await rig.show(small, 1000);
    rig.assertShows(before, first);
    rig.assertShows(middle, small);
    const newest = rig.archive.store.newest("s");
    const { wall } = rig.screen.clock;
    const later = randomFrame(new Random(7), { width: 90, height: 70 }, "text");
    // As if an hour had not been: what follows is recorded behind what was.
    Object.assign(rig.screen.clock, { wall: () => wall() - HOUR });
    await rig.show(later, 5000);
    assert.deepEqual(rig.archive.store.span("s")?.gaps, []);
    rig.assertShows(newest, small);
    rig.assertShows(rig.archive.store.newest("s"), later);
  },
);

keeperTest(
  "Keeper reports a stream that makes no sense, and takes the next one",
  async (rig, first) => {
    await rig.show(first, 500);
    rig.keeper.push("s", [Uint8Array.of(0x66, 0)]);
    assert.deepEqual(rig.broken, ["Cannot read message kind 102"]);
    rig.keeper.begin("s");
    rig.keeper.push("s", []);
    assert.equal(rig.broken.length, 1);
  },
);

let file: ReturnType<typeof openDatabase> | undefined;

/** The file may have 60 pages and no more. */
function limited(dir: string): ReturnType<typeof openDatabase> {
  file = openDatabase(dir);
  file.exec("PRAGMA max_page_count = 60");
  return file;
}

keeperTest(
  "Keeper stops when the disk is full, goes on live, and records again when there is room",
  async (rig, first) => {
    const random = new Random(7);
    const early = await rig.show(first, 2000);
    const frame = copyFrame(first);
    while (rig.states.length === 0) {
      paint(random, frame, { x: 0, y: 0, w: 200, h: 130 }, "noise");
      await rig.show(copyFrame(frame), 300);
      assert.ok(rig.screen.clock.now < 60_000, "it never stopped");
    }
    const stopped = { state: "stopped", detail: "Cannot write the history: the disk is full" };
    assert.deepEqual(rig.states, [stopped]);
    rig.assertShows(early, first);
    // Not a page more, whatever is given up.
    file!.exec("PRAGMA max_page_count = 1");
    // The stream is read and decoded all the same; the disk is tried less and less often.
    paint(random, frame, { x: 0, y: 0, w: 200, h: 130 }, "noise");
    await rig.show(copyFrame(frame), 20_000);
    const tries = rig.states.length;
    assert.ok(tries >= 4 && tries <= 6, `${tries} tries in 20 s`);
    file!.exec("PRAGMA max_page_count = 100000");
    const after = await rig.show(frame, 40_000);
    assert.deepEqual(rig.states.at(-1), { state: "recording", detail: "ok" });
    rig.assertShows(early, first);
    rig.assertShows(after, frame);
    const [gap, ...others] = rig.archive.store.span("s")!.gaps;
    assert.equal(gap.reason, stopped.detail);
    assert.ok(gap.end! - gap.start > 15_000);
    assert.deepEqual(others, []);
  },
  { openFile: limited },
);

keeperTest(
  "Keeper.read() answers when the disk turns out to be full just then, and recording stops",
  async (rig, first) => {
    const early = await rig.show(first, 2000);
    file!.exec("PRAGMA max_page_count = 1");
    const frame = copyFrame(first);
    paint(new Random(8), frame, { x: 0, y: 0, w: 200, h: 130 }, "noise");
    // Recorded, and not written yet.
    const late = await rig.show(frame, 300);
    assert.deepEqual(rig.states, []);
    const found = rig.keeper.read(() => rig.archive.store.at("s", late));
    assert.ok(found && found.time <= early);
    assert.deepEqual(rig.states.map(({ state }) => state), ["stopped"]);
    rig.assertShows(early, first);
    assert.throws(
      () =>
        rig.keeper.read(() => {
          throw new RangeError("Cannot read that");
        }),
      RangeError,
    );
    file!.exec("PRAGMA max_page_count = 100000");
  },
  { openFile: limited },
);

keeperTest(
  "Keeper takes what is repeated or blackened while it is paused for no picture of that time",
  async (rig, first) => {
    const { loop } = rig.screen;
    await rig.show(first, 1000);
    const paused = rig.screen.clock.wall();
    loop.change({ ...loop.settings, paused: true });
    await rig.run(1000);
    loop.keyframe();
    await rig.run(3000);
    loop.change({ ...loop.settings, masks: [{ x: 0, y: 0, w: 20, h: 20 }] });
    await rig.run(3000);
    loop.change({ ...loop.settings, masks: [], paused: false });
    await rig.run(1000);
    const [gap, ...others] = rig.archive.store.span("s")!.gaps;
    assert.deepEqual([gap.reason, others], ["capture was paused", []]);
    assert.ok(gap.start <= paused && gap.end! - gap.start >= 7000, JSON.stringify(gap));
    rig.assertShows(paused, first);
    rig.assertShows(rig.screen.clock.wall(), first);
  },
);

keeperTest("Keeper records nothing of a source that is away from the start", async (rig, first) => {
  const { screen } = rig.screen;
  screen.fault = "gone";
  await rig.run(3000);
  assert.equal(rig.archive.store.span("s"), undefined);
  screen.fault = undefined;
  await rig.run(6000);
  rig.assertShows(rig.screen.clock.wall(), first);
  assert.deepEqual(rig.archive.store.span("s")?.gaps, []);
});
