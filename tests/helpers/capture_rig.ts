/**
 * The real loop, pipeline, emitter, ring and viewers around a fake screen and a clock that stands still
 * until a test moves it: everything between the source and the canvas but Workers and sockets.
 */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Size } from "../../capture/geometry.ts";
import { type Kernels, loadKernels } from "../../capture/kernels/kernels.ts";
import { CaptureLoop } from "../../capture/loop.ts";
import type { Hello } from "../../capture/messages.ts";
import { Ring, type RingLimits } from "../../capture/ring.ts";
import { HEARTBEAT_MS } from "../../capture/schedule.ts";
import { type Joining, ViewerCursor } from "../../capture/viewer_cursor.ts";
import type { Chunk, JoinPoint, JoinWish } from "../../capture/worker_protocol.ts";
import type { LiveSettings } from "../../config.ts";
import { liveDefaults } from "../../config/live_settings.ts";
import { Client } from "./client.ts";
import type { Targets } from "../../capture/targets.ts";
import { FakeScreen } from "./fake_source.ts";
import { type Frame, rgbaOf } from "./frames.ts";
import { ManualClock } from "./manual_clock.ts";

export const SETTINGS: LiveSettings = { ...liveDefaults, fps: 10 };
/** The first update has the seq after this one. */
export const FIRST = { seq: 100, epoch: 7 };

export interface RigOptions {
  readonly settings?: Partial<LiveSettings>;
  readonly ring?: RingLimits;
  /** The source tells of news by itself. */
  readonly tells?: boolean;
  /** What there is to capture. */
  readonly targets?: Targets;
}

/** Instances of the kernels are given back for the next rig: their memory need not be made anew. */
const idleKernels: Kernels[] = [];

export class CaptureRig implements Joining {
  readonly screen: FakeScreen;
  readonly clock = new ManualClock();
  readonly ring: Ring;
  readonly loop: CaptureLoop;
  readonly chunks: Chunk[] = [];
  readonly #kernels: Kernels;
  readonly #viewers: RigViewer[] = [];
  #size: Size;
  /** The loop was asked for something: like the Worker, the rig lets it step at once. */
  #woken = false;

  private constructor(kernels: Kernels, frame: Frame, options: RigOptions) {
    this.#kernels = kernels;
    this.screen = new FakeScreen(frame);
    this.screen.tells = options.tells ?? false;
    this.screen.targets = options.targets;
    this.ring = new Ring(options.ring ?? { maxBytes: 64 * 1024 * 1024, maxMs: 30_000 });
    const { open } = this.screen;
    this.loop = new CaptureLoop(
      kernels,
      { source: open(), reopen: open, note: undefined },
      { ...SETTINGS, ...options.settings },
      FIRST,
      this.clock,
      (chunk) => {
        this.chunks.push(chunk);
        if (chunk.resizes) this.#size = chunk.resizes;
        this.ring.push(chunk);
      },
      () => this.#woken = true,
    );
    this.#size = this.loop.size;
  }

  static async start(frame: Frame, options: RigOptions = {}): Promise<CaptureRig> {
    return new CaptureRig(idleKernels.pop() ?? await loadKernels(), frame, options);
  }

  close(): void {
    this.loop.close();
    idleKernels.push(this.#kernels);
  }

  hello(viewer: string): Hello {
    return { ...this.#size, source: "fake", viewer, heartbeatMs: HEARTBEAT_MS };
  }

  async join(wish: JoinWish): Promise<JoinPoint> {
    const joining = this.loop.join(wish);
    this.#woken = true;
    const point = await joining;
    this.#size = { width: point.width, height: point.height };
    return point;
  }

  /** Opens a stream for `client`, which goes on from what it has if `resume` says so. */
  watch(client: Client = new Client(), resume = false): RigViewer {
    const viewer = new RigViewer(this, client, resume ? client.place : undefined);
    this.#viewers.push(viewer);
    this.#count();
    return viewer;
  }

  leave(viewer: RigViewer): void {
    const place = this.#viewers.indexOf(viewer);
    if (place < 0) return;
    this.#viewers.splice(place, 1);
    viewer.cursor.end("disconnected", "");
    this.#count();
  }

  /** Lets `ms` pass: the loop's steps run when they are due, and viewers read what comes. */
  async run(ms = 0): Promise<void> {
    const until = this.clock.now + ms;
    await this.#settle();
    for (let steps = 0;; steps++) {
      assert.ok(steps < 1000, "the loop does not come to rest");
      const told = this.loop.listens && this.screen.hasNews;
      const delay = this.#woken || told ? 0 : this.loop.delay();
      this.#woken = false;
      if (this.clock.now + delay > until) break;
      this.clock.advance(delay);
      if (told) await this.loop.news(0);
      await this.loop.step();
      await this.#settle();
    }
    this.clock.now = until;
  }

  /** The next tick runs: what changed before reaches the viewers. */
  async tick(): Promise<void> {
    await this.run(1000 / this.loop.settings.fps);
  }

  /** Resolves with what `asked` does, once the loop has come to it. */
  async answer<T>(asked: Promise<T>): Promise<T> {
    let isThere = false;
    const there = () => {
      isThere = true;
    };
    asked.then(there, there);
    await this.run();
    if (!isThere) await this.tick();
    return await asked;
  }

  /** What an in-sync canvas must hold. */
  async reference(): Promise<Uint8Array> {
    return (await this.answer(this.loop.picture())).rgba;
  }

  /** Checks that the client's canvas is the screen, byte for byte. */
  assertShows(client: Client, frame: Frame = this.screen.frame): void {
    const { picture } = client.decoder;
    assert.ok(picture, "the client has no picture");
    assert.deepEqual([picture.width, picture.height], [frame.width, frame.height]);
    assertSamePixels(client.rgba, rgbaOf(frame), frame.width);
  }

  async #settle(): Promise<void> {
    await setImmediate();
    for (const viewer of this.#viewers) await viewer.read();
  }

  #count(): void {
    this.loop.setViewers(this.#viewers.length);
  }
}

/** One connection, read as fast as it gives. */
export class RigViewer {
  readonly client: Client;
  readonly cursor: ViewerCursor;
  /** The connection takes nothing: what `next()` gave stays in its hands. */
  stalled = false;
  /** The stream has ended. */
  ended = false;
  /** What the cursor gave last. */
  parts: Uint8Array[] | undefined;
  #next: Promise<Uint8Array[] | undefined> | undefined;
  #given: { parts: Uint8Array[] | undefined } | undefined;

  constructor(
    rig: CaptureRig,
    client: Client,
    resume: { seq: number; epoch: number } | undefined,
  ) {
    this.client = client;
    client.connect();
    this.cursor = new ViewerCursor({
      form: "zstd",
      ring: rig.ring,
      capture: rig,
      hello: () => rig.hello("v"),
      resume,
      now: rig.clock.wall,
      steady: rig.clock.steady,
    });
  }

  /** Reads all there is now. */
  async read(): Promise<void> {
    while (!this.stalled && !this.ended) {
      this.#next ??= this.cursor.next().then((parts) => {
        this.#given = { parts };
        return parts;
      });
      await setImmediate();
      if (!this.#given) return;
      const { parts } = this.#given;
      this.#given = undefined;
      this.#next = undefined;
      if (!parts) this.ended = true;
      this.parts = parts;
      assert.notEqual(parts?.length, 0, "the cursor gave nothing where it should have waited");
      for (const part of parts ?? []) this.client.receive(part);
    }
  }
}

/** @param width of the pictures, to say where they differ */
export function assertSamePixels(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  width: number,
): void {
  assert.equal(actual.length, expected.length, "the pictures have different sizes");
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === expected[i]) continue;
    const pixel = i >> 2;
    const at = `${pixel % width},${Math.floor(pixel / width)}, channel ${i & 3}`;
    assert.fail(`the pictures differ at ${at}: got ${actual[i]}, wanted ${expected[i]}`);
  }
}
