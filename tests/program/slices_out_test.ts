import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { SlicesTarget } from "../../config/slices_to.ts";
import {
  type FollowedSource,
  type ReceiverConnection,
  SlicesOut,
} from "../../program/slices_out.ts";
import { copyFrame, type Frame, paint, randomFrame } from "../helpers/frames.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";
import { Random } from "../helpers/random.ts";
import { SliceReceiver } from "../helpers/slice_receiver.ts";
import { SlicesServer } from "../helpers/slices_server.ts";

const TARGET: SlicesTarget = { host: "::1", port: 7101, format: "bgra" };

/** A receiver that is connected. */
class FakeReceiver extends SliceReceiver implements ReceiverConnection {
  closed = false;
  /** Nothing is taken while this is true. */
  stalled = false;
  #endRead = () => {};
  #wake = () => {};

  async read(): Promise<number | null> {
    if (!this.closed) await new Promise<void>((resolve) => this.#endRead = resolve);
    if (this.closed) throw new Error("the resource is closed");
    return null;
  }

  /** Takes at most 1000 bytes at once, as a socket may. */
  async write(bytes: Uint8Array): Promise<number> {
    while (this.stalled && !this.closed) await new Promise<void>((resolve) => this.#wake = resolve);
    if (this.closed) throw new Error("the resource is closed");
    const taken = bytes.subarray(0, 1000);
    this.receive(taken);
    return taken.length;
  }

  close(): void {
    this.closed = true;
    this.#endRead();
    this.#wake();
  }

  /** The other end goes. */
  leave(): void {
    this.#endRead();
  }

  goOn(): void {
    this.stalled = false;
    this.#wake();
  }
}

class Rig {
  readonly server: SlicesServer;
  readonly timers = new ManualTimers();
  readonly lines: string[] = [];
  readonly receivers: FakeReceiver[] = [];
  readonly out: SlicesOut;
  /** Why nobody can be connected to. */
  refusal: string | undefined;
  attempts = 0;
  followers: number[] = [];
  source: FollowedSource | undefined;
  #now = 0;

  private constructor(server: SlicesServer, target: SlicesTarget) {
    this.server = server;
    this.source = {
      id: "screen",
      engine: server.source,
      follow: (fps) => {
        this.followers.push(fps);
        server.rig.loop.setViewers(this.followers.length);
        return () => {
          this.followers.splice(this.followers.indexOf(fps), 1);
          server.rig.loop.setViewers(this.followers.length);
        };
      },
    };
    this.out = new SlicesOut({
      targets: [target],
      sources: { get: (id) => id === target.source ? this.source : undefined },
      feeds: server.feeds,
      say: (line) => this.lines.push(line),
      connect: () => {
        this.attempts++;
        if (this.refusal !== undefined) return Promise.reject(new Error(this.refusal));
        const receiver = new FakeReceiver();
        this.receivers.push(receiver);
        return Promise.resolve(receiver);
      },
      after: this.timers.after,
      now: () => this.#now,
    });
  }

  static async start(target: SlicesTarget = TARGET): Promise<Rig> {
    const screen = randomFrame(new Random(1), { width: 130, height: 70 }, "mixed");
    return new Rig(await SlicesServer.start(screen), target);
  }

  get screen(): Frame {
    return this.server.rig.screen.frame;
  }

  change(seed: number): void {
    const frame = copyFrame(this.screen);
    paint(new Random(seed), frame, { x: 10 + seed, y: 20, w: 15, h: 9 }, "noise");
    this.server.rig.screen.show(frame);
  }

  async receiver(number = 1): Promise<FakeReceiver> {
    await this.server.until(() => this.receivers.length >= number);
    return this.receivers[number - 1];
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    this.timers.pass(ms);
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  }

  close(): void {
    this.out.stop();
    this.server.close();
  }
}

Deno.test("SlicesOut feeds a receiver, exactly, as long as it is there", async () => {
  const rig = await Rig.start({ ...TARGET, source: "left", format: "bgr", fps: 120 });
  rig.out.start();
  const receiver = await rig.receiver();
  await rig.server.until(() => receiver.shows(rig.screen));
  for (let seed = 1; seed < 4; seed++) {
    rig.change(seed);
    await rig.pass(100);
    await rig.server.until(() => receiver.shows(rig.screen));
  }
  assert.deepEqual(rig.followers, [120]);
  assert.deepEqual(rig.lines, ["Patchcast sends slices to [::1]:7101"]);
  const [first] = receiver.packets;
  assert.equal(first.kind === "whole" && first.png[25], 2, "the colour type in IHDR");
  rig.out.stop();
  rig.out.stop();
  assert.ok(receiver.closed);
  await rig.server.until(() => rig.followers.length === 0);
  assert.equal(rig.timers.pending, 0);
  rig.close();
});

Deno.test("SlicesOut gives a slow receiver one packet with all that has changed meanwhile", async () => {
  const rig = await Rig.start();
  rig.out.start();
  const receiver = await rig.receiver();
  await rig.server.until(() => receiver.shows(rig.screen));
  receiver.stalled = true;
  // What somebody else shows, the feed has.
  const quick = new SliceReceiver();
  const body = (await rig.server.get("/stream/slices")).body!;
  const reading = (async () => {
    for await (const bytes of body) quick.receive(bytes);
  })();
  for (let seed = 1; seed < 9; seed++) {
    rig.change(seed);
    await rig.server.until(() => quick.shows(rig.screen));
  }
  assert.equal(receiver.packets.length, 1);
  receiver.goOn();
  await rig.server.until(() => receiver.shows(rig.screen));
  assert.equal(receiver.packets.length, 3, "the whole picture, what was under way, and the rest");
  await rig.server.registry.endAll("the end", 1000);
  await reading;
  rig.close();
});

Deno.test("SlicesOut connects again, with growing pauses, and begins with the whole picture", async () => {
  const rig = await Rig.start();
  rig.refusal = "Connection refused";
  rig.out.start();
  await rig.pass(0);
  const attempts: number[] = [];
  for (const ms of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    const before = rig.attempts;
    await rig.pass(ms - 1);
    assert.equal(rig.attempts, before);
    await rig.pass(1);
    attempts.push(rig.attempts - before);
  }
  assert.deepEqual(attempts, Array(8).fill(1));
  assert.deepEqual(rig.lines, [
    "Patchcast: no slices reach [::1]:7101, trying on: Connection refused",
  ]);
  assert.deepEqual(rig.followers, [], "nothing is captured for it");
  rig.refusal = undefined;
  await rig.pass(10_000);
  const first = await rig.receiver();
  await rig.server.until(() => first.shows(rig.screen));
  await rig.pass(10_000);
  first.leave();
  // A packet may be under way that says that the connection lives.
  await rig.server.until(() => first.closed && rig.lines.length === 3);
  assert.deepEqual(rig.lines.slice(1), [
    "Patchcast sends slices to [::1]:7101",
    "Patchcast: no slices reach [::1]:7101, trying on: it has closed the connection",
  ]);
  // The connection had lasted.
  await rig.pass(250);
  const second = await rig.receiver(2);
  await rig.server.until(() => second.shows(rig.screen));
  assert.equal(second.packets[0].kind, "whole");
  rig.close();
});

Deno.test("SlicesOut waits for a source that is not there, and goes on when it has another engine", async () => {
  const rig = await Rig.start();
  const { source } = rig;
  rig.source = undefined;
  rig.out.start();
  const receiver = await rig.receiver();
  await rig.pass(5000);
  assert.equal(receiver.packets.length, 0);
  rig.source = source;
  await rig.pass(500);
  await rig.server.until(() => receiver.shows(rig.screen));
  // The engine dies: its feed ends, and the source has another one.
  rig.source = { ...source!, engine: { ...source!.engine } };
  rig.server.feeds.close("screen");
  rig.change(5);
  await rig.server.until(() => rig.followers.length === 0);
  await rig.pass(500);
  await rig.server.until(() => receiver.shows(rig.screen));
  assert.deepEqual(receiver.packets.filter(({ kind }) => kind === "whole").length, 2);
  assert.ok(!receiver.closed);
  rig.close();
});

Deno.test("SlicesOut.stop() while nothing is connected ends its waiting", async () => {
  const rig = await Rig.start();
  rig.refusal = "Connection refused";
  rig.out.start();
  await rig.pass(0);
  assert.equal(rig.timers.pending, 1);
  rig.out.stop();
  assert.equal(rig.timers.pending, 0);
  rig.close();
});
