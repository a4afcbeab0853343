/** Sources with real Workers: one that dies takes no other along. */
import assert from "node:assert/strict";
import { CapturedSources } from "../../capture/captured_sources.ts";
import { Engine, EngineGone } from "../../capture/engine.ts";
import type { LiveSettings } from "../../config.ts";
import { liveDefaults } from "../../config/live_settings.ts";
import type { ClingingOptions } from "../helpers/clinging_source.ts";
import type { MortalOptions } from "../helpers/mortal_source.ts";

function start(
  options: MortalOptions,
  onFault: (error: Error) => void,
  settings: LiveSettings = liveDefaults,
): Promise<Engine> {
  return Engine.start({
    source: {
      kind: "module",
      url: new URL("../helpers/mortal_source.ts", import.meta.url).href,
      options,
    },
    settings,
    ring: { maxBytes: 2 ** 20, maxMs: 10_000 },
    onFault,
  });
}

Deno.test("a Worker that dies is started again, and the other source goes on", async () => {
  const restarted = Promise.withResolvers<void>();
  const died = (error: Error) => sources.died("mortal", error);
  const sources: CapturedSources<Engine> = new CapturedSources<Engine>({
    sources: [
      { id: "well", engine: await start({ label: "well", diesAt: Infinity }, () => assert.fail()) },
      {
        id: "mortal",
        engine: await start({ label: "first life", diesAt: Date.now() + 1000 }, died),
        restart: (dead) => {
          return start({ label: "second life", diesAt: Infinity }, died, dead.settings());
        },
      },
    ],
    now: () => Date.now(),
    // Without the pause before the new start.
    after(_ms, action) {
      const timer = setTimeout(action, 0);
      return () => clearTimeout(timer);
    },
    onRestarted: () => restarted.resolve(),
  });
  const dead = sources.get("mortal")!;
  // Set live; whatever happens to the Worker, it stays hidden.
  const masks = [{ x: 0, y: 0, w: 1, h: 1 }];
  await dead.engine.change({ masks });
  const told = Promise.withResolvers<string>();
  dead.enter((reason, code) => told.resolve(`${code} ${reason}`));
  assert.match(await told.promise, /^fault [^]*this source was made to break/);
  await restarted.promise;
  await assert.rejects(dead.engine.stats(), EngineGone);
  assert.equal((await dead.engine.health()).healthy, false);
  assert.equal(sources.get("mortal")!.engine.label, "second life");
  for (const { engine } of sources.list()) {
    const { rgba } = await engine.picture();
    assert.deepEqual([rgba[0], rgba[4]], [engine.label === "well" ? 77 : 0, 77]);
    await engine.stop();
  }
});

Deno.test("a source that breaks is closed, and its Worker ended, before anybody hears of it", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closedPath = await Deno.makeTempFile();
  const faults: string[] = [];
  const died = Promise.withResolvers<void>();
  const engine = await Engine.start({
    source: {
      kind: "module",
      url: new URL("../helpers/clinging_source.ts", import.meta.url).href,
      options: { port: listener.addr.port, closedPath } satisfies ClingingOptions,
    },
    settings: liveDefaults,
    ring: { maxBytes: 2 ** 20, maxMs: 10_000 },
    onFault({ message }) {
      faults.push(message);
      died.resolve();
    },
  });
  engine.setViewers(1, Infinity);
  const connection = await listener.accept();
  await died.promise;
  assert.equal(await Deno.readTextFile(closedPath), "x");
  assert.match(faults[0], /this source was made to break/, "not what went wrong later");
  // Nobody has stopped it.
  const hangUp = setTimeout(() => connection.close(), 10_000);
  assert.equal(await connection.read(new Uint8Array(1)), null, "its Worker lives on");
  clearTimeout(hangUp);
  await assert.rejects(engine.stop(), EngineGone);
  assert.equal(faults.length, 1);
  connection.close();
  listener.close();
  await Deno.remove(closedPath);
});
