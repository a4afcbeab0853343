import assert from "node:assert/strict";
import fc from "fast-check";
import {
  LinkWindow,
  MAX_BYTES,
  MIN_BYTES,
  QUEUE_MS,
  START_BYTES,
} from "../../capture/link_window.ts";

/** A link, a viewer that acknowledges as the page does, and a sender that keeps to the window. */
class Simulation {
  readonly window = new LinkWindow();
  now = 1000;
  bytesPerMs: number;
  rttMs: number;
  /** When the link is done with what it has been given. */
  #freeAt = 0;
  #seq = 0;
  /** When the newest update was painted, and those still under way. */
  #arriving: { seq: number; at: number }[] = [];
  #acks: { seq: number; at: number; paintedAt: number }[] = [];
  #ackedAt = -Infinity;
  /** How long each update took to be painted. */
  readonly delays: number[] = [];
  greatest = 0;

  constructor(bytesPerMs: number, rttMs: number) {
    this.bytesPerMs = bytesPerMs;
    this.rttMs = rttMs;
    this.window.begin(rttMs, this.now);
  }

  /** Lets `ms` pass; `offer` says how many bytes there are to send at each moment. */
  run(ms: number, offer: (now: number) => number): void {
    for (const until = this.now + ms; this.now < until; this.now += 5) {
      this.#deliver();
      const bytes = offer(this.now);
      if (bytes === 0) continue;
      if (!this.window.isOpen() && !this.window.hold(this.now)) continue;
      this.#seq++;
      this.window.sent(this.#seq, bytes, this.now);
      this.greatest = Math.max(this.greatest, this.window.inFlight);
      this.#freeAt = Math.max(this.#freeAt, this.now) + bytes / this.bytesPerMs;
      const at = this.#freeAt + this.rttMs / 2 + 10;
      this.#arriving.push({ seq: this.#seq, at });
      this.delays.push(at - this.now);
    }
  }

  #deliver(): void {
    while (this.#acks.length > 0 && this.#acks[0].at <= this.now) {
      const { seq, at, paintedAt } = this.#acks.shift()!;
      this.window.acknowledge(seq, at - this.rttMs / 2 - paintedAt, this.now);
    }
    const painted = this.#arriving.findLast(({ at }) => at <= this.now);
    if (!painted || this.now - this.#ackedAt < 100 || this.#acks.length > 0) return;
    this.#arriving = this.#arriving.filter(({ seq }) => seq > painted.seq);
    this.#ackedAt = this.now;
    this.#acks.push({ seq: painted.seq, at: this.now + this.rttMs / 2, paintedAt: painted.at });
  }
}

const KILOBYTES_5 = () => 5000;

Deno.test("LinkWindow is open for whoever does not acknowledge", () => {
  const window = new LinkWindow();
  for (let seq = 1; seq < 100; seq++) window.sent(seq, 1_000_000, seq);
  assert.equal(window.active, false);
  assert.equal(window.isOpen(), true);
  assert.equal(window.room, Infinity);
});

Deno.test("LinkWindow closes when its bytes are under way, and opens with their acknowledgement", () => {
  const window = new LinkWindow();
  window.begin(20, 0);
  window.sent(1, START_BYTES - 1, 10);
  assert.equal(window.isOpen(), true);
  assert.equal(window.room, 1);
  window.sent(2, 5000, 10);
  assert.equal(window.isOpen(), false);
  assert.equal(window.room, 0);
  assert.equal(window.inFlight, START_BYTES + 4999);
  assert.equal(window.acknowledge(1, 0, 40), "taken");
  assert.equal(window.inFlight, 5000);
  assert.equal(window.isOpen(), true);
});

Deno.test("LinkWindow.acknowledge() ignores what is old, refuses what was never sent", () => {
  const window = new LinkWindow();
  assert.equal(window.acknowledge(1, 0, 0), "ahead");
  assert.equal(window.active, false);
  window.sent(10, 100, 0);
  window.sent(20, 100, 0);
  assert.equal(window.acknowledge(21, 0, 5), "ahead");
  assert.equal(window.acknowledge(9, 0, 5), "old");
  assert.equal(window.inFlight, 200);
  assert.equal(window.acknowledge(20, 0, 5), "taken");
  assert.equal(window.acknowledge(20, 0, 6), "old");
  assert.equal(window.acknowledge(10, 0, 6), "old");
  assert.equal(window.inFlight, 0);
});

Deno.test("LinkWindow: bytes without an update are never waited for", () => {
  const window = new LinkWindow();
  window.begin(20, 0);
  window.sent(5, 1000, 0);
  window.acknowledge(5, 0, 20);
  // Pointer moves: the viewer has nothing new to paint, so it says nothing.
  for (let now = 30; now < 30_000; now += 10) window.sent(5, 200, now);
  assert.equal(window.inFlight, 0);
  assert.equal(window.isOpen(), true);
  window.sent(6, 1000, 30_000);
  assert.equal(window.inFlight, 1000);
});

Deno.test("LinkWindow: the time that a viewer waited before it spoke is no round trip", () => {
  const window = new LinkWindow();
  window.begin(30, 0);
  window.sent(1, 1000, 100);
  window.acknowledge(1, 400, 530);
  assert.equal(window.rttMs, 30);
  window.sent(2, 1000, 600);
  // More than there was: a viewer that is wrong about time hurts nobody.
  window.acknowledge(2, 60_000, 700);
  assert.equal(window.rttMs, 0);
});

Deno.test("LinkWindow on a slow link carries what the link does, with a short queue", () => {
  for (const [bytesPerMs, rttMs] of [[125, 100], [32, 300], [1250, 40], [62.5, 20]]) {
    const simulation = new Simulation(bytesPerMs, rttMs);
    // A first picture, then more than the link carries.
    simulation.run(5, () => 300_000);
    simulation.run(20_000, KILOBYTES_5);
    simulation.delays.length = 0;
    simulation.run(5000, KILOBYTES_5);
    const worst = Math.max(...simulation.delays);
    const name = `${bytesPerMs} bytes/ms, ${rttMs} ms`;
    // One window that has just grown to twice its size, or the least window.
    const bound = rttMs / 2 + 10 +
      Math.max(2 * (rttMs + 100 + QUEUE_MS), MIN_BYTES / bytesPerMs) + 5000 / bytesPerMs;
    assert.ok(worst <= bound, `${name}: ${worst} ms, wanted at most ${bound}`);
    const before = simulation.delays.length;
    simulation.run(10_000, KILOBYTES_5);
    const carried = (simulation.delays.length - before) * 5000;
    assert.ok(carried > 0.7 * bytesPerMs * 10_000, `${name}: carried ${carried} bytes in 10 s`);
  }
});

Deno.test("LinkWindow: when the link gets better, the window follows within two seconds", () => {
  for (const rttMs of [20, 100, 300]) {
    const simulation = new Simulation(62.5, rttMs);
    simulation.run(10_000, KILOBYTES_5);
    simulation.bytesPerMs = 1250;
    simulation.run(2000, KILOBYTES_5);
    const before = simulation.delays.length;
    simulation.run(2000, KILOBYTES_5);
    const carried = (simulation.delays.length - before) * 5000 / 2000;
    // What there is to send at every 5 ms, or 70 % of the link.
    assert.ok(carried > 0.7 * 1000, `${rttMs} ms: ${carried} bytes/ms`);
  }
});

Deno.test("LinkWindow: when the link gets worse, the queue is gone in a while", () => {
  const simulation = new Simulation(1250, 40);
  simulation.run(5000, KILOBYTES_5);
  simulation.bytesPerMs = 62.5;
  simulation.run(6000, KILOBYTES_5);
  simulation.delays.length = 0;
  simulation.run(4000, KILOBYTES_5);
  assert.ok(Math.max(...simulation.delays) < 1000, `${Math.max(...simulation.delays)} ms`);
});

Deno.test("LinkWindow: small updates say nothing about the link", () => {
  const simulation = new Simulation(1250, 40);
  // 2 KB ten times a second, for a minute.
  simulation.run(60_000, (now) => now % 100 === 0 ? 2000 : 0);
  assert.equal(simulation.window.limit, START_BYTES);
  // A page that stands still for a second, once, does not make the link a slow one.
  simulation.rttMs = 1000;
  simulation.run(1000, (now) => now % 100 === 0 ? 2000 : 0);
  simulation.rttMs = 40;
  simulation.run(5000, (now) => now % 100 === 0 ? 2000 : 0);
  simulation.run(1000, KILOBYTES_5);
  assert.ok(simulation.window.limit >= 64 * 1024, `${simulation.window.limit}`);
});

Deno.test("LinkWindow notices that the route got longer", () => {
  const simulation = new Simulation(1250, 20);
  simulation.run(10_000, KILOBYTES_5);
  simulation.rttMs = 400;
  simulation.run(15_000, KILOBYTES_5);
  const before = simulation.delays.length;
  simulation.run(5000, KILOBYTES_5);
  const carried = (simulation.delays.length - before) * 5000 / 5000;
  assert.ok(carried > 500, `${carried} bytes/ms of 1000`);
});

Deno.test("LinkWindow: without acknowledgements something is sent now and then, and later everything", () => {
  const window = new LinkWindow();
  window.begin(20, 0);
  window.sent(1, START_BYTES, 0);
  const sentAt: number[] = [];
  for (let now = 0; now < 200_000 && window.active; now += 100) {
    if (!window.isOpen() && window.hold(now)) sentAt.push(now);
  }
  assert.deepEqual(sentAt, [10_000, 30_000, 70_000, 150_000]);
  assert.equal(window.active, false);
  assert.equal(window.isOpen(), true);
  // The first word from the viewer, and it counts again.
  window.acknowledge(1, 0, 200_000);
  assert.equal(window.active, true);
});

Deno.test("LinkWindow: whatever is acknowledged when, its numbers keep their ranges", () => {
  const step = fc.record({
    kind: fc.constantFrom("send", "ack", "hold"),
    seq: fc.nat(40),
    bytes: fc.nat(500_000),
    ms: fc.nat(3000),
    delayMs: fc.nat(60_000),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const window = new LinkWindow();
    let [now, newest, sent] = [0, 0, 0];
    for (const { kind, seq, bytes, ms, delayMs } of steps) {
      now += ms;
      if (kind === "send") {
        newest = Math.max(newest, seq);
        sent += bytes;
        window.sent(seq, bytes, now);
      } else if (kind === "ack") {
        const result = window.acknowledge(seq, delayMs, now);
        assert.equal(result === "ahead", seq > newest);
        if (seq === newest && newest > 0) assert.equal(window.inFlight, 0);
      } else window.hold(now);
      assert.ok(window.limit >= MIN_BYTES && window.limit <= MAX_BYTES);
      assert.ok(window.inFlight >= 0 && window.inFlight <= sent);
      assert.ok(Number.isFinite(window.rate) && window.rate >= 0);
      assert.ok(window.minRttMs === undefined || window.minRttMs >= 0);
      // Nothing under way: it must be open, or nobody would ever open it.
      if (window.inFlight === 0) assert.equal(window.isOpen(), true);
    }
  }));
});

Deno.test("LinkWindow knows after its first acknowledgement what had been sent before it", () => {
  const window = new LinkWindow();
  for (let seq = 1; seq <= 8; seq++) window.sent(seq, 1000, seq);
  window.begin(20, 30);
  assert.equal(window.inFlight, 8000);
  assert.equal(window.acknowledge(5, 0, 40), "taken");
  assert.equal(window.inFlight, 3000);
  // From now on it remembers more of them one by one.
  for (let seq = 9; seq <= 30; seq++) window.sent(seq, 1000, 30 + seq);
  assert.equal(window.acknowledge(17, 0, 80), "taken");
  assert.equal(window.inFlight, 13_000);
});

Deno.test("LinkWindow: a first acknowledgement that comes late counts for no more than was sent", () => {
  const window = new LinkWindow();
  for (let seq = 1; seq <= 1000; seq++) window.sent(seq, 1000, seq);
  assert.equal(window.acknowledge(1000, 0, 1100), "taken");
  assert.deepEqual([window.active, window.inFlight, window.isOpen()], [true, 0, true]);
});
