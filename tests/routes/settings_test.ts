import assert from "node:assert/strict";
import { ADMIN, problemOf, type TestServer, testServer, VIEWER } from "./fakes.ts";

function patch(
  server: TestServer,
  body: BodyInit,
  headers: Record<string, string> = { "content-type": "application/json" },
  query = "",
): Promise<Response> {
  return server.request(`/api/config${query}`, { method: "PATCH", token: ADMIN, headers, body });
}

Deno.test("GET /api/config shows the live settings and nothing else", async () => {
  const server = testServer();
  const text = await (await server.request("/api/config", { token: VIEWER })).text();
  assert.deepEqual(JSON.parse(text), server.config.settings);
  assert.ok(!text.includes(ADMIN) && !text.includes(VIEWER));
});

Deno.test("PATCH /api/config changes what is given and returns everything", async () => {
  const server = testServer();
  const response = await patch(
    server,
    '{"fps":5,"threshold":12,"masks":[{"x":0,"y":0,"w":2,"h":2}]}',
  );
  assert.equal(response.status, 200);
  const expected = { fps: 5, threshold: 12, masks: [{ x: 0, y: 0, w: 2, h: 2 }] };
  assert.deepEqual(await response.json(), { ...server.config.settings, ...expected });
  assert.deepEqual(server.capture.changes, [expected]);
  const stats = await (await server.request("/api/stats", { token: VIEWER })).json();
  assert.equal(stats.fps, 5);
  assert.equal(stats.settings.threshold, 12);
});

Deno.test("PATCH /api/config names each refused field, value and range, and changes nothing", async () => {
  const server = testServer();
  const problem = await problemOf(
    await patch(
      server,
      JSON.stringify({
        fps: 0,
        threshold: 3,
        refreshRatio: "0.5",
        paused: null,
        region: { x: 0, y: 0, w: 0, h: 5 },
        masks: [{ x: 1, y: 1, w: 1, h: 1 }, { x: 1, y: 1, w: 1, h: 1, z: 9 }],
        port: 80,
      }),
    ),
  );
  assert.equal(problem.status, 400);
  assert.equal(problem.type, "urn:patchcast:problem:invalid");
  const settings =
    "fps, threshold, refineAfterMs, keyframeIntervalMs, maxPatches, refreshRatio, quality, scale, " +
    "region, masks, paused";
  assert.deepEqual(problem.errors, [
    {
      field: "fps",
      value: 0,
      allowed: "1 to 120",
      message: "Cannot set fps: got 0, wanted 1 to 120",
    },
    {
      field: "refreshRatio",
      value: "0.5",
      allowed: "0.01 to 1",
      message: 'Cannot set refreshRatio: got "0.5", wanted 0.01 to 1',
    },
    {
      field: "region.w",
      value: 0,
      allowed: "a whole number, 1 to 16384",
      message: "Cannot set region.w: got 0, wanted a whole number, 1 to 16384",
    },
    {
      field: "masks[1].z",
      value: 9,
      allowed: "only x, y, w and h",
      message: "Cannot set masks[1].z: got 9, wanted only x, y, w and h",
    },
    {
      field: "paused",
      value: null,
      allowed: "true or false",
      message: "Cannot set paused: got null, wanted true or false",
    },
    {
      field: "port",
      value: 80,
      allowed: `one of ${settings}`,
      message: `Cannot set port: got 80, wanted one of ${settings}`,
    },
  ]);
  assert.deepEqual(server.capture.changes, []);
});

Deno.test("PATCH /api/config takes both ends of every range and refuses what lies beyond", async () => {
  const ranges: Record<string, [number, number, number]> = {
    fps: [1, 120, 0.01],
    threshold: [0, 255, 1],
    refineAfterMs: [50, 60_000, 1],
    keyframeIntervalMs: [0, 86_400_000, 1],
    maxPatches: [1, 1_000_000, 1],
    refreshRatio: [0.01, 1, 0.001],
    scale: [0.1, 1, 0.001],
  };
  for (const [name, [min, max, step]] of Object.entries(ranges)) {
    for (const [value, status] of [[min, 200], [max, 200], [min - step, 400], [max + step, 400]]) {
      const response = await patch(testServer(), JSON.stringify({ [name]: value }));
      assert.equal(response.status, status, `${name} ${value}`);
    }
  }
  for (const name of ["threshold", "refineAfterMs", "keyframeIntervalMs", "maxPatches"]) {
    assert.equal((await patch(testServer(), JSON.stringify({ [name]: 100.5 }))).status, 400);
  }
});

Deno.test("PATCH /api/config answers what is no settings object with 400", async () => {
  for (
    const body of ["", "{", "[]", "3", "null", '"x"', "{'fps':1}", new Uint8Array([123, 255, 125])]
  ) {
    const server = testServer();
    assert.equal((await problemOf(await patch(server, body))).status, 400);
    assert.deepEqual(server.capture.changes, []);
  }
  for (const body of ['{"__proto__":{"fps":1}}', '{"constructor":1}', '{"fps":1e999}']) {
    assert.equal((await problemOf(await patch(testServer(), body))).status, 400, body);
  }
});

Deno.test("PATCH /api/config takes JSON only", async () => {
  for (
    const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
  ) {
    const response = await patch(testServer(), '{"fps":5}', { "content-type": type });
    assert.equal((await problemOf(response)).status, 415, type);
  }
  for (
    const type of [
      "application/json; charset=utf-8",
      "Application/JSON",
      "application/merge-patch+json",
    ]
  ) {
    assert.equal((await patch(testServer(), '{"fps":5}', { "content-type": type })).status, 200);
  }
});

Deno.test("PATCH /api/config refuses a body above 64 KiB, declared or not", async () => {
  const json = { "content-type": "application/json" };
  const declared = await patch(testServer(), "{}", { ...json, "content-length": "65537" });
  assert.equal((await problemOf(declared)).status, 413);

  let cancelled = false;
  let sent = 0;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      sent += 16 * 1024;
      controller.enqueue(new Uint8Array(16 * 1024).fill(32));
    },
    cancel() {
      cancelled = true;
    },
  });
  assert.equal((await problemOf(await patch(testServer(), endless, json))).status, 413);
  assert.ok(cancelled && sent <= 128 * 1024);

  const padded = `{"fps":5}${" ".repeat(64 * 1024 - 9)}`;
  assert.equal((await patch(testServer(), padded)).status, 200);
  assert.equal((await patch(testServer(), padded + " ")).status, 413);
});

Deno.test("PATCH /api/config does not send a long value back", async () => {
  const problem = await problemOf(
    await patch(testServer(), JSON.stringify({ fps: "x".repeat(60_000) })),
  );
  assert.ok(JSON.stringify(problem).length < 1500);
});

Deno.test("GET and PATCH /api/config?source= are about that source, or say that there is none", async () => {
  const server = testServer({ desk: {} });
  const changed = await patch(server, '{"threshold":7}', undefined, "?source=desk");
  assert.equal((await changed.json()).threshold, 7);
  assert.deepEqual([server.capture.changes, server.pushed.changes], [[], [{ threshold: 7 }]]);
  const read = async (query: string) =>
    (await (await server.request(`/api/config${query}`, { token: VIEWER })).json()).threshold;
  assert.deepEqual(await Promise.all(["?source=desk", "?source=screen", ""].map(read)), [7, 0, 0]);
  for (
    const response of [
      await patch(server, '{"threshold":7}', undefined, "?source=nothing"),
      await server.request("/api/config?source=nothing", { token: VIEWER }),
    ]
  ) {
    const problem = await problemOf(response);
    assert.deepEqual([problem.status, problem.detail], [
      404,
      'There is no source "nothing"; there are: screen, desk',
    ]);
  }
});

Deno.test("PATCH /api/config?source= hides nothing of a pushed source live that the history keeps", async () => {
  const server = testServer({ desk: {} });
  const body = '{"fps":5,"masks":[{"x":0,"y":0,"w":2,"h":2}],"paused":true}';
  const problem = await problemOf(await patch(server, body, undefined, "?source=desk"));
  assert.equal(problem.status, 400);
  const errors = problem.errors as { field: string; message: string }[];
  assert.deepEqual(errors.map(({ field }) => field), ["masks", "paused"]);
  assert.equal(
    errors[1].message,
    "Cannot set paused: got true, wanted it left out: a pushed source is shown and recorded as it was sent",
  );
  assert.deepEqual(server.pushed.changes, []);
});
