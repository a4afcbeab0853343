/** Which picture an MJPEG viewer is sent, and when; time passes when a test says so. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { FeedPlace } from "../../../routes/mjpeg/feed.ts";
import type { JpegFrame } from "../../../routes/mjpeg/mjpeg_protocol.ts";
import { KEEP_ALIVE_MS, MjpegReader, STILL_MS } from "../../../routes/mjpeg/reader.ts";
import { ManualTimers } from "../../helpers/manual_timers.ts";

/** A feed whose pictures a test makes. */
class FakePlace implements FeedPlace {
  version = 0;
  isBroken = false;
  asked = 0;
  left = 0;
  changed = () => {};
  /** Awaited before each picture. */
  hold: Promise<void> = Promise.resolve();

  async frame(): Promise<JpegFrame> {
    this.asked++;
    await this.hold;
    if (this.isBroken) throw new Error("broken");
    const { version } = this;
    return { version, seq: 100 + version, time: 0, bytes: new Uint8Array(1) };
  }

  draw(): void {
    this.version++;
    this.changed();
  }

  leave(): void {
    this.left++;
  }
}

/** A reader that is asked again and again; `sent` is what it gave: ms and version. */
class Rig {
  readonly place = new FakePlace();
  readonly reader: MjpegReader;
  readonly sent: [ms: number, version: number][] = [];
  ended = false;
  /** The connection takes nothing more. */
  stalled = false;
  readonly #timers = new ManualTimers();
  #now = 0;

  constructor(fps: number) {
    this.reader = new MjpegReader({
      fps,
      enter: (changed) => {
        this.place.changed = changed;
        return this.place;
      },
      clock: { steady: () => this.#now, after: this.#timers.after },
    });
    this.#read();
  }

  get timers(): number {
    return this.#timers.pending;
  }

  async pass(ms: number): Promise<void> {
    await setImmediate();
    for (let i = 0; i < ms; i++) {
      this.#now++;
      this.#timers.pass(1);
      await setImmediate();
    }
  }

  resume(): void {
    this.stalled = false;
    this.#read();
  }

  async #read(): Promise<void> {
    while (!this.stalled) {
      const frame = await this.reader.next();
      if (!frame) {
        this.ended = true;
        return;
      }
      this.sent.push([this.#now, frame.version]);
    }
  }
}

Deno.test("a picture is sent when there is one, and nothing before", async () => {
  const rig = new Rig(10);
  await rig.pass(1000);
  assert.deepEqual(rig.sent, []);
  assert.equal(rig.reader.seq, null);
  assert.equal(rig.place.asked, 0);
  rig.place.draw();
  await rig.pass(0);
  assert.deepEqual(rig.sent, [[1000, 1]]);
  assert.equal(rig.reader.seq, 101);
});

Deno.test("the last picture is sent twice more when the screen stands still, then every few seconds", async () => {
  const rig = new Rig(60);
  rig.place.draw();
  await rig.pass(3 * KEEP_ALIVE_MS);
  const times = [0, STILL_MS, 2 * STILL_MS, 2 * STILL_MS + KEEP_ALIVE_MS];
  assert.deepEqual(rig.sent, [...times, 2 * STILL_MS + 2 * KEEP_ALIVE_MS].map((ms) => [ms, 1]));
  assert.equal(rig.place.asked, 1, "it is not made again");
});

Deno.test("a new picture never waits because an old one was repeated, whatever the pace", async () => {
  const rig = new Rig(2);
  rig.place.draw();
  await rig.pass(2 * STILL_MS + 200);
  rig.place.draw();
  await rig.pass(0);
  assert.deepEqual(rig.sent.map(([ms]) => ms), [0, STILL_MS, 2 * STILL_MS, 500]);
  await rig.pass(1000 + KEEP_ALIVE_MS - STILL_MS);
  rig.place.draw();
  await rig.pass(0);
  assert.deepEqual(rig.sent.at(-1), [500 + 1000 + KEEP_ALIVE_MS - STILL_MS, 3]);
});

Deno.test("no more new pictures than `fps`, each the newest, and the last change is sent", async () => {
  const rig = new Rig(10);
  for (let ms = 0; ms < 1000; ms += 10) {
    rig.place.draw();
    await rig.pass(10);
  }
  const fresh = rig.sent.filter(([, version], i) => version !== rig.sent[i - 1]?.[1]);
  // One is drawn every 10 ms, the first at 0: at 100 ms there are ten.
  const wanted = [[0, 1], ...Array.from({ length: 10 }, (_, i) => [100 * (i + 1), 10 * (i + 1)])];
  assert.deepEqual(fresh, wanted);
  assert.equal(rig.place.asked, fresh.length, "nothing else is made");
});

Deno.test("a tenth of a picture a second: ten seconds between two new ones", async () => {
  const rig = new Rig(0.1);
  rig.place.draw();
  await rig.pass(1000);
  rig.place.draw();
  await rig.pass(10_000);
  const fresh = rig.sent.filter(([, version]) => version === 2);
  assert.equal(fresh[0][0], 10_000);
});

Deno.test("a connection that takes nothing asks for nothing, and gets the newest when it does", async () => {
  const rig = new Rig(10);
  rig.stalled = true;
  rig.place.draw();
  await rig.pass(10);
  for (let i = 0; i < 50; i++) {
    rig.place.draw();
    await rig.pass(100);
  }
  assert.deepEqual(rig.sent, [[0, 1]]);
  assert.equal(rig.place.asked, 1);
  rig.resume();
  await rig.pass(0);
  assert.deepEqual(rig.sent.at(-1), [5010, 51]);
});

Deno.test("end() ends a wait, leaves the feed once and keeps no timer", async () => {
  for (const drawn of [0, 1]) {
    const rig = new Rig(10);
    if (drawn) rig.place.draw();
    await rig.pass(5);
    rig.reader.end();
    rig.reader.end();
    await rig.pass(0);
    assert.ok(rig.ended);
    assert.equal(rig.place.left, 1);
    assert.equal(rig.timers, 0);
  }
});

Deno.test("end() while a picture is made: it is not sent, whether it is still made or not", async () => {
  for (const isMade of [true, false]) {
    const rig = new Rig(10);
    const hold = Promise.withResolvers<void>();
    rig.place.hold = hold.promise;
    rig.place.draw();
    await rig.pass(5);
    rig.reader.end();
    if (isMade) hold.resolve();
    else hold.reject(new Error("nobody watches"));
    await rig.pass(0);
    assert.deepEqual(rig.sent, []);
    assert.ok(rig.ended);
    assert.equal(rig.timers, 0);
  }
});

Deno.test("a feed that breaks ends its readers, those that wait for time to pass, too", async () => {
  for (const drawn of [0, 1, 2]) {
    const rig = new Rig(1);
    for (let i = 0; i < drawn; i++) {
      rig.place.draw();
      await rig.pass(5);
    }
    rig.place.isBroken = true;
    rig.place.changed();
    await rig.pass(0);
    assert.ok(rig.ended, `after ${drawn} pictures`);
    assert.equal(rig.timers, 0);
  }
});
