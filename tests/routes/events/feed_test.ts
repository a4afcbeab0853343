import assert from "node:assert/strict";
import { FeedRig, settle, update } from "./fake_feed.ts";

Deno.test("EventFeed.close() ends all streams: nobody waits for a keyframe or for changes any more", async () => {
  const { feed, ...rig } = new FeedRig();
  feed.subscribe();
  await settle();
  const { generation } = feed;
  const keyframe = feed.keyframe();
  const changed = feed.changed();
  feed.close();
  await assert.rejects(keyframe, /the source is closed/);
  await changed;
  assert.notEqual(feed.generation, generation);
  assert.equal(rig.workers[0].terminated, true);
});

Deno.test("EventFeed.close() starts no Worker for what the reader of the stream says at its end", async () => {
  const rig = new FeedRig();
  rig.feed.subscribe();
  await settle();
  rig.worker.give([]);
  rig.engine.letIn();
  await settle();
  // What is told at the joining: now the reader waits for what comes into the ring.
  assert.deepEqual(rig.worker.types, ["reset", "batch", "batch"]);
  rig.worker.give([]);
  await settle();
  rig.feed.close();
  await settle();
  assert.equal(rig.workers.length, 1);
  rig.feed.unsubscribe();
});

Deno.test("EventFeed.close() in the middle of a batch starts no Worker either", async () => {
  const rig = new FeedRig();
  rig.feed.subscribe();
  await settle();
  assert.deepEqual(rig.worker.types, ["reset", "batch"]);
  rig.feed.close();
  await settle();
  assert.equal(rig.workers.length, 1);
  rig.feed.unsubscribe();
});

Deno.test("EventFeed: after a fault no Worker is started before somebody comes", async () => {
  const rig = new FeedRig();
  rig.feed.subscribe();
  await settle();
  rig.worker.say({ type: "fault", reason: "broken" });
  await settle();
  assert.equal(rig.workers.length, 1);
  rig.feed.unsubscribe();
});

Deno.test("EventFeed: after a fault the next one to come is served, while one of before has not left yet", async () => {
  const rig = new FeedRig();
  rig.feed.subscribe();
  await settle();
  rig.worker.say({ type: "fault", reason: "broken" });
  rig.feed.subscribe();
  await settle();
  assert.equal(rig.workers.length, 2);
  assert.deepEqual(rig.worker.types, ["reset", "batch"]);
  const keyframe = rig.feed.keyframe();
  rig.worker.answerKeyframes([update(7)]);
  assert.deepEqual(await keyframe, [update(7)]);
  // The one of before leaves: the other one is still there.
  rig.feed.unsubscribe();
  rig.worker.give([]);
  await settle();
  assert.equal(rig.engine.joins, 1);
  rig.feed.unsubscribe();
});

Deno.test("EventFeed: what a Worker says that has been replaced counts for nothing", async () => {
  const rig = new FeedRig();
  rig.feed.subscribe();
  await settle();
  const [first] = rig.workers;
  first.say({ type: "fault", reason: "broken" });
  rig.feed.subscribe();
  await settle();
  const { generation } = rig.feed;
  first.say({ type: "fault", reason: "broken" });
  first.give([update(1)]);
  assert.equal(rig.feed.generation, generation);
  assert.equal(rig.feed.indexAfter(1), undefined);
  rig.feed.close();
});

Deno.test("EventFeed: an engine that is gone ends the streams, once", async () => {
  const rig = new FeedRig();
  const { generation } = rig.feed;
  rig.feed.subscribe();
  await settle();
  rig.worker.give([]);
  rig.engine.die();
  await settle();
  assert.equal(rig.feed.generation, generation + 1);
  assert.equal(rig.workers.length, 1);
  rig.feed.unsubscribe();
});

Deno.test("EventFeed: an engine that is gone when its feed has been closed does no harm to who came since", async () => {
  const rig = new FeedRig();
  rig.feed.subscribe();
  await settle();
  rig.worker.give([]);
  await settle();
  rig.feed.close();
  rig.feed.subscribe();
  const { generation } = rig.feed;
  rig.engine.die();
  await settle();
  assert.equal(rig.feed.generation, generation);
  rig.feed.close();
});

Deno.test("EventFeed: a keyframe that nobody waits for any more is forgotten", async () => {
  const { feed } = new FeedRig();
  feed.subscribe();
  const keyframe = feed.keyframe();
  feed.unsubscribe();
  await assert.rejects(keyframe, /nobody watches/);
});

Deno.test("EventFeed: nobody resumes across where the picture began anew", async () => {
  const rig = new FeedRig();
  const { feed } = rig;
  feed.subscribe();
  await settle();
  rig.worker.give([update(1), update(2)]);
  assert.equal(feed.indexAfter(1), 1);
  const inSync = feed.end;
  rig.worker.give([update(3)], true);
  assert.deepEqual([feed.indexAfter(1), feed.indexAfter(2)], [undefined, undefined]);
  assert.deepEqual([feed.get(0), feed.get(1)], [undefined, undefined]);
  // Who has everything misses nothing.
  assert.deepEqual(feed.get(inSync), update(3));
  assert.equal(feed.indexAfter(3), inSync + 1);
  assert.equal(feed.end, inSync + 1);
  feed.close();
});
