import assert from "node:assert/strict";
import { SharedJoins } from "../../capture/shared_joins.ts";
import type { JoinPoint, JoinWish } from "../../capture/worker_protocol.ts";

/** A capture that answers when the test says so. */
class Capture {
  readonly asked: { wish: JoinWish; answer: PromiseWithResolvers<JoinPoint> }[] = [];
  readonly joins = new SharedJoins(this);

  join(wish: JoinWish): Promise<JoinPoint> {
    const answer = Promise.withResolvers<JoinPoint>();
    this.asked.push({ wish, answer });
    return answer.promise;
  }

  answer(which: number): JoinPoint {
    const bytes = new Uint8Array(10);
    const point = { index: which, seq: which, width: 1, height: 1, bytes, keyframe: true };
    this.asked[which].answer.resolve(point);
    return point;
  }
}

const NEW: JoinWish = { since: null, bridge: true, oldest: 0 };

Deno.test("SharedJoins asks once for all who want the same, and gives them the same answer", async () => {
  const capture = new Capture();
  const waiting = [capture.joins.join(NEW), capture.joins.join({ ...NEW })];
  assert.equal(capture.asked.length, 1);
  const point = capture.answer(0);
  assert.deepEqual(await Promise.all(waiting), [point, point]);
  assert.equal((await waiting[1]).bytes, point.bytes);
});

Deno.test("SharedJoins asks anew once there is an answer", async () => {
  const capture = new Capture();
  const first = capture.joins.join(NEW);
  capture.answer(0);
  await first;
  const second = capture.joins.join(NEW);
  assert.equal(capture.asked.length, 2);
  const point = capture.answer(1);
  assert.equal(await second, point);
});

Deno.test("SharedJoins keeps apart what starts from different pictures or chunks", () => {
  const capture = new Capture();
  for (const since of [null, 1, 2]) capture.joins.join({ ...NEW, since });
  capture.joins.join({ ...NEW, oldest: 5 });
  assert.equal(capture.asked.length, 4);
  // The newest wish is the one that others can share.
  capture.joins.join({ ...NEW, oldest: 5 });
  assert.equal(capture.asked.length, 4);
});

Deno.test("SharedJoins: an answer to an older wish does not make it forget a newer one", async () => {
  const capture = new Capture();
  const older = capture.joins.join(NEW);
  const newer = capture.joins.join({ ...NEW, oldest: 5 });
  capture.answer(0);
  await older;
  assert.equal(capture.joins.join({ ...NEW, oldest: 5 }), newer);
});

Deno.test("SharedJoins passes on each wish without a bridge", () => {
  const capture = new Capture();
  for (let i = 0; i < 2; i++) capture.joins.join({ since: 3, bridge: false, oldest: 0 });
  assert.equal(capture.asked.length, 2);
});

Deno.test("SharedJoins: when the capture fails, all who wait hear of it, and the next one asks again", async () => {
  const capture = new Capture();
  const waiting = [capture.joins.join(NEW), capture.joins.join(NEW)];
  capture.asked[0].answer.reject(new Error("gone"));
  for (const join of waiting) await assert.rejects(join, { message: "gone" });
  capture.joins.join(NEW);
  assert.equal(capture.asked.length, 2);
});
