import assert from "node:assert/strict";
import { type Ack, type AckAnswer, Acks, postAck } from "../../../public/engine/acks.js";
import { FakeClock } from "./fake_clock.ts";

/** Acknowledgements on a clock that stands still; `answer` and `fail` end the one under way. */
function setUp() {
  const clock = new FakeClock();
  const sent: (Ack & { viewer: string; at: number })[] = [];
  let pending: PromiseWithResolvers<AckAnswer> | undefined;
  const acks = new Acks({
    clock,
    send(viewer, ack) {
      assert.equal(pending, undefined, "one at a time");
      sent.push({ viewer, ...ack, at: clock.now() - 1_000_000 });
      pending = Promise.withResolvers();
      return pending.promise;
    },
  });
  const settle = async (end: (one: PromiseWithResolvers<AckAnswer>) => void) => {
    const one = pending!;
    pending = undefined;
    end(one);
    await one.promise.catch(() => {});
    await Promise.resolve();
  };
  return {
    clock,
    acks,
    sent,
    answer: (value: AckAnswer = { intervalMs: 100 }) => settle(({ resolve }) => resolve(value)),
    fail: () => settle(({ reject }) => reject(new Error("no network"))),
    abandon: () => pending = undefined,
    seqs: () => sent.map(({ seq }) => seq),
  };
}

Deno.test("Acks says at once that the hello has come, and what was painted", async () => {
  const { acks, answer, clock, sent } = setUp();
  acks.painted(1);
  assert.deepEqual(sent, []);
  acks.begin("v");
  assert.deepEqual(sent, [{ viewer: "v", seq: 0, delayMs: 0, at: 0 }]);
  await answer();
  clock.advance(500);
  acks.painted(7);
  assert.deepEqual(sent[1], { viewer: "v", seq: 7, delayMs: 0, at: 500 });
});

Deno.test("Acks sends one at a time, the newest, and says how old it is", async () => {
  const { acks, answer, clock, sent } = setUp();
  acks.begin("v");
  clock.advance(300);
  acks.painted(5);
  acks.painted(6);
  clock.advance(40);
  assert.equal(sent.length, 1);
  await answer();
  assert.deepEqual(sent[1], { viewer: "v", seq: 6, delayMs: 40, at: 340 });
});

Deno.test("Acks waits as long as the server asks, and no longer when much has come", async () => {
  const { acks, answer, clock, sent } = setUp();
  acks.begin("v");
  await answer({ intervalMs: 1000 });
  acks.painted(1);
  clock.advance(999);
  assert.equal(sent.length, 1);
  clock.advance(1);
  assert.deepEqual(sent[1], { viewer: "v", seq: 1, delayMs: 1000, at: 1000 });
  await answer({ intervalMs: 1000 });
  acks.arrived(40_000);
  clock.advance(50);
  acks.painted(2);
  clock.advance(50);
  assert.deepEqual(sent[2], { viewer: "v", seq: 2, delayMs: 50, at: 1100 });
});

Deno.test("Acks does not believe in pauses of an hour, or none", async () => {
  for (const [asked, taken] of [[3_600_000, 10_000], [0, 100], [NaN, 100], [-5, 100]]) {
    const { acks, answer, clock, sent } = setUp();
    acks.begin("v");
    await answer({ intervalMs: asked });
    acks.painted(1);
    clock.advance(taken - 1);
    assert.equal(sent.length, 1, `${asked}`);
    clock.advance(1);
    assert.equal(sent.length, 2, `${asked}`);
  }
});

Deno.test("Acks tries again a second after one was lost, with what is newest then", async () => {
  const { acks, clock, fail, seqs, sent } = setUp();
  acks.begin("v");
  await fail();
  clock.advance(999);
  assert.deepEqual(seqs(), [0]);
  clock.advance(1);
  assert.deepEqual(seqs(), [0, 0]);
  await fail();
  acks.painted(9);
  clock.advance(1000);
  assert.deepEqual(sent[2], { viewer: "v", seq: 9, delayMs: 1000, at: 2000 });
});

Deno.test("Acks is quiet when the server wants none, and when the stream has ended", async () => {
  const { acks, abandon, answer, clock, seqs } = setUp();
  acks.begin("v");
  await answer("gone");
  acks.painted(1);
  clock.advance(60_000);
  assert.deepEqual(seqs(), [0]);
  acks.begin("w");
  acks.painted(2);
  acks.end();
  abandon();
  acks.painted(3);
  clock.advance(60_000);
  assert.deepEqual(seqs(), [0, 0]);
  assert.equal(clock.pending, 0);
});

Deno.test("Acks: an answer to the connection before does not count", async () => {
  const clock = new FakeClock();
  const answers: PromiseWithResolvers<AckAnswer>[] = [];
  const sent: string[] = [];
  const acks = new Acks({
    clock,
    send(viewer, { seq }) {
      sent.push(`${viewer} ${seq}`);
      answers.push(Promise.withResolvers());
      return answers.at(-1)!.promise;
    },
  });
  acks.begin("old");
  acks.begin("new");
  answers[0].resolve("gone");
  await answers[0].promise;
  await Promise.resolve();
  answers[1].resolve({ intervalMs: 100 });
  await answers[1].promise;
  await Promise.resolve();
  clock.advance(100);
  acks.painted(4);
  assert.deepEqual(sent, ["old 0", "new 0", "new 4"]);
});

Deno.test("postAck() posts JSON and reads when the next one is wanted", async () => {
  const requests: { url: string; init?: RequestInit }[] = [];
  const fetcher = (status: number, body: unknown): typeof fetch => (input, init) => {
    requests.push({ url: String(input), init });
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  };
  const ack = { seq: 5, delayMs: 1 };
  const post = (status: number, body: unknown) =>
    postAck("http://host/screen/", "a/b", ack, fetcher(status, body));
  assert.deepEqual(await post(200, { intervalMs: 250 }), { intervalMs: 250 });
  const [{ url, init }] = requests;
  assert.equal(url, "http://host/screen/api/viewers/a%2Fb/ack");
  assert.deepEqual([init?.method, init?.credentials, init?.body], [
    "POST",
    "same-origin",
    '{"seq":5,"delayMs":1}',
  ]);
  for (const status of [400, 401, 403, 404, 405]) assert.equal(await post(status, {}), "gone");
  await assert.rejects(() => post(503, {}));
});
