import assert from "node:assert/strict";
import {
  changeSettings,
  forceKeyframe,
  openSession,
  readSettings,
  refused,
} from "../../../public/ui/api.js";

const base = "http://host/screen/";

/** Answers every request with `response`, and remembers the requests. */
function fake(response: Response | Error) {
  const requests: { url: string; init: RequestInit }[] = [];
  const fetcher: typeof fetch = (input, init) => {
    requests.push({ url: String(input), init: init ?? {} });
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  };
  return { requests, fetcher };
}

Deno.test("openSession() posts the token in a header, never in the address", async () => {
  const { requests, fetcher } = fake(Response.json({ role: "admin", now: 5000 }));
  const session = await openSession("s3cret", { base, fetcher });
  assert.equal(session.kind, "open");
  assert.equal(requests[0].url, "http://host/screen/api/session");
  assert.equal(requests[0].init.method, "POST");
  assert.deepEqual(requests[0].init.headers, { authorization: "Bearer s3cret" });
});

Deno.test("openSession() without a token relies on the cookie", async () => {
  const { requests, fetcher } = fake(Response.json({ role: "view", now: 5000 }));
  const session = await openSession(null, { base, fetcher });
  assert.deepEqual(requests[0].init.headers, {});
  assert.equal(session.kind === "open" && session.role, "view");
});

Deno.test("openSession() estimates the server's clock from the middle of the round trip", async () => {
  const { fetcher } = fake(Response.json({ role: "view", now: 5000 }));
  const times = [1000, 1100];
  const session = await openSession(null, { base, fetcher, now: () => times.shift() ?? NaN });
  assert.deepEqual(session, { kind: "open", role: "view", clockOffsetMs: 3950 });
});

Deno.test("openSession() tells a refusal from a server that is away", async () => {
  for (const status of [401, 403, 429]) {
    const { fetcher } = fake(Response.json({ detail: "No" }, { status }));
    assert.deepEqual(await openSession("x", { base, fetcher }), { kind: "refused", detail: "No" });
  }
  for (const response of [new Response("oops", { status: 502 }), new TypeError("net")]) {
    const session = await openSession("x", { base, fetcher: fake(response).fetcher });
    assert.equal(session.kind, "unreachable");
  }
});

Deno.test("changeSettings() sends JSON and returns all settings", async () => {
  const { requests, fetcher } = fake(Response.json({ fps: 5, threshold: 0 }));
  const answer = await changeSettings({ fps: 5 }, { base, fetcher });
  assert.deepEqual(answer, { ok: true, body: { fps: 5, threshold: 0 } });
  assert.equal(requests[0].init.method, "PATCH");
  assert.equal(requests[0].init.body, '{"fps":5}');
  assert.deepEqual(requests[0].init.headers, { "content-type": "application/json" });
});

Deno.test("changeSettings() says what is wrong with which field", async () => {
  const problem = {
    title: "Bad Request",
    detail: "Two settings were refused",
    errors: [
      { field: "fps", value: 0, allowed: "1 to 120", message: "Cannot set fps: got 0" },
      { field: "/threshold", value: 300, allowed: "0 to 255" },
    ],
  };
  const { fetcher } = fake(Response.json(problem, { status: 400 }));
  const answer = await changeSettings({ fps: 0, threshold: 300 }, { base, fetcher });
  assert.deepEqual(answer, {
    ok: false,
    status: 400,
    detail: "Two settings were refused",
    fields: new Map([
      ["fps", "Cannot set fps: got 0"],
      ["threshold", "Cannot set threshold: got 300, wanted 0 to 255"],
    ]),
  });
});

Deno.test("refused() makes do with odd problem documents", () => {
  assert.equal(refused(500, {}).detail, "The server answered 500");
  assert.equal(refused(500, { title: "Broken" }).detail, "Broken");
  assert.equal(refused(400, { errors: [null, 7, { field: 3 }] }).fields.size, 0);
  assert.equal(refused(400, { errors: "all" }).fields.size, 0);
});

Deno.test("settings and keyframe are the named source's, or the server's own", async () => {
  for (const [source, query] of [["desk", "?source=desk"], [null, ""], [undefined, ""]] as const) {
    const { requests, fetcher } = fake(Response.json({}));
    const options = { base, fetcher, source };
    await readSettings(options);
    await changeSettings({}, options);
    await forceKeyframe(options);
    assert.deepEqual(requests.map(({ url }) => url), [
      `${base}api/config${query}`,
      `${base}api/config${query}`,
      `${base}api/keyframe${query}`,
    ]);
  }
});
