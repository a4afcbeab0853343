/** The capture Worker and the main thread's hold on it, with a source that shows what is put into it. */
import assert from "node:assert/strict";
import { Engine } from "../../capture/engine.ts";
import { liveDefaults } from "../../config/live_settings.ts";

function start(): Promise<Engine> {
  return Engine.start({
    source: { kind: "pushed", label: "pushed desk", size: { width: 2, height: 1 } },
    settings: liveDefaults,
    ring: { maxBytes: 2 ** 20, maxMs: 10_000 },
    onFault(error) {
      throw error;
    },
  });
}

Deno.test("Engine carries pictures, the pace that is needed, and silence to the Worker", async () => {
  const engine = await start();
  engine.show({ width: 2, height: 1, bgrx: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 0) });
  assert.deepEqual([...(await engine.picture()).rgba], [3, 2, 1, 255, 6, 5, 4, 255]);
  engine.setViewers(1, 10);
  assert.equal((await engine.stats()).paceFps, 10);
  engine.setViewers(2, Infinity);
  assert.equal((await engine.stats()).paceFps, liveDefaults.fps);
  engine.setViewers(0, Infinity);
  engine.setSilence("nobody speaks");
  // Asleep, it looks when it is asked for its health.
  const { healthy, state, detail } = await engine.health();
  assert.deepEqual([healthy, state, detail], [false, "lost", "source lost: nobody speaks"]);
  engine.setSilence(undefined);
  assert.equal((await engine.health()).state, "live");
  await engine.stop();
});

Deno.test("Engine lets nobody wait for an answer of a Worker that is gone", async () => {
  const engine = await start();
  await engine.stop();
  await assert.rejects(engine.stats(), /The source is closed/);
  assert.equal((await engine.health()).detail, "The source is closed");
  await assert.rejects(engine.stop(), /The source is closed/);
});
