/** Walks every registered route with every kind of caller. */
import assert from "node:assert/strict";
import { Ring } from "../../capture/ring.ts";
import { eventsRoutes } from "../../routes/events.ts";
import { EventFeed } from "../../routes/events/feed.ts";
import { Uploads } from "../../routes/intake/upload.ts";
import { type Sources, sourcesRoutes } from "../../routes/sources.ts";
import type { SelectableSource } from "../../routes/sources/select.ts";
import { historyRoutes } from "../../routes/history.ts";
import { mjpegRoutes } from "../../routes/mjpeg.ts";
import { MjpegFeed } from "../../routes/mjpeg/feed.ts";
import { Erasures } from "../../routes/history/erasures.ts";
import { onlySource } from "../helpers/only_source.ts";
import { blackPicture, fakeArchive } from "../helpers/fake_archive.ts";
import { FakeEngine } from "../helpers/fake_engine.ts";
import { makePng } from "../helpers/make_png.ts";
import { streamRoutes } from "../../routes/stream.ts";
import { ViewerRegistry } from "../../routes/viewers_registry.ts";
import type { Route } from "../../routes/route.ts";
import { honoPath } from "../../routes/route.ts";
import { mayDo, type Role } from "../../routes/security/role.ts";
import {
  ADMIN,
  HISTORIAN,
  NOW,
  problemOf,
  PUSHER,
  type TestOptions,
  type TestServer,
  testServer,
  VIEWER,
} from "./fakes.ts";

/** What the roles are meant to be; a route that is missing here fails the test, and so does a changed role. */
const ROLES: Readonly<Record<string, Role>> = {
  "GET /*": "none",
  "GET /healthz": "none",
  "GET /api/openapi.json": "none",
  "POST /api/session": "none",
  "GET /stream": "view",
  "GET /events": "view",
  "GET /mjpeg": "view",
  "GET /snapshot.png": "view",
  "GET /snapshot.jpg": "view",
  "GET /api/stats": "view",
  "GET /api/config": "view",
  "GET /metrics": "view",
  "PATCH /api/config": "admin",
  "POST /api/keyframe": "admin",
  "GET /api/viewers": "admin",
  "DELETE /api/viewers/{id}": "admin",
  "POST /api/viewers/{id}/ack": "view",
  "GET /api/sources": "view",
  "POST /api/sources/{id}/frames": "push",
  "POST /api/sources/{id}/alive": "push",
  "DELETE /api/sources/{id}": "admin",
  "POST /api/sources/{id}/select": "admin",
  "GET /api/history": "history",
  "GET /api/history/{source}": "history",
  "GET /api/history/{source}/at": "history",
  "GET /api/history/{source}/play": "history",
  "GET /api/history/{source}/frame.png": "history",
  "GET /api/history/{source}/thumb": "history",
  "GET /api/history/{source}/changes": "history",
  "GET /api/history/{source}/export": "history",
  "DELETE /api/history/{source}": "admin",
};

function nameOf({ method, path }: Route): string {
  return `${method.toUpperCase()} ${path}`;
}

/** A request that succeeds when its caller may make it. */
async function ask(
  { request }: TestServer,
  { method, path }: Route,
  init: { token?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (path.endsWith("/alive")) headers.set("x-picture-at", new Date(NOW).toISOString());
  const isPush = path.endsWith("/frames");
  const body = method === "patch"
    ? "{}"
    : path.endsWith("/select")
    ? '{"target":"all"}'
    : path.endsWith("/ack")
    ? '{"seq":0}'
    : isPush
    ? makePng({ width: 1, height: 1, colour: 2, depth: 8, samples: [1, 2, 3] })
    : undefined;
  if (body) headers.set("content-type", isPush ? "image/png" : "application/json");
  const query = path.startsWith("/api/history/")
    ? `?t=${NOW}&from=${NOW}&to=${NOW + 1}&rect=0,0,1,1`
    : "";
  const url = path.replace("{id}", "abc").replace("{source}", "abc").replace("/*", "/index.html") +
    query;
  const response = await request(url, {
    method: method.toUpperCase(),
    token: init.token,
    headers,
    body,
  });
  // Streams go on until somebody leaves.
  if (response.ok) await response.body?.cancel();
  return response;
}

const publicDir = new URL("./site/", import.meta.url);

/** A feed without a Worker: it opens, and nothing ever comes. */
class QuietFeed extends EventFeed {
  override subscribe(): void {}
  override unsubscribe(): void {}
  override keyframe(): Promise<never> {
    return new Promise(() => {});
  }
}

const PIXEL = { width: 1, height: 1, bgrx: new Uint8Array(4) };

/** One source that takes everything. */
function pushedSources(): Sources {
  const engine = new FakeEngine("pushed abc", PIXEL);
  engine.choice = { target: { kind: "all" }, monitors: [], windows: [] };
  const pushed: SelectableSource = {
    id: "abc",
    kind: "pushed",
    size: PIXEL,
    viewers: 0,
    pushedAt: NOW,
    silentSince: undefined,
    silence: { promisedMs: undefined },
    order: { newestTime: NOW },
    engine,
  };
  return {
    default: pushed,
    get: () => pushed,
    list: () => [pushed],
    check() {},
    repeats: () => false,
    push: () => Promise.resolve("newest"),
    stillShows: () => "stands",
    remove: () => true,
  };
}

/** The history of one black picture. */
function quietHistory(): Route[] {
  const now = () => NOW;
  const picture = blackPicture(NOW);
  return historyRoutes({
    archive: fakeArchive({ seek: () => picture }),
    offDetail: "",
    limits: { maxAgeMs: 1000, maxBytes: 0 },
    recorded: () => [{ id: "abc", label: "abc" }],
    erasures: new Erasures(NOW),
    now,
  }, {
    newMaker: () => ({
      make: () => Promise.resolve({ picture, bytes: new Uint8Array(1) }),
      close() {},
    }),
  }).routes;
}

/** The real streams, over a capture that never has anything to send. */
function streams(): Route[] {
  const registry = new ViewerRegistry(10);
  const now = () => NOW;
  const ring = new Ring({ maxBytes: 1024, maxMs: 1000 });
  const capture = {
    join: () => new Promise<never>(() => {}),
    hello: (viewer: string) => ({ width: 1, height: 1, source: "test", viewer, heartbeatMs: 1000 }),
  };
  const sources = onlySource({ ...capture, ring });
  const feed = new QuietFeed({ ring, capture, now, hello: () => capture.hello("events") });
  return [
    ...streamRoutes({ sources, registry, now }),
    ...eventsRoutes({ sources, feedOf: () => feed, registry, now }),
    ...mjpegRoutes({
      sources,
      // Its Worker never starts, and nothing ever comes.
      feedOf: () =>
        new MjpegFeed({ ring, capture, now, hello: () => capture.hello("") }, () => ({
          postMessage() {},
          terminate() {},
          onmessage: null,
          onerror: null,
        })),
      registry,
      now,
    }),
    ...quietHistory(),
    ...sourcesRoutes({
      sources: pushedSources(),
      recorder: undefined,
      decoder: { isFull: false, decode: () => Promise.resolve({ pixels: PIXEL, digest: "" }) },
      uploads: new Uploads({ maxBytes: 1000 }),
      now,
    }),
  ];
}

/** The server as it is put together for real, as far as this matters here. */
function server(options: TestOptions = {}): TestServer {
  return testServer({ publicDir, extra: streams(), ...options });
}

Deno.test("every registered route declares a role, and the one that is meant", () => {
  const { app, routes } = server();
  const declared = new Set(
    routes.map(({ method, path }) => `${method.toUpperCase()} ${honoPath(path)}`),
  );
  for (const { method, path } of app.routes) {
    // Middleware is registered for all methods.
    if (method !== "ALL") assert.ok(declared.has(`${method} ${path}`), `${method} ${path}`);
    else assert.equal(path, "/*");
  }
  const roles = Object.fromEntries(routes.map((route) => [nameOf(route), route.role]));
  assert.deepEqual(roles, ROLES);
});

Deno.test("a route that is added beside the list of routes cannot be reached", async () => {
  const here = server();
  here.app.post("/sneaky", (c) => c.text("secret"));
  here.app.get("/sneaky", (c) => c.text("secret"));
  for (const method of ["POST", "GET"]) {
    const response = await here.request("/sneaky", { method, token: ADMIN });
    assert.equal((await problemOf(response)).status, 404);
  }
});

const callers: Record<string, { token?: string; role: Role; refusal: number }> = {
  "no token": { role: "none", refusal: 401 },
  "a wrong token": { token: "wrong", role: "none", refusal: 401 },
  "an empty token": { token: "", role: "none", refusal: 401 },
  "a prefix of the token": { token: ADMIN.slice(0, -1), role: "none", refusal: 401 },
  "the view token": { token: VIEWER, role: "view", refusal: 403 },
  "the history token": { token: HISTORIAN, role: "history", refusal: 403 },
  "the push token": { token: PUSHER, role: "push", refusal: 403 },
  "the admin token": { token: ADMIN, role: "admin", refusal: 403 },
};

for (const [caller, { token, role, refusal }] of Object.entries(callers)) {
  Deno.test(`every route with ${caller}`, async () => {
    for (const route of server().routes) {
      const response = await ask(server(), route, { token });
      const name = nameOf(route);
      if (name === "POST /api/session") {
        assert.equal(response.status, role === "none" ? 401 : role === "push" ? 403 : 200, name);
      } else if (mayDo(role, route.role)) {
        assert.ok(response.ok, `${name}: ${response.status}`);
      } else {
        assert.equal(response.status, refusal, name);
        const problem = await problemOf(response);
        assert.ok(!JSON.stringify(problem).includes(token || "\0"), name);
      }
    }
  });
}

Deno.test("every route refuses a foreign Host with 421, whatever the token", async () => {
  for (const host of ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "a b"]) {
    for (const token of [undefined, ADMIN]) {
      for (const route of server().routes) {
        const here = server();
        const response = await ask(here, route, { token, headers: { host } });
        assert.equal((await problemOf(response)).status, 421, `${nameOf(route)} ${host}`);
        assert.equal(here.capture.changes.length + here.capture.keyframes, 0);
      }
    }
  }
});

Deno.test("every route refuses a foreign Origin with 403, whatever the token", async () => {
  const origins = [
    "http://evil.example",
    "null",
    "http://localhost:3000",
    "https://localhost",
    "file://",
    "",
  ];
  for (const origin of origins) {
    for (const token of [undefined, ADMIN]) {
      for (const route of server().routes) {
        const headers = { host: "localhost:8000", origin };
        const response = await ask(server(), route, { token, headers });
        assert.equal((await problemOf(response)).status, 403, `${nameOf(route)} ${origin}`);
      }
    }
  }
});

Deno.test("every route refuses what another site fetches without an Origin header", async () => {
  for (const site of ["cross-site", "same-site"]) {
    for (const route of server().routes) {
      const headers = {
        "sec-fetch-site": site,
        "sec-fetch-mode": "no-cors",
        "sec-fetch-dest": "image",
      };
      const response = await ask(server(), route, { token: ADMIN, headers });
      assert.equal((await problemOf(response)).status, 403, nameOf(route));
    }
  }
});

Deno.test("every route, answering or refusing, carries the security headers", async () => {
  for (const token of [undefined, ADMIN]) {
    for (const headers of [undefined, { host: "evil.example" }]) {
      for (const route of server().routes) {
        const response = await ask(server(), route, { token, headers });
        const csp = response.headers.get("content-security-policy") ?? "";
        assert.match(
          csp,
          /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';.*frame-ancestors 'none'$/,
        );
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
        assert.equal(response.headers.get("referrer-policy"), "no-referrer");
        assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
        assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin");
        const isPage = route.path === "/*" && response.ok;
        assert.match(
          response.headers.get("cache-control") ?? "",
          isPage ? /^no-cache$/ : /no-store/,
        );
        assert.equal(response.headers.get("access-control-allow-origin"), null);
      }
    }
  }
});

Deno.test("every route lets everyone in when it is open, but no foreign Host or Origin", async () => {
  for (const route of server({ open: true }).routes) {
    const open = () => server({ open: true });
    assert.ok((await ask(open(), route)).ok, nameOf(route));
    const host = { host: "evil.example" };
    assert.equal((await ask(open(), route, { headers: host })).status, 421);
    const origin = { origin: "http://evil.example" };
    assert.equal((await ask(open(), route, { headers: origin })).status, 403);
  }
});

Deno.test("every route refuses a token in the URL, and does not repeat it", async () => {
  for (const route of server().routes) {
    const path = route.path.replace("{id}", "abc").replace("/*", "/index.html");
    for (const name of ["token", "access_token", "Token"]) {
      const response = await server().request(`${path}?${name}=${ADMIN}`, {
        method: route.method.toUpperCase(),
      });
      const problem = await problemOf(response);
      assert.equal(problem.type, "urn:patchcast:problem:token-in-url");
      assert.ok(!JSON.stringify(problem).includes(ADMIN));
    }
  }
});

Deno.test("a path written differently is the same route with the same role", async () => {
  const here = server();
  for (const path of ["/%61pi/stats", "/api/%73tats", "/snapshot%2Epng"]) {
    assert.equal((await here.request(path)).status, 401, path);
    assert.equal((await here.request(path, { token: VIEWER })).status, 200, path);
  }
  for (
    const path of ["//api/stats", "/api/stats/", "/API/stats", "/api%2Fstats", "/x/../api//stats"]
  ) {
    const status = (await here.request(path)).status;
    assert.ok(status === 404 || status === 401, `${path}: ${status}`);
  }
});

Deno.test("HEAD does not open a stream", async () => {
  const response = await server().request("/stream", { method: "HEAD", token: ADMIN });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET");
});

/** What a browser or VLC makes of `http://USER:PASSWORD@host`. */
function basic(password: string, user = "x"): Record<string, string> {
  return { authorization: `Basic ${btoa(`${user}:${password}`)}` };
}

const BASIC_ROUTES = ["GET /mjpeg", "GET /snapshot.png", "GET /snapshot.jpg"];

Deno.test("a token as password lets in to what plain programs watch, and to nothing else", async () => {
  for (const route of server().routes.filter(({ role }) => role !== "none")) {
    const isPlain = BASIC_ROUTES.includes(nameOf(route));
    for (const token of [ADMIN, HISTORIAN, VIEWER]) {
      const { status } = await ask(server(), route, { headers: basic(token) });
      assert.equal(status, isPlain ? 200 : 401, nameOf(route));
    }
    const push = await ask(server(), route, { headers: basic(PUSHER, "") });
    assert.equal(push.status, isPlain ? 403 : 401, nameOf(route));
    for (const wrong of ["wrong", "", ADMIN.slice(1), `${ADMIN} `, `:${ADMIN}`]) {
      const problem = await problemOf(await ask(server(), route, { headers: basic(wrong) }));
      assert.equal(problem.status, 401, `${nameOf(route)} ${wrong}`);
    }
    for (const malformed of ["Basic", "Basic ", "Basic ???", `Basic ${btoa(ADMIN)}`]) {
      const headers = { authorization: malformed };
      assert.equal((await ask(server(), route, { headers })).status, 401, malformed);
    }
  }
});

Deno.test("only what plain programs watch asks for a password, and never a page's own requests", async () => {
  const BROWSER = { "user-agent": "Mozilla/5.0" };
  const callers: [headers: Record<string, string>, isAsked: boolean][] = [
    [{}, true],
    [{ "user-agent": "Lavf/59" }, true],
    [{ ...BROWSER, "sec-fetch-mode": "navigate", "sec-fetch-site": "none" }, true],
    [{ ...BROWSER, "sec-fetch-mode": "no-cors", "sec-fetch-site": "same-origin" }, false],
    [{ ...BROWSER, "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" }, false],
    // Over plain http from another machine, browsers say less.
    [{ ...BROWSER, accept: "text/html,application/xhtml+xml" }, true],
    [{ ...BROWSER, accept: "image/avif,image/webp,*/*" }, false],
  ];
  for (const route of server().routes.filter(({ role }) => role !== "none")) {
    for (const [headers, isAsked] of callers) {
      for (const wrong of [{}, basic("wrong")]) {
        const response = await ask(server(), route, { headers: { ...headers, ...wrong } });
        assert.equal(response.status, 401);
        const challenge = response.headers.get("www-authenticate") ?? "";
        const wanted = isAsked && BASIC_ROUTES.includes(nameOf(route)) ? /^Basic / : /^Bearer /;
        assert.match(challenge, wanted, `${nameOf(route)} ${JSON.stringify(headers)}`);
      }
    }
  }
});

Deno.test("beside a cookie that is right, a password for somebody else does no harm", async () => {
  const here = server();
  const session = await here.request("/api/session", { method: "POST", token: VIEWER });
  const cookie = session.headers.get("set-cookie")!.split(";")[0];
  for (const headers of [{ cookie }, { cookie, ...basic("of the proxy") }]) {
    for (const path of ["/api/stats", "/snapshot.png"]) {
      assert.equal((await here.request(path, { headers })).status, 200, path);
    }
  }
  const expired = { cookie: cookie.slice(0, -1) + "x", ...basic(VIEWER) };
  assert.equal((await here.request("/snapshot.png", { headers: expired })).status, 200);
});

Deno.test("wrong passwords count as failures like wrong tokens, whatever cookie comes with them", async () => {
  const here = server({ failures: { maxFailures: 3 } });
  const get = (headers: Record<string, string>) => here.request("/snapshot.png", { headers });
  assert.equal((await get(basic("one"))).status, 401);
  assert.equal((await get(basic("one"))).status, 401, "the same one again does not count");
  assert.equal((await get({ ...basic("one"), cookie: "patchcast_8000=a" })).status, 401);
  assert.equal((await get({ ...basic("one"), cookie: "patchcast_8000=b" })).status, 401);
  assert.equal((await get(basic("two"))).status, 429);
  assert.equal((await get(basic(VIEWER))).status, 429);
});
