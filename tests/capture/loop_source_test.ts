import assert from "node:assert/strict";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { type Frame, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SIZE = { width: 200, height: 130 };

function screenful(seed = 1): Frame {
  return randomFrame(new Random(seed), SIZE, "text");
}

Deno.test("CaptureLoop with `paused` sends no pictures and says so; then sends what changed", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const shown = rig.screen.frame;
  rig.loop.change({ ...rig.loop.settings, paused: true });
  rig.screen.show(screenful(2));
  await rig.run(3000);
  rig.assertShows(client, shown);
  assert.deepEqual(client.states.at(-1), { state: "paused", text: "paused by an administrator" });
  const late = rig.watch().client;
  await rig.run(300);
  rig.assertShows(late, shown);
  assert.equal(late.states.at(-1)!.state, "paused");

  rig.loop.change({ ...rig.loop.settings, paused: false });
  await rig.tick();
  rig.assertShows(client);
  rig.assertShows(late);
  assert.equal(client.states.at(-1)!.state, "live");
  rig.close();
});

Deno.test("CaptureLoop tells viewers while the source is silent, keeps it open, and goes on", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.silence = "nothing was heard";
  await rig.tick();
  assert.deepEqual(client.states.at(-1), { state: "lost", text: "nothing was heard" });
  assert.deepEqual([rig.loop.stats().state, rig.loop.health().healthy], ["lost", false]);
  const late = rig.watch().client;
  await rig.run(300);
  assert.deepEqual(late.states.at(-1), { state: "lost", text: "nothing was heard" });
  rig.screen.silence = undefined;
  await rig.tick();
  assert.deepEqual([client, late].map(({ states }) => states.at(-1)?.state), ["live", "live"]);
  rig.assertShows(client);
  assert.deepEqual([rig.screen.opened, rig.screen.closed], [1, 0]);
  assert.ok(client.updates.slice(1).every(({ keyframe }) => !keyframe), "no picture anew");
  rig.close();
});

Deno.test("CaptureLoop tells viewers when the source is lost, tries again, and goes on when it is back", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const shown = rig.screen.frame;
  rig.screen.fault = "the display went away";
  await rig.run(1000);
  assert.deepEqual(client.states.at(-1), { state: "lost", text: "the display went away" });
  assert.equal(rig.loop.health().healthy, false);
  assert.equal(rig.loop.health().detail, "source lost: the display went away");
  assert.equal(rig.screen.closed, 1);
  rig.assertShows(client, shown);
  const late = rig.watch().client;
  await rig.run(300);
  rig.assertShows(late, shown);
  assert.deepEqual(late.states.at(-1), { state: "lost", text: "the display went away" });

  rig.screen.fault = undefined;
  rig.screen.frame = screenful(3);
  await rig.run(5100);
  assert.equal(client.states.at(-1)!.state, "live");
  assert.equal(rig.loop.health().healthy, true);
  rig.assertShows(client);
  rig.assertShows(late);
  assert.equal(rig.screen.opened, 2);
  rig.close();
});

Deno.test("CaptureLoop survives a source that is lost between poll and grab", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.show(screenful(2));
  rig.screen.grabFault = "gone in between";
  await rig.tick();
  assert.equal(client.states.at(-1)!.state, "lost");
  rig.screen.grabFault = undefined;
  await rig.run(1000);
  assert.equal(client.states.at(-1)!.state, "live");
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop comes back from a lost source with another size", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  rig.screen.fault = "gone";
  await rig.tick();
  rig.screen.frame = randomFrame(new Random(5), { width: 65, height: 31 }, "mixed");
  rig.screen.fault = undefined;
  await rig.run(1000);
  assert.deepEqual(client.resizes.at(-1), { width: 65, height: 31 });
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop tells nobody twice of a source that comes and goes while it sleeps", async () => {
  const rig = await CaptureRig.start(screenful());
  const first = rig.watch();
  await rig.tick();
  rig.leave(first);
  for (let i = 0; i < 40; i++) {
    rig.screen.fault = "gone";
    await rig.run(6000);
    rig.screen.fault = undefined;
    await rig.run(6000);
  }
  const { client } = rig.watch();
  await rig.run(300);
  assert.deepEqual(client.states, [{ state: "live", text: "" }]);
  // What nobody heard was not kept for later, either.
  const idle = rig.chunks.filter(({ seq }, i) => seq === rig.chunks[i - 1]?.seq);
  assert.ok(idle.every(({ messages }) => messages.length < 100));
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop sends the pointer as messages of its own, and tells newcomers", async () => {
  const rig = await CaptureRig.start(screenful());
  const { client } = rig.watch();
  await rig.tick();
  const shape = {
    width: 1,
    height: 2,
    hotX: 0,
    hotY: 1,
    rgba: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
  };
  rig.screen.moveCursor({ visible: true, x: 10, y: 20, shape });
  await rig.tick();
  const received = { ...shape, rgba: new Uint8ClampedArray(shape.rgba) };
  assert.deepEqual(client.cursors, [{ visible: true, x: 10, y: 20, shape: received }]);
  rig.screen.moveCursor({ visible: true, x: 11, y: 20 });
  await rig.tick();
  assert.deepEqual(client.cursors[1], { visible: true, x: 11, y: 20 });
  assert.equal(client.updates.length, 1);
  const late = rig.watch().client;
  await rig.run(300);
  const last = late.cursors.at(-1)!;
  assert.deepEqual([last.x, last.y], [11, 20]);
  assert.ok(late.cursors.some((cursor) => cursor.shape !== undefined));
  rig.close();
});

Deno.test("CaptureLoop.health() asks a sleeping source", async () => {
  const rig = await CaptureRig.start(screenful());
  assert.equal(rig.loop.health().healthy, true);
  rig.screen.fault = "gone";
  const health = rig.loop.health();
  assert.deepEqual(
    [health.healthy, health.state, health.detail, health.sleeping],
    [false, "lost", "source lost: gone", true],
  );
  rig.close();
});

Deno.test("CaptureLoop.close() closes the source", async () => {
  const rig = await CaptureRig.start(screenful());
  rig.loop.close();
  rig.loop.close();
  assert.equal(rig.screen.closed, 1);
  rig.close();
});
