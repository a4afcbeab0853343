/** The wall with real engines in real Workers: pushed sources, since a test can say what these show. */
import assert from "node:assert/strict";
import { Engine } from "../../../capture/engine.ts";
import { HeldSource } from "../../../capture/held_source.ts";
import { ViewerCursor } from "../../../capture/viewer_cursor.ts";
import { type AnyEngine, REST_MS } from "../../../capture/wall/standby_engine.ts";
import { Wall } from "../../../capture/wall/wall.ts";
import { liveDefaults } from "../../../config/live_settings.ts";
import { Decoder } from "../../../public/decoder/decoder.js";
import { copyFrame, type Frame, paint, randomFrame, rgbaOf } from "../../helpers/frames.ts";
import { ManualTimers } from "../../helpers/manual_timers.ts";
import { Random } from "../../helpers/random.ts";
import { wallPicture } from "../../helpers/wall_picture.ts";

const RING = { maxBytes: 2 ** 24, maxMs: 60_000 };

function failTest(error: Error): never {
  throw error;
}

/** A source of this process, showing `frame`. */
async function sourceOf(id: string, frame: Frame): Promise<HeldSource<Engine>> {
  const { width, height } = frame;
  const engine = await Engine.start({
    source: { kind: "pushed", label: id, size: { width, height } },
    settings: liveDefaults,
    ring: RING,
    onFault: failTest,
  });
  engine.show({ ...frame, bgrx: frame.bgrx.slice() });
  return new HeldSource(id, "pushed", engine);
}

/** A wall whose looks at its sources come when the test says so; everything else takes its time. */
function wallOf(sources: () => HeldSource<Engine>[]) {
  const timers = new ManualTimers();
  const died: string[] = [];
  const kill: { now: (error: Error) => void } = { now: () => {} };
  let steady = 0;
  const wall = new Wall<Engine>({
    sources,
    start(options) {
      kill.now = options.onFault;
      return Engine.start({ ...options, ring: { maxBytes: 0, maxMs: 0 } });
    },
    settings: liveDefaults,
    ring: RING,
    now: () => Date.now(),
    // Nothing comes too soon after something else.
    steady: () => steady += 10_000,
    after: timers.after,
    onDied: (reason) => died.push(reason),
  });
  return { wall, timers, died, kill };
}

/** A viewer of a source, as the routes make them. */
class Watcher {
  /** Updates that have changed something. */
  updates = 0;
  closed: string | undefined;
  readonly leave: () => void;
  readonly #decoder: Decoder;
  readonly #cursor: ViewerCursor;

  constructor(source: HeldSource<AnyEngine>) {
    const { engine } = source;
    this.#decoder = new Decoder({
      update: ({ rects }) => {
        if (rects.length > 0) this.updates++;
      },
    });
    this.#cursor = new ViewerCursor({
      form: "messages",
      ring: engine.ring,
      capture: engine,
      hello: () => engine.hello("v"),
      resume: undefined,
      now: () => Date.now(),
    });
    this.leave = source.enter((reason, code) => this.closed = `${code}: ${reason}`);
  }

  /** Reads until it shows this frame, byte for byte. */
  async sees(wanted: Frame): Promise<void> {
    const rgba = rgbaOf(wanted);
    while (!this.#shows(wanted, rgba)) {
      const parts = await this.#cursor.next();
      assert.ok(parts, "the stream has ended");
      for (const part of parts) this.#decoder.push(part);
    }
  }

  #shows({ width, height }: Frame, rgba: Uint8Array): boolean {
    const { picture } = this.#decoder;
    return picture?.width === width && picture.height === height &&
      rgba.every((value, i) => value === picture.rgba[i]);
  }
}

/** Twice as high as a cell of two to four sources: averages of four pixels, which are exact. */
const DOUBLE = { width: 400, height: 1076 };
/** The same where there is one source. */
const DOUBLE_ALONE = { width: 400, height: 1080 };
const SMALL = { width: 300, height: 200 };

function show(source: HeldSource<Engine>, frame: Frame): void {
  source.engine.show({ ...frame, bgrx: frame.bgrx.slice() });
}

Deno.test("Wall shows all sources, made smaller, as they change, come and go", async () => {
  const random = new Random(1);
  const [a, b] = [randomFrame(random, DOUBLE, "mixed"), randomFrame(random, SMALL, "noise")];
  const sources = [await sourceOf("a", a), await sourceOf("b", b)];
  const { wall, timers } = wallOf(() => sources);
  assert.deepEqual(wall.layout().cells.map(({ id, x, w }) => [id, x, w]), [
    ["a", 0, 956],
    ["b", 964, 956],
  ]);
  const viewer = new Watcher(wall.source);
  await viewer.sees(wallPicture([a, b]));

  const next = copyFrame(a);
  paint(random, next, { x: 300, y: 500, w: 64, h: 64 }, "text");
  show(sources[0], next);
  await viewer.sees(wallPicture([next, b]));

  const c = randomFrame(random, { width: 640, height: 480 }, "gradient");
  sources.push(await sourceOf("c", c));
  timers.pass(1000);
  await viewer.sees(wallPicture([next, b, c]));
  assert.equal(wall.layout().cells.length, 3);

  const [gone] = sources.splice(1, 1);
  timers.pass(1000);
  await viewer.sees(wallPicture([next, c]));
  assert.deepEqual(wall.layout().cells.map(({ id }) => id), ["a", "c"]);
  await wall.stop();
  await Promise.all([gone, ...sources].map(({ engine }) => engine.stop()));
});

Deno.test("Wall, watched or not, changes nothing of what others get", async () => {
  const random = new Random(2);
  const first = randomFrame(random, DOUBLE_ALONE, "text");
  const source = await sourceOf("a", first);
  const { wall, timers } = wallOf(() => [source]);
  const direct = new Watcher(source);
  await direct.sees(first);
  const before = (await source.engine.stats()).paceFps;
  const viewer = new Watcher(wall.source);
  await viewer.sees(wallPicture([first]));
  assert.equal((await source.engine.stats()).paceFps, before);
  assert.equal(source.viewers, 1, "the wall is no viewer");
  const { updates, streamBytes } = await source.engine.stats();
  const drawn = direct.updates;
  for (let i = 0; i < 5; i++) {
    const next = randomFrame(random, DOUBLE_ALONE, "text");
    show(source, next);
    await direct.sees(next);
    if (i % 2 === 0) await viewer.sees(wallPicture([next]));
  }
  assert.equal(direct.updates - drawn, 5);
  const after = await source.engine.stats();
  assert.equal(after.updates - updates, 5, "each is encoded once");
  assert.equal(after.lossyTiles, 0);
  assert.ok(after.streamBytes > streamBytes);

  // Without viewers, the sources rest as soon as the wall does.
  direct.leave();
  assert.equal((await source.engine.stats()).paceFps, 10);
  viewer.leave();
  assert.equal((await source.engine.stats()).sleeping, false);
  timers.pass(REST_MS);
  await wall.stop();
  assert.equal((await source.engine.stats()).sleeping, true);
  await source.engine.stop();
});

Deno.test("Wall: a picture alone starts it, and shows all sources", async () => {
  const random = new Random(3);
  const [a, b] = [randomFrame(random, SMALL, "noise"), randomFrame(random, SMALL, "mixed")];
  const sources = [await sourceOf("a", a), await sourceOf("b", b)];
  const { wall } = wallOf(() => sources);
  const { width, height, rgba } = await wall.source.engine.picture();
  const wanted = wallPicture([a, b]);
  assert.deepEqual([width, height], [wanted.width, wanted.height]);
  assert.ok(rgbaOf(wanted).every((value, i) => value === rgba[i]));
  await wall.stop();
  await Promise.all(sources.map(({ engine }) => engine.stop()));
});

Deno.test("Wall whose Worker dies tells its viewers, and is there for those who come back", async () => {
  const random = new Random(4);
  const a = randomFrame(random, SMALL, "noise");
  const source = await sourceOf("a", a);
  const { wall, died, kill } = wallOf(() => [source]);
  const viewer = new Watcher(wall.source);
  await viewer.sees(wallPicture([a]));
  kill.now(new Error("bang"));
  assert.equal(viewer.closed, "fault: bang");
  assert.deepEqual(died, ["bang"]);
  viewer.leave();
  const again = new Watcher(wall.source);
  await again.sees(wallPicture([a]));
  again.leave();
  await wall.stop();
  await source.engine.stop();
});

Deno.test("Wall shows a source again whose engine was begun anew", async () => {
  const random = new Random(5);
  const [a, b] = [randomFrame(random, SMALL, "noise"), randomFrame(random, SMALL, "text")];
  const sources = [await sourceOf("a", a)];
  const { wall, timers } = wallOf(() => sources);
  const viewer = new Watcher(wall.source);
  await viewer.sees(wallPicture([a]));
  await sources[0].engine.stop();
  sources[0] = await sourceOf("a", b);
  timers.pass(1000);
  await viewer.sees(wallPicture([b]));
  await wall.stop();
  await sources[0].engine.stop();
});
