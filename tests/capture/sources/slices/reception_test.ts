import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import {
  Reception,
  type SenderConnection,
  SILENT_MS,
  STALL_MS,
  TELL_EVERY_MS,
} from "../../../../capture/sources/slices/reception.ts";
import { SliceCanvas } from "../../../../capture/sources/slices/slice_canvas.ts";
import { encodePacket, type Packet } from "../../../../capture/slices/packet.ts";
import { ManualTimers } from "../../../helpers/manual_timers.ts";
import { makePng } from "../../../helpers/make_png.ts";

/** The other end of a connection. */
class FakeSender implements SenderConnection {
  readonly peer: string;
  closed = false;
  #queue: Uint8Array[] = [];
  #asked: (() => void) | undefined;
  #gone = false;

  constructor(peer: string) {
    this.peer = peer;
  }

  send(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#asked?.();
  }

  /** Ends the connection in order. */
  leave(): void {
    this.#gone = true;
    this.#asked?.();
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#queue.length === 0 && !this.#gone && !this.closed) {
      await new Promise<void>((resolve) => this.#asked = resolve);
    }
    if (this.closed) throw new Error("the resource is closed");
    const bytes = this.#queue.shift();
    if (!bytes) return null;
    into.set(bytes);
    return bytes.length;
  }

  close(): void {
    this.closed = true;
    this.#asked?.();
  }
}

/** A reception with senders that a test brings, and a clock that it moves. */
class Rig {
  readonly timers = new ManualTimers();
  readonly lines: string[] = [];
  readonly shown: number[] = [];
  silence: string | undefined = "unset";
  listening = 0;
  /** What the clock of the canvas goes on by with each look at it, ms. */
  drawingMs = 0;
  /** Awaited where drawing takes long. */
  pause: () => Promise<void> = setImmediate;
  #drawnMs = 0;
  #now = 0;
  #arrive: ((sender: SenderConnection) => void) | undefined;
  readonly reception: Reception;

  constructor(identity?: Uint8Array) {
    this.reception = new Reception({
      listen: () => {
        this.listening++;
        let fail = (_: Error) => {};
        return {
          accept: () =>
            new Promise((resolve, reject) => {
              this.#arrive = resolve;
              fail = reject;
            }),
          close: () => {
            this.listening--;
            fail(new Error("the listener is closed"));
          },
        };
      },
      identity,
      canvas: new SliceCanvas(() => this.pause(), () => this.#drawnMs += this.drawingMs),
      put: ({ frame: { bgrx } }) => this.shown.push(bgrx[0]),
      setSilence: (reason) => this.silence = reason,
      tell: (line) => this.lines.push(line),
      after: this.timers.after,
      now: () => this.#now,
    });
  }

  async connect(peer: string): Promise<FakeSender> {
    const sender = new FakeSender(peer);
    this.#arrive!(sender);
    await this.settle();
    return sender;
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    this.timers.pass(ms);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
  }
}

/** A grey pixel as a whole picture, or as slices one above the other. */
function packet(kind: Packet["kind"], ...greys: number[]): Uint8Array<ArrayBuffer> {
  const pngs = greys.map((grey) => {
    return makePng({ width: 1, height: 1, colour: 0, depth: 8, samples: [grey] });
  });
  return encodePacket(
    kind === "whole"
      ? { kind, size: { width: 1, height: 1 }, png: pngs[0] }
      : { kind, slices: pngs.map((png) => ({ x: 0, y: 0, w: 1, h: 1, png })) },
  );
}

Deno.test("Reception shows what a sender sends, and is silent without one", async () => {
  const rig = new Rig();
  rig.reception.start();
  assert.equal(rig.silence, "no sender of slices has connected yet");
  const sender = await rig.connect("a");
  assert.equal(rig.silence, "no sender of slices has connected yet", "no picture has come");
  sender.send(packet("whole", 1));
  await rig.settle();
  assert.equal(rig.silence, undefined);
  sender.send(packet("slices", 2));
  await rig.settle();
  assert.deepEqual(rig.shown, [1, 2]);
  sender.leave();
  await rig.settle();
  assert.equal(rig.silence, "the sender of slices has gone");
  assert.ok(sender.closed);
  assert.deepEqual(rig.lines, ["a sends slices", "a sends no slices any more: it has gone"]);
  rig.reception.stop();
  assert.equal(rig.timers.pending, 0);
});

Deno.test("Reception lets a sender that comes back go on from the picture", async () => {
  const rig = new Rig();
  rig.reception.start();
  const first = await rig.connect("a");
  first.send(packet("whole", 1));
  first.leave();
  await rig.settle();
  const second = await rig.connect("a again");
  assert.equal(rig.silence, "the sender of slices has gone");
  second.send(packet("slices", 2));
  await rig.settle();
  assert.deepEqual(rig.shown, [1, 2]);
  assert.equal(rig.silence, undefined);
  rig.reception.stop();
});

Deno.test("Reception turns a second sender away while the first one is heard, and says so rarely", async () => {
  const rig = new Rig();
  rig.reception.start();
  const first = await rig.connect("a");
  first.send(packet("whole", 1));
  await rig.pass(SILENT_MS - 1);
  for (const peer of ["b", "c"]) assert.ok((await rig.connect(peer)).closed);
  assert.ok(!first.closed);
  assert.deepEqual(rig.lines.slice(1), ["turned b away: a is sending slices"]);
  first.send(packet("slices", 2));
  await rig.pass(TELL_EVERY_MS - 1);
  first.send(packet("slices", 3));
  await rig.pass(1);
  assert.ok((await rig.connect("d")).closed);
  assert.deepEqual(rig.lines.slice(2), ["turned d away: a is sending slices"]);
  assert.deepEqual(rig.shown, [1, 2, 3]);
  rig.reception.stop();
});

Deno.test("Reception gives the place of a sender that was not heard for 10 s to a newcomer", async () => {
  const rig = new Rig();
  rig.reception.start();
  const first = await rig.connect("a");
  first.send(packet("whole", 1));
  await rig.settle();
  await rig.pass(SILENT_MS);
  const second = await rig.connect("b");
  assert.ok(first.closed && !second.closed);
  assert.equal(rig.silence, undefined, "nothing was missed");
  second.send(packet("slices", 2));
  await rig.settle();
  assert.deepEqual(rig.shown, [1, 2]);
  assert.deepEqual(rig.lines, [
    "a sends slices",
    "a sends no slices any more: it was silent, and b has come",
    "b sends slices",
  ]);
  rig.reception.stop();
});

Deno.test("Reception shows what is drawn when its sender is sent away meanwhile, unless it has stopped", async () => {
  const notYet = "no sender of slices has connected yet";
  const cases: [(rig: Rig) => unknown, shown: number[], silence: string | undefined][] = [
    [(rig) => rig.connect("b"), [1, 3], undefined],
    [(rig) => rig.reception.stop(), [1], undefined],
    [({ reception }) => (reception.stop(), reception.start()), [1, 3], notYet],
  ];
  for (const [sendAway, shown, silence] of cases) {
    const rig = new Rig();
    rig.reception.start();
    const first = await rig.connect("a");
    first.send(packet("whole", 1));
    await rig.settle();
    const drawing = Promise.withResolvers<void>();
    rig.pause = () => drawing.promise;
    rig.drawingMs = 1000;
    first.send(packet("slices", 2, 3));
    await rig.settle();
    await rig.pass(SILENT_MS);
    assert.deepEqual(rig.shown, [1]);
    await sendAway(rig);
    assert.ok(first.closed);
    drawing.resolve();
    await rig.settle();
    assert.deepEqual(rig.shown, shown);
    assert.equal(rig.silence, silence);
    rig.reception.stop();
  }
});

Deno.test("Reception waits for ever between packets, and 10 s within one", async () => {
  const rig = new Rig();
  rig.reception.start();
  const sender = await rig.connect("a");
  sender.send(packet("whole", 1));
  await rig.settle();
  await rig.pass(24 * 3600_000);
  assert.ok(!sender.closed);
  const bytes = packet("slices", 2);
  sender.send(bytes.slice(0, 30));
  await rig.settle();
  await rig.pass(STALL_MS - 1);
  sender.send(bytes.slice(30, 31));
  await rig.settle();
  await rig.pass(STALL_MS - 1);
  assert.ok(!sender.closed);
  await rig.pass(1);
  assert.ok(sender.closed);
  const reason = "nothing came for 10 s in the middle of a packet";
  assert.equal(rig.silence, `the sender of slices was cut off: ${reason}`);
  assert.deepEqual(rig.lines.slice(1), [`a sends no slices any more: ${reason}`]);
  assert.deepEqual(rig.shown, [1]);
  rig.reception.stop();
});

Deno.test("Reception cuts off who sends what it cannot use, and keeps the picture", async () => {
  const rig = new Rig();
  rig.reception.start();
  const good = await rig.connect("a");
  good.send(packet("whole", 1));
  good.leave();
  await rig.settle();
  const bad = await rig.connect("b");
  bad.send(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
  await rig.settle();
  assert.ok(bad.closed);
  assert.match(
    rig.silence!,
    /^the sender of slices was cut off: Cannot read slices: got a count of/,
  );
  const damaged = await rig.connect("c");
  const bytes = packet("slices", 2);
  bytes[bytes.length - 20] ^= 1;
  damaged.send(bytes);
  await rig.settle();
  assert.ok(damaged.closed);
  assert.match(rig.silence!, /Cannot draw slices: slice 1 of 1: The PNG file is damaged/);
  assert.deepEqual(rig.shown, [1]);
  rig.reception.stop();
});

Deno.test("Reception.stop() closes listener and sender, start() begins again", async () => {
  const rig = new Rig();
  rig.reception.start();
  const first = await rig.connect("a");
  first.send(packet("whole", 1).slice(0, 40));
  await rig.settle();
  rig.reception.stop();
  rig.reception.stop();
  await rig.settle();
  assert.ok(first.closed);
  assert.equal(rig.listening, 0);
  assert.equal(rig.timers.pending, 0);
  rig.reception.start();
  const second = await rig.connect("b");
  second.send(packet("whole", 2));
  await rig.settle();
  assert.deepEqual(rig.shown, [2]);
  rig.reception.stop();
});
