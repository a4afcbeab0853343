/** Keyframe, viewers, stats, metrics, health, description and errors. */
import assert from "node:assert/strict";
import { healthRoutes } from "../../routes/health.ts";
import type { Route } from "../../routes/route.ts";
import { ADMIN, FakeCapture, NOW, problemOf, STATS, testServer, VIEWER } from "./fakes.ts";

Deno.test("POST /api/keyframe makes one and returns its seq", async () => {
  const server = testServer();
  const response = await server.request("/api/keyframe", { method: "POST", token: ADMIN });
  assert.deepEqual(await response.json(), { seq: 42 });
  assert.equal(server.capture.keyframes, 1);
});

Deno.test("POST /api/keyframe?source= makes one for that source, or says that there is none", async () => {
  const server = testServer({ desk: {} });
  const post = (source: string) =>
    server.request(`/api/keyframe?source=${source}`, { method: "POST", token: ADMIN });
  assert.equal((await post("desk")).status, 200);
  assert.deepEqual([server.capture.keyframes, server.pushed.keyframes], [0, 1]);
  const problem = await problemOf(await post("nothing"));
  assert.deepEqual([problem.status, problem.detail], [
    404,
    'There is no source "nothing"; there are: screen, desk',
  ]);
});

Deno.test("POST /api/keyframe takes an empty body of any type, but no form", async () => {
  const post = (headers: Record<string, string>) =>
    testServer().request("/api/keyframe", { method: "POST", token: ADMIN, headers });
  const form = { "content-type": "application/x-www-form-urlencoded" };
  assert.equal((await post({ ...form, "content-length": "0" })).status, 200);
  assert.equal((await post({ ...form, "content-length": "3" })).status, 415);
  assert.equal((await post({ "transfer-encoding": "chunked" })).status, 415);
});

Deno.test("GET and DELETE /api/viewers list and end streams", async () => {
  const server = testServer();
  const list = async () => (await server.request("/api/viewers", { token: ADMIN })).json();
  const before = await list();
  const [{ id, source }] = before.viewers;
  assert.deepEqual([before.count, before.max, id, source], [1, 5000, "abc", "screen"]);
  const remove = (id: string) =>
    server.request(`/api/viewers/${id}`, { method: "DELETE", token: ADMIN });
  assert.equal((await remove("abc")).status, 204);
  assert.equal((await problemOf(await remove("abc"))).status, 404);
  assert.deepEqual((await list()).viewers, []);
});

Deno.test("GET /api/stats returns measurements, settings, ring and viewers", async () => {
  const server = testServer();
  const stats = await (await server.request("/api/stats", { token: VIEWER })).json();
  const { stages: _, ...withoutStages } = STATS;
  assert.deepEqual(stats, {
    id: "screen",
    ...withoutStages,
    sourceViewers: 1,
    now: NOW,
    settings: server.config.settings,
    ring: { entries: 3, bytes: 100, maxBytes: 1000, spanMs: 2500, maxMs: 60_000 },
    viewers: { count: 1, max: 5000, opened: 9, refused: 1, mismatches: 1 },
    history: { state: "off", detail: "there is no history" },
  });
});

Deno.test("GET /api/stats?source= has the measurements of that source, or says that there is none", async () => {
  const server = testServer({ desk: {} });
  server.pushed.statsNow = { ...STATS, source: "pushed desk", updates: 3 };
  const get = (source: string) => server.request(`/api/stats?source=${source}`, { token: VIEWER });
  const { id, source, updates, sourceViewers, viewers } = await (await get("desk")).json();
  assert.deepEqual([id, source, updates, sourceViewers], ["desk", "pushed desk", 3, 0]);
  assert.equal(viewers.count, 1, "of the whole server");
  const screen = await (await get("screen")).json();
  assert.deepEqual([screen.id, screen.updates], ["screen", STATS.updates]);
  const problem = await problemOf(await get("x<y"));
  assert.deepEqual([problem.status, problem.detail], [
    404,
    'There is no source "x<y"; there are: screen, desk',
  ]);
});

Deno.test("GET /healthz is 200 only while frames are fresh, and keeps details to itself", async () => {
  const server = testServer();
  const healthy = await server.request("/healthz");
  assert.deepEqual([healthy.status, await healthy.json()], [200, {
    ok: true,
    state: "live",
    detail: "ok",
    silent: 0,
    history: "off",
  }]);
  server.capture.healthNow = {
    healthy: false,
    state: "lost",
    detail: "cannot open display secret-host:0",
    lastLookAgeMs: null,
    sleeping: false,
  };
  const lost = await server.request("/healthz");
  const detail = "The source is away";
  const expected = { ok: false, state: "lost", detail, silent: 0, history: "off" };
  assert.deepEqual([lost.status, await lost.json()], [503, expected]);
  assert.equal((await server.request("/healthz", { method: "HEAD" })).status, 503);
});

Deno.test("GET /healthz does not call a picture live that should have changed", async () => {
  const server = testServer();
  server.capture.healthNow = {
    healthy: false,
    state: "live",
    detail: "damage waits",
    lastLookAgeMs: 9000,
    sleeping: false,
  };
  const stale = await server.request("/healthz");
  const detail = "The screen has changed since the newest picture";
  assert.deepEqual([stale.status, await stale.json()], [503, {
    ok: false,
    state: "stale",
    detail,
    silent: 0,
    history: "off",
  }]);
});

Deno.test("GET /healthz counts silent senders, and is 200 all the same", async () => {
  const response = await testServer({ desk: { silentSince: NOW - 60_000 } }).request("/healthz");
  assert.equal(response.status, 200);
  const { ok, silent } = await response.json();
  assert.deepEqual([ok, silent], [true, 1]);
});

Deno.test("GET /healthz is 200 while the setting paused holds the picture", async () => {
  const server = testServer();
  server.capture.healthNow = { ...server.capture.healthNow, state: "paused" };
  const paused = await server.request("/healthz");
  assert.deepEqual([paused.status, (await paused.json()).state], [200, "paused"]);
});

async function askHealth(route: Route): Promise<Response> {
  const server = testServer({ extra: [{ ...route, path: "/health2" }] });
  return await server.request("/health2");
}

Deno.test("GET /healthz says so when the capture does not answer or has failed", async () => {
  const never = { health: () => new Promise<never>(() => {}) };
  const failed = { health: () => Promise.reject(new Error("boom")) };
  for (const capture of [never, failed]) {
    const response = await askHealth(healthRoutes(() => [capture], { answerWithinMs: 0 })[0]);
    assert.equal(response.status, 503);
    assert.equal((await response.json()).state, "stuck");
  }
});

Deno.test("GET /healthz tells the worst of several sources, without their names", async () => {
  const { healthNow } = new FakeCapture(testServer().config.settings);
  const well = { health: () => Promise.resolve(healthNow) };
  const lost = {
    health: () =>
      Promise.resolve({ ...healthNow, healthy: false, state: "lost", detail: "x11 :7" } as const),
  };
  const ask = async (...captures: { health: () => Promise<typeof healthNow> }[]) => {
    const response = await askHealth(healthRoutes(() => captures)[0]);
    const { ok, state, detail } = await response.json();
    return [response.status, ok, state, detail];
  };
  assert.deepEqual(await ask(well, well), [200, true, "live", "ok"]);
  assert.deepEqual(await ask(well, lost, well), [
    503,
    false,
    "lost",
    "The source is away (1 of 3 sources)",
  ]);
  assert.deepEqual(await ask(lost), [503, false, "lost", "The source is away"]);
});

Deno.test("GET /healthz asks the capture once for all who ask at the same time", async () => {
  let asked = 0;
  const { healthNow } = new FakeCapture(testServer().config.settings);
  const gate = Promise.withResolvers<typeof healthNow>();
  const [route] = healthRoutes(() => [{ health: () => (asked++, gate.promise) }]);
  const server = testServer({ extra: [{ ...route, path: "/health2" }] });
  const answers = [1, 2, 3].map(() => server.request("/health2"));
  gate.resolve(healthNow);
  for (const answer of answers) assert.equal((await answer).status, 200);
  assert.equal(asked, 1);
  assert.equal((await server.request("/health2")).status, 200);
  assert.equal(asked, 2);
});

Deno.test("GET /api/openapi.json describes every route but the page, from the same schemas", async () => {
  const server = testServer();
  const document = await (await server.request("/api/openapi.json")).json();
  assert.equal(document.openapi, "3.1.0");
  for (const { method, path, role } of server.routes) {
    if (path === "/*") continue;
    const operation = document.paths[path][method];
    assert.equal(operation["x-role"], role, path);
    assert.ok(operation.summary && Object.keys(operation.responses).length >= 2, path);
    assert.deepEqual(operation.security, role === "none" ? [] : [{ token: [] }, { cookie: [] }]);
  }
  const body = document.paths["/api/config"].patch.requestBody.content["application/json"].schema;
  const { minimum, maximum, description } = body.properties.fps;
  assert.deepEqual([minimum, maximum], [1, 120]);
  assert.equal(description, "Ticks of the capture loop per second");
  assert.equal(body.additionalProperties, false);
});

Deno.test("an unknown path is a 404 problem, a wrong method 405 with Allow", async () => {
  const server = testServer();
  for (
    const [method, path] of [["GET", "/nope"], ["POST", "/nope"], ["GET", "/api"], [
      "GET",
      "/api/viewers/",
    ]]
  ) {
    const response = await server.request(path, { method, token: ADMIN });
    assert.equal((await problemOf(response)).status, 404, `${method} ${path}`);
  }
  const allow: [string, string, string][] = [
    ["PUT", "/api/config", "GET, PATCH"],
    ["GET", "/api/keyframe", "POST"],
    ["OPTIONS", "/api/config", "GET, PATCH"],
    ["POST", "/healthz", "GET, HEAD"],
    ["GET", "/api/viewers/abc", "DELETE"],
    ["POST", "/", "GET, HEAD"],
  ];
  for (const [method, path, expected] of allow) {
    const response = await server.request(path, { method, token: ADMIN });
    assert.equal((await problemOf(response)).status, 405, path);
    assert.equal(response.headers.get("allow"), expected);
  }
});

Deno.test("a fault reaches the log under an id, and the client as that id only", async () => {
  const server = testServer();
  server.capture.fault = new Error("password in /etc/secret");
  const response = await server.request("/api/stats?q=private", { token: ADMIN });
  const problem = await problemOf(response);
  assert.equal(problem.status, 500);
  const id = String(problem.instance).replace("urn:uuid:", "");
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(server.logged, [`request ${id} failed: GET /api/stats`]);
  assert.ok(!JSON.stringify(problem).includes("secret"));
});

Deno.test("createApp() refuses two routes for the same method and path", () => {
  const route: Route = {
    method: "get",
    path: "/api/stats",
    role: "none",
    handler: (c) => c.text(""),
  };
  assert.throws(
    () => testServer({ extra: [route] }),
    /Cannot register GET \/api\/stats: got it twice/,
  );
});
