import assert from "node:assert/strict";
import { Hono } from "hono";
import { SourceSet } from "../../capture/source_set.ts";
import { ImageDecoder } from "../../routes/intake/decoder.ts";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { Uploads } from "../../routes/intake/upload.ts";
import { answerError } from "../../routes/problem.ts";
import { type AppEnv, honoPath } from "../../routes/route.ts";
import { type SourcesDeps, sourcesRoutes } from "../../routes/sources.ts";
import type { Role } from "../../routes/security/role.ts";
import { sourceOf } from "../../routes/source_of.ts";
import type { TargetsAnswer } from "../../capture/worker_protocol.ts";
import { FakeEngine } from "../helpers/fake_engine.ts";
import { makePng } from "../helpers/make_png.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";
import { NOW, problemOf } from "./fakes.ts";

/** The routes of the file under test alone; the doors before them have their own tests. */
function rig(replace: Partial<SourcesDeps> = {}) {
  const engines: FakeEngine[] = [];
  const timers = new ManualTimers();
  const heard: string[] = [];
  const screen = new FakeEngine("x11 :1", { width: 64, height: 32 });
  const sources = new SourceSet<FakeEngine>({
    captured: [{ id: "screen", engine: screen }],
    open({ label, size }) {
      engines.push(new FakeEngine(label, size));
      return Promise.resolve(engines.at(-1)!);
    },
    limits: { maxPushed: 2, maxPixels: 1000 },
    after: timers.after,
    now: () => NOW,
    onShot: (id, time, place) => heard.push(`${id} ${time - NOW} ${place}`),
  });
  const decoder = new ImageDecoder({ limits: IMAGE_LIMITS });
  const uploads = new Uploads({ maxBytes: IMAGE_LIMITS.maxBytes });
  const caller: { role: Role } = { role: "admin" };
  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    c.set("role", caller.role);
    await next();
  });
  for (
    const route of sourcesRoutes({
      sources,
      decoder,
      uploads,
      recorder: undefined,
      now: () => NOW,
      ...replace,
    })
  ) {
    app.on(route.method.toUpperCase(), honoPath(route.path), (c) => route.handler(c));
  }
  app.get("/which", (c) => c.text(sourceOf(c, sources).id));
  app.onError((error, c) =>
    answerError(error, c.req.raw, (message, error) => {
      throw new Error(message, { cause: error });
    })
  );
  async function push(
    body: Uint8Array<ArrayBuffer> | string,
    { id = "desk", at, type = "image/png", every }: {
      id?: string;
      at?: string;
      type?: string;
      every?: string;
    } = {},
  ): Promise<Response> {
    const headers = new Headers({ "content-type": type });
    if (at !== undefined) headers.set("x-captured-at", at);
    if (every !== undefined) headers.set("x-push-every", every);
    return await app.request(`/api/sources/${id}/frames`, { method: "POST", body, headers });
  }
  /** Says that the picture of so many seconds ago still stands. */
  async function alive(
    seconds: number | undefined,
    { id = "desk", ...more }: { id?: string } & Record<string, string> = {},
  ): Promise<Response> {
    const headers = new Headers(more);
    if (seconds !== undefined) headers.set("x-picture-at", secondsAgo(seconds));
    return await app.request(`/api/sources/${id}/alive`, { method: "POST", headers });
  }
  return {
    app,
    caller,
    screen,
    sources,
    engines,
    timers,
    heard,
    push,
    alive,
    [Symbol.dispose]: () => decoder.close(),
  };
}

const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

/** A PNG of one grey. */
function png(value: number, width = 3, height = 2): Uint8Array<ArrayBuffer> {
  const samples = new Array(width * height * 3).fill(value);
  return makePng({ width, height, colour: 2, depth: 8, samples });
}

Deno.test("POST /api/sources/{id}/frames shows the picture, pixel by pixel", async () => {
  using server = rig();
  const samples = [1, 2, 3, 250, 251, 252];
  const response = await server.push(
    makePng({ width: 2, height: 1, colour: 2, depth: 8, samples }),
  );
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    source: "desk",
    result: "newest",
    capturedAt: NOW,
    width: 2,
    height: 1,
  });
  assert.deepEqual([...server.engines[0].shown[0].bgrx], [3, 2, 1, 255, 252, 251, 250, 255]);
});

Deno.test("POST /api/sources/{id}/frames tells late and repeated pictures", async () => {
  using server = rig();
  const push = async (value: number, seconds: number, size?: number) =>
    (await (await server.push(png(value, size), { at: secondsAgo(seconds) })).json()).result;
  assert.equal(await push(1, 60), "newest");
  assert.equal(await push(1, 50), "duplicate");
  assert.equal(await push(2, 55), "late");
  assert.equal(await push(2, 40, 5), "newest");
  assert.equal(await push(2, 40, 5), "duplicate");
  const [{ shown }] = server.engines;
  assert.deepEqual(shown.map(({ width, bgrx }) => [width, bgrx[0]]), [[3, 1], [5, 2]]);
  assert.deepEqual(server.heard, [
    "desk -60000 newest",
    "desk -50000 duplicate",
    "desk -55000 late",
    "desk -40000 newest",
    "desk -40000 duplicate",
  ]);
});

Deno.test("POST /api/sources/{id}/frames decodes no file twice in a row", async () => {
  let decoded = 0;
  const decoder = new ImageDecoder({ limits: IMAGE_LIMITS });
  using server = rig({
    decoder: {
      isFull: false,
      decode(bytes) {
        decoded++;
        return decoder.decode(bytes);
      },
    },
  });
  for (let i = 0; i < 3; i++) assert.equal((await server.push(png(1))).status, 200);
  assert.equal(decoded, 1);
  decoder.close();
});

Deno.test("POST /api/sources/{id}/frames says what is wrong, and goes on", async () => {
  using server = rig();
  const html = "<!doctype html><title>Login</title>";
  const cases: [
    number,
    RegExp,
    string | Uint8Array<ArrayBuffer>,
    Parameters<typeof server.push>[1],
  ][] = [
    [400, /Cannot set X-Captured-At: got "today"/, png(1), { at: "today" }],
    [400, /at most 24 h before/, png(1), { at: secondsAgo(24 * 3600 + 1) }],
    [400, /60 s after/, png(1), { at: secondsAgo(-61) }],
    [400, /Cannot set X-Push-Every: got "soon", wanted 1 to 86400/, png(1), { every: "soon" }],
    [400, /Cannot set id: got "Desk", wanted 1 to 32 of a-z/, png(1), { id: "Desk" }],
    [409, /push under another id/, png(1), { id: "screen" }],
    [413, /more than the 1000 that all may have/, png(1, 50, 50), {}],
    [415, /image\/png or image\/jpeg/, png(1), { type: "application/json" }],
    [415, /body is image\/png, its Content-Type image\/jpeg/, png(1), { type: "image/jpeg" }],
    [422, /body is empty/, "", {}],
    [422, /neither a PNG nor a JPEG/, html, {}],
    [422, /cut off/, png(1).slice(0, -5), {}],
    [422, /ends before its picture begins/, Uint8Array.of(255, 216, 255), { type: "image/jpeg" }],
    [422, /20000×1 pixels, wanted at most 16384 a side/, png(1, 20_000, 1), {}],
  ];
  for (const [status, words, body, options] of cases) {
    const response = await server.push(body, options);
    const problem = await problemOf(response);
    assert.equal(problem.status, status, String(problem.detail));
    assert.match(String(problem.detail), words);
  }
  assert.equal(server.engines.length, 0);
  assert.equal((await server.push(png(1))).status, 200);
});

const BUSY: Record<string, Partial<Parameters<typeof sourcesRoutes>[0]>> = {
  "pictures wait to be decoded": {
    decoder: { isFull: true, decode: () => Promise.reject(new Error("full")) },
  },
  "pictures wait to be recorded": { recorder: { isBehind: true } },
};

for (const [what, full] of Object.entries(BUSY)) {
  Deno.test(`POST /api/sources/{id}/frames refuses before it reads the body while ${what}`, async () => {
    using server = rig(full);
    let read = false;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          read = true;
          controller.close();
        },
      }, { highWaterMark: 0 });
    for (const [id, status] of [["desk", 503], ["screen", 409], ["-", 400]]) {
      const response = await server.app.request(`/api/sources/${id}/frames`, {
        method: "POST",
        body: body(),
        headers: { "content-type": "image/png" },
      });
      assert.equal(response.status, status);
      if (status === 503) assert.equal(response.headers.get("retry-after"), "1");
    }
    assert.equal(read, false);
  });
}

Deno.test("POST /api/sources/{id}/frames has room for so many sources", async () => {
  using server = rig();
  for (const id of ["a", "b"]) assert.equal((await server.push(png(1), { id })).status, 200);
  const response = await server.push(png(1), { id: "c" });
  assert.equal((await problemOf(response)).status, 503);
  assert.equal(response.headers.get("retry-after"), "600");
});

Deno.test("GET /api/sources lists what can be watched", async () => {
  using server = rig();
  await server.push(png(1), { at: secondsAgo(30) });
  server.sources.get("desk")?.enter();
  const { sources } = await (await server.app.request("/api/sources")).json();
  const common = {
    state: "live",
    detail: "ok",
    fps: 60,
    updatesPerSecond: 0,
    target: null,
    region: null,
    monitors: [],
    windows: [],
  };
  assert.deepEqual(sources, [
    {
      id: "screen",
      kind: "captured",
      label: "x11 :1",
      default: true,
      ...common,
      width: 64,
      height: 32,
      viewers: 0,
      capturedAt: null,
      pushedAt: null,
      promisedMs: null,
    },
    {
      id: "desk",
      kind: "pushed",
      label: "pushed desk",
      default: false,
      ...common,
      width: 3,
      height: 2,
      viewers: 1,
      capturedAt: NOW - 30_000,
      pushedAt: NOW,
      promisedMs: null,
    },
  ]);
});

Deno.test("POST /api/sources/{id}/alive says whether the picture stands or is wanted", async () => {
  using server = rig();
  const result = async (seconds: number) => (await (await server.alive(seconds)).json()).result;
  assert.equal(await result(30), "wanted");
  assert.deepEqual(server.sources.list().map(({ id }) => id), ["screen"]);
  await server.push(png(1), { at: secondsAgo(30) });
  assert.equal(await result(30), "stands");
  assert.equal(await result(29), "wanted");
  assert.deepEqual(server.heard, ["desk -30000 newest", "desk 0 duplicate"]);
});

Deno.test("POST /api/sources/{id}/alive names each header that it refuses, and ids that are not for it", async () => {
  using server = rig();
  const headers = { "x-captured-at": "now", "x-push-every": "0" };
  const both = await problemOf(await server.alive(1, headers));
  assert.deepEqual((both.errors as { field: string }[]).map(({ field }) => field), [
    "X-Captured-At",
    "X-Push-Every",
  ]);
  const missing = await problemOf(await server.alive(undefined));
  assert.equal(
    missing.detail,
    "Cannot set X-Picture-At: got nothing, wanted the X-Captured-At of the picture pushed last",
  );
  assert.equal((await problemOf(await server.alive(1, { id: "screen" }))).status, 409);
  assert.equal((await problemOf(await server.alive(1, { id: "-" }))).status, 400);
});

Deno.test("GET /api/sources says since when a sender is silent that promised to report", async () => {
  using server = rig();
  const desk = async () => (await (await server.app.request("/api/sources")).json()).sources[1];
  await server.push(png(1), { every: "30" });
  const before = await desk();
  assert.deepEqual([before.state, before.detail, before.promisedMs], ["live", "ok", 30_000]);
  server.timers.pass(70_000);
  const silent = await desk();
  assert.deepEqual([silent.state, silent.detail], [
    "silent",
    `silent since ${new Date(NOW).toISOString()}`,
  ]);
  await server.alive(0, { "x-push-every": "30" });
  assert.equal((await desk()).state, "live");
});

Deno.test("DELETE /api/sources/{id} closes pushed sources only", async () => {
  using server = rig();
  await server.push(png(1));
  const remove = (id: string) => server.app.request(`/api/sources/${id}`, { method: "DELETE" });
  assert.equal((await problemOf(await remove("screen"))).status, 409);
  assert.equal((await remove("desk")).status, 204);
  assert.ok(server.engines[0].stopped);
  assert.equal((await problemOf(await remove("desk"))).status, 404);
});

Deno.test("sourceOf() finds the source that the query names, or says which there are", async () => {
  using server = rig();
  await server.push(png(1));
  const which = (query: string) => server.app.request(`/which${query}`);
  assert.equal(await (await which("")).text(), "screen");
  assert.equal(await (await which("?source=desk")).text(), "desk");
  const problem = await problemOf(await which("?source=nothing"));
  assert.equal(problem.status, 404);
  assert.equal(problem.detail, 'There is no source "nothing"; there are: screen, desk');
});

/** A display with a monitor and a window. */
const CHOICE: TargetsAnswer = {
  target: { kind: "all" },
  monitors: [{ name: "HDMI-1", x: 0, y: 0, width: 64, height: 32, primary: true }],
  windows: [{ id: "0x7", title: "Notes", app: "editor", x: 1, y: 2, width: 3, height: 4 }],
};

Deno.test("GET /api/sources tells administrators, and nobody else, what can be selected", async () => {
  using server = rig();
  server.screen.choice = CHOICE;
  const first = async () => (await (await server.app.request("/api/sources")).json()).sources[0];
  assert.deepEqual((await first()).windows, CHOICE.windows);
  assert.deepEqual((await first()).monitors, CHOICE.monitors);
  server.caller.role = "view";
  const { target, monitors, windows } = await first();
  assert.deepEqual({ target, monitors, windows }, {
    target: { kind: "all" },
    monitors: [],
    windows: [],
  });
});

Deno.test("POST /api/sources/{id}/select captures something else, and answers with the source", async () => {
  using server = rig();
  server.screen.choice = CHOICE;
  const select = async (body: unknown) => {
    const response = await server.app.request("/api/sources/screen/select", {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    assert.equal(response.status, 200);
    const { id, target, region } = await response.json();
    assert.equal(id, "screen");
    return { target, region };
  };
  const region = { x: 1, y: 2, w: 3, h: 4 };
  const monitor = { kind: "monitor", name: "HDMI-1" };
  assert.deepEqual(await select({ monitor: "HDMI-1", region }), { target: monitor, region });
  assert.deepEqual(await select({ region: null }), { target: monitor, region: null });
  assert.deepEqual(await select({ window: "0x7" }), {
    target: { kind: "window", window: "0x7" },
    region: null,
  });
  assert.deepEqual(await select({ target: "all" }), { target: { kind: "all" }, region: null });
});

Deno.test("POST /api/sources/{id}/select says what is wrong", async () => {
  using server = rig();
  const refused = async (body: unknown, id = "screen") => {
    const response = await server.app.request(`/api/sources/${id}/select`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    const { status, detail } = await problemOf(response);
    return `${status} ${detail}`;
  };
  assert.equal(await refused({ target: "all" }), "409 screen shows one thing only");
  server.screen.choice = CHOICE;
  assert.match(await refused({ target: "all" }, "desk"), /^404 There is no source "desk"/);
  const one = /^400 Name one of target, monitor, window and region/;
  assert.match(await refused({}), one);
  assert.match(await refused({ monitor: "A", window: "B" }), one);
  assert.match(await refused({ monitor: 7 }), /^400 Cannot set monitor: got 7, wanted the name/);
  assert.match(
    await refused({ region: { x: 0, y: 0, w: 0, h: 1 } }),
    /^400 Cannot set region.w: got 0, wanted a whole number, 1 to 16384/,
  );
  assert.match(await refused({ montor: "A" }), /^400 Cannot set montor: got "A", wanted one of/);
  const allowed = "a monitor that there is: HDMI-1";
  server.screen.refusal = { field: "monitor", value: "DP-9", allowed };
  assert.equal(
    await refused({ monitor: "DP-9" }),
    `400 Cannot set monitor: got "DP-9", wanted ${allowed}`,
  );
  assert.equal(server.screen.choice, CHOICE);
});
