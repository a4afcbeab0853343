import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Agent, Denied } from "../../push/agent.ts";
import type { Look } from "../../push/camera.ts";
import type { Reported } from "../../push/report.ts";
import { Spool } from "../../push/spool.ts";
import type { Outcome } from "../../push/upload.ts";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { decodePng } from "../../capture/images/png/decode_png.ts";

const LATER: Outcome = { kind: "later", why: "away" };

/** An agent whose screen shows one grey after the other, and whose time the test moves. */
async function rig(options: { spoolBytes?: number } = {}) {
  const dir = await Deno.makeTempDir();
  const spool = await Spool.open(dir, options.spoolBytes ?? 100_000);
  const said: string[] = [];
  /** What the server has, by the grey. */
  const arrived: { grey: number; time: number }[] = [];
  /** Reports that nothing has changed: when it looked, and when the picture was taken. */
  const reports: [time: number, pictureTime: number][] = [];
  const sleeping: { until: number; wake: () => void }[] = [];
  const state = {
    now: 0,
    grey: 1,
    /** The next look gives nothing new. */
    still: false,
    /** The server's next answers; `sent` after that. */
    answers: [] as Outcome[],
    /** Its answers to reports; `stands` after that. */
    reportAnswers: [] as Reported[],
    lostReason: undefined as string | undefined,
    hold: Promise.resolve(),
    attempts: 0,
  };
  const agent = new Agent({
    camera: {
      look(): Look | undefined {
        if (state.still) return undefined;
        const bgrx = new Uint8Array(4).fill(state.grey++);
        return { width: 1, height: 1, bgrx };
      },
      get lostReason() {
        return state.lostReason;
      },
    },
    spool,
    async upload({ png, time }) {
      state.attempts++;
      await state.hold;
      const outcome = state.answers.shift() ?? { kind: "sent" };
      const [grey] = decodePng(png, IMAGE_LIMITS).bgrx;
      if (outcome.kind === "sent") arrived.push({ grey, time });
      return outcome;
    },
    report({ time, pictureTime }) {
      reports.push([time - 1_000_000, pictureTime - 1_000_000]);
      return Promise.resolve(state.reportAnswers.shift() ?? { kind: "stands" });
    },
    everyMs: 1000,
    wall: () => 1_000_000 + state.now,
    steady: () => state.now,
    random: () => 0,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve();
        sleeping.push({ until: state.now + ms, wake: resolve });
        signal.addEventListener("abort", () => resolve());
      });
    },
    say: (line) => said.push(line),
  });
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  /** Starts with the first step of time, so that a test can prepare the answers before. */
  function run(): Promise<void> {
    if (!running) {
      running = agent.run(stop.signal);
      running.catch(() => {});
    }
    return running;
  }
  /** Everything that can happen without time passing. */
  async function settle() {
    run();
    // Files are read and written by other threads: there is no telling how many turns that takes.
    for (let quiet = 0; quiet < 20; quiet++) {
      await setImmediate();
      await Deno.stat(dir);
    }
  }
  return {
    agent,
    spool,
    said,
    arrived,
    reports,
    state,
    settle,
    greys: () => arrived.map(({ grey }) => grey),
    async pass(ms: number) {
      await settle();
      for (const end = state.now + ms; state.now < end;) {
        const next = Math.min(end, ...sleeping.map(({ until }) => until));
        state.now = Math.max(state.now, next);
        for (const one of sleeping.splice(0)) {
          if (one.until <= state.now) one.wake();
          else sleeping.push(one);
        }
        await settle();
      }
    },
    run,
    async stop() {
      stop.abort();
      await run();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running?.catch(() => {});
      await Deno.remove(dir, { recursive: true });
    },
  };
}

Deno.test("Agent sends what is different, with its time, and uses no file for it", async () => {
  await using rigged = await rig();
  await rigged.pass(2000);
  rigged.state.still = true;
  await rigged.pass(5000);
  rigged.state.still = false;
  await rigged.pass(1000);
  const { arrived, spool } = rigged;
  assert.deepEqual(arrived.map(({ grey, time }) => [grey, time - 1_000_000]), [
    [1, 0],
    [2, 1000],
    [3, 2000],
    [4, 8000],
  ]);
  assert.equal(spool.count, 0);
});

Deno.test("Agent keeps what cannot be sent and sends it in order when the server is back", async () => {
  await using rigged = await rig();
  const { state, spool, said } = rigged;
  state.answers = [LATER, LATER, LATER, LATER];
  await rigged.pass(3000);
  assert.deepEqual(rigged.greys(), []);
  assert.equal(spool.count, 4);
  state.still = true;
  await rigged.pass(20_000);
  assert.deepEqual(rigged.greys(), [1, 2, 3, 4]);
  assert.equal(spool.count, 0);
  assert.deepEqual(said, [
    "cannot send now, trying again: away",
    "the server is back; 4 screenshots wait for it",
  ]);
  state.still = false;
  await rigged.pass(1000);
  assert.deepEqual(rigged.greys(), [1, 2, 3, 4, 5]);
});

Deno.test("Agent waits longer after each failure, and as long as the server asks", async () => {
  await using rigged = await rig();
  const { state } = rigged;
  state.answers = [LATER, LATER, { kind: "later", why: "busy", retryAfterMs: 30_000 }];
  state.still = true;
  state.still = false;
  await rigged.settle();
  state.still = true;
  assert.equal(state.attempts, 1);
  await rigged.pass(499);
  assert.equal(state.attempts, 1);
  await rigged.pass(1);
  assert.equal(state.attempts, 2);
  await rigged.pass(1000);
  assert.equal(state.attempts, 3);
  await rigged.pass(29_999);
  assert.equal(state.attempts, 3);
  await rigged.pass(1);
  assert.deepEqual(rigged.greys(), [1]);
});

Deno.test("Agent goes on looking while an upload hangs", async () => {
  await using rigged = await rig();
  const hold = Promise.withResolvers<void>();
  rigged.state.hold = hold.promise;
  await rigged.pass(3000);
  assert.equal(rigged.spool.count, 3);
  hold.resolve();
  rigged.state.still = true;
  await rigged.pass(1000);
  assert.deepEqual(rigged.greys(), [1, 2, 3, 4]);
});

Deno.test("Agent drops the oldest when the spool is full, and counts", async () => {
  // Of 72 bytes or so each, two have room.
  await using rigged = await rig({ spoolBytes: 150 });
  rigged.state.answers = Array(3).fill(LATER);
  await rigged.pass(3000);
  rigged.state.still = true;
  await rigged.pass(60_000);
  assert.deepEqual(rigged.greys(), [3, 4]);
  assert.equal(rigged.spool.dropped, 2);
  assert.ok(rigged.said.some((line) => /spool is full: 2 screenshots dropped/.test(line)));
});

Deno.test("Agent drops what the server refuses, and goes on", async () => {
  await using rigged = await rig();
  rigged.state.answers = [{ kind: "refused", why: "422: too large" }];
  await rigged.pass(1000);
  assert.deepEqual(rigged.greys(), [2]);
  assert.deepEqual(rigged.agent.counts, { sent: 1, refused: 1 });
  assert.deepEqual(rigged.said, [
    "the server refused a screenshot, which is dropped: 422: too large",
  ]);
});

Deno.test("Agent stops when the server does not let it, and keeps what it has", async () => {
  await using rigged = await rig();
  rigged.state.answers = [{ kind: "denied", why: "401: no such token" }];
  await assert.rejects(rigged.run(), (error) =>
    error instanceof Denied &&
    error.message === "The server does not accept screenshots from here: 401: no such token");
  assert.equal(rigged.spool.count, 1);
});

Deno.test("Agent keeps what is on its way when it is stopped", async () => {
  await using rigged = await rig();
  const hold = Promise.withResolvers<void>();
  rigged.state.hold = hold.promise;
  rigged.state.answers = [LATER];
  await rigged.pass(1000);
  const stopped = rigged.stop();
  hold.resolve();
  await stopped;
  assert.equal(rigged.spool.count, 2);
});

Deno.test("Agent says once that the source is away", async () => {
  await using rigged = await rig();
  rigged.state.still = true;
  rigged.state.lostReason = "no display";
  await rigged.pass(5000);
  assert.deepEqual(rigged.said, ["the source is away: no display"]);
});

/** Takes one picture, at 0, and then nothing new. */
async function stillAgent() {
  const rigged = await rig();
  await rigged.settle();
  rigged.state.still = true;
  return rigged;
}

Deno.test("Agent says every 30 s that nothing has changed, and not while something does", async () => {
  await using rigged = await stillAgent();
  const { reports, state, arrived } = rigged;
  await rigged.pass(29_000);
  assert.deepEqual(reports, []);
  await rigged.pass(31_000);
  assert.deepEqual(reports, [[30_000, 0], [60_000, 0]]);
  state.still = false;
  await rigged.pass(1000);
  state.still = true;
  await rigged.pass(29_000);
  assert.equal(reports.length, 2);
  await rigged.pass(1000);
  assert.deepEqual(reports.at(-1), [91_000, 61_000]);
  assert.equal(arrived.length, 2);
});

Deno.test("Agent sends its picture again, as of now, to a server that lacks it", async () => {
  await using rigged = await stillAgent();
  rigged.state.reportAnswers = [{ kind: "wanted" }];
  await rigged.pass(60_000);
  assert.deepEqual(rigged.arrived.map(({ grey, time }) => [grey, time - 1_000_000]), [
    [1, 0],
    [1, 30_000],
  ]);
  assert.deepEqual(rigged.reports, [[30_000, 0], [60_000, 30_000]]);
});

Deno.test("Agent reports with growing pauses while the server is away, and says so once", async () => {
  await using rigged = await stillAgent();
  rigged.state.reportAnswers = Array(4).fill(LATER);
  await rigged.pass(45_000);
  const times = rigged.reports.map(([time]) => time);
  // 0.5, 1, 2 and 4 s, at the next look; then it is said, and the next is 30 s later.
  assert.deepEqual(times, [30_000, 31_000, 32_000, 34_000, 38_000]);
  assert.deepEqual(rigged.said, ["cannot say that nothing has changed: away"]);
});

Deno.test("Agent does not vouch for a picture that the server did not take, or that it cannot see", async () => {
  await using rigged = await rig();
  rigged.state.answers = [{ kind: "sent" }, { kind: "refused", why: "too large" }];
  await rigged.pass(1000);
  rigged.state.still = true;
  await rigged.pass(60_000);
  assert.deepEqual(rigged.reports, [], "the server shows another one");
  rigged.state.still = false;
  await rigged.pass(1000);
  rigged.state.still = true;
  rigged.state.lostReason = "no display";
  await rigged.pass(60_000);
  assert.deepEqual(rigged.reports, [], "nobody knows what is on the screen");
  rigged.state.lostReason = undefined;
  await rigged.pass(1000);
  assert.equal(rigged.reports.length, 1);
});

Deno.test("Agent stops when its reports are not let in", async () => {
  await using rigged = await stillAgent();
  rigged.state.reportAnswers = [{ kind: "denied", why: "401: no such token" }];
  await rigged.pass(30_000);
  await assert.rejects(rigged.run(), Denied);
});
