import assert from "node:assert/strict";
import { Hono } from "hono";
import { SourceSet } from "../../capture/source_set.ts";
import { gridOf } from "../../capture/sources/wall/grid.ts";
import { type AppEnv, honoPath } from "../../routes/route.ts";
import { wallRoute } from "../../routes/wall.ts";
import { FakeEngine } from "../helpers/fake_engine.ts";
import { NOW } from "./fakes.ts";

const SIZE = { width: 64, height: 32 };

function rig(labels: Record<string, string>) {
  const engines = Object.entries(labels).map(([id, label]) => {
    return { id, engine: new FakeEngine(label, SIZE) };
  });
  const sources = new SourceSet<FakeEngine>({
    captured: engines,
    open: ({ label, size }) => Promise.resolve(new FakeEngine(label, size)),
    now: () => NOW,
  });
  const layout = () => {
    const { width, height, cells } = gridOf(engines.length);
    return { width, height, cells: cells.map((cell, i) => ({ id: engines[i].id, ...cell })) };
  };
  const app = new Hono<AppEnv>();
  const route = wallRoute({ sources, wall: { layout } });
  app.on(route.method.toUpperCase(), honoPath(route.path), (c) => route.handler(c));
  return {
    route,
    engines: engines.map(({ engine }) => engine),
    read: async () => await (await app.request("/api/wall")).json(),
  };
}

Deno.test("GET /api/wall tells what lies where, and how it is, to whoever may watch", async () => {
  const { route, engines, read } = rig({ screen: "x11 :0", door: "camera" });
  engines[1].health = () =>
    Promise.resolve({
      healthy: false,
      state: "lost",
      detail: "the camera is gone",
      lastLookAgeMs: 5,
      sleeping: false,
    });
  assert.equal(route.role, "view");
  assert.deepEqual(await read(), {
    width: 1920,
    height: 538,
    cells: [
      { id: "screen", label: "x11 :0", state: "live", x: 0, y: 0, w: 956, h: 538 },
      { id: "door", label: "camera", state: "lost", x: 964, y: 0, w: 956, h: 538 },
    ],
  });
});

Deno.test("GET /api/wall tells sources of the same name apart", async () => {
  const { cells } = await rig({ demo: "demo", two: "demo", cam: "camera" }).read();
  assert.deepEqual(cells.map(({ label }: { label: string }) => label), [
    "demo",
    "demo, two",
    "camera",
  ]);
});
