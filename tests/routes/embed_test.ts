/** What a page of another site may do that the configuration names, and one that it does not name: for every route. */
import assert from "node:assert/strict";
import type { Route } from "../../routes/route.ts";
import { isEmbeddable } from "../../routes/security/embedding.ts";
import type { Role } from "../../routes/security/role.ts";
import { ADMIN, problemOf, streamRoute, type TestServer, testServer, VIEWER } from "./fakes.ts";

const PORTAL = "https://portal.example";
const OTHER = "http://localhost:3000";
const EVIL = "https://evil.example";
const FLAGS = [`--embed-origin=${PORTAL}`, `--embed-origin=${OTHER}`];
const publicDir = new URL("./site/", import.meta.url);

/** A route for each method and role, whether or not there is such a one. */
const stubs: readonly Route[] = (["get", "post", "patch", "delete"] as const).flatMap((method) =>
  (["none", "view", "history", "push", "admin"] as const).map((role): Route => ({
    method,
    path: `/stub/${role}`,
    role,
    handler: (c) => c.json({ role: c.var.role }),
  }))
);

function server(flags: readonly string[] = FLAGS): TestServer {
  return testServer({ publicDir, flags, extra: [streamRoute, ...stubs] });
}

/** What a guest may do: the whole of it. */
const OPEN_TO_GUESTS = [
  "GET /*",
  "GET /healthz",
  "GET /api/openapi.json",
  "GET /stream",
  "GET /snapshot.png",
  "GET /snapshot.jpg",
  "GET /api/stats",
  "GET /api/config",
  "GET /metrics",
  "POST /api/viewers/{id}/ack",
  "GET /stub/none",
  "GET /stub/view",
];

const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`;
const urlOf = ({ path }: Route) => path.replace("{id}", "abc").replace("/*", "/index.html");

function ask(
  here: TestServer,
  route: Route,
  { origin, token, ...more }: { origin: string; token?: string; cookie?: string },
): Promise<Response> {
  const body = route.path.endsWith("/ack")
    ? '{"seq":0}'
    : route.method === "get"
    ? undefined
    : "{}";
  return here.request(urlOf(route), {
    method: route.method.toUpperCase(),
    token,
    body,
    headers: {
      host: "screen.example",
      origin,
      "sec-fetch-site": "cross-site",
      ...body === undefined ? {} : { "content-type": "application/json" },
      ...more,
    },
  });
}

function preflight(here: TestServer, route: Route, origin: string): Promise<Response> {
  return here.request(urlOf(route), {
    method: "OPTIONS",
    headers: {
      host: "screen.example",
      origin,
      "access-control-request-method": route.method.toUpperCase(),
      "access-control-request-headers": "authorization",
    },
  });
}

const corsHeaders = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith("access-control-"));

/** With a name that it is reached by from elsewhere. */
const named = (flags: readonly string[] = FLAGS) =>
  server([...flags, "--allow-host=screen.example"]);

Deno.test("guests may use exactly these routes", () => {
  const found = named().routes.filter(isEmbeddable).map(nameOf);
  assert.deepEqual(found.toSorted(), OPEN_TO_GUESTS.toSorted());
});

for (const origin of [PORTAL, OTHER]) {
  Deno.test(`${origin} may watch with a token, and do nothing else, whatever the token`, async () => {
    for (const route of named().routes) {
      for (const token of [VIEWER, ADMIN]) {
        const here = named();
        const response = await ask(here, route, { origin, token });
        const name = nameOf(route);
        if (OPEN_TO_GUESTS.includes(name)) {
          assert.equal(response.status, 200, name);
          assert.equal(response.headers.get("access-control-allow-origin"), origin, name);
          assert.equal(response.headers.get("cross-origin-resource-policy"), "cross-origin", name);
        } else {
          assert.equal(response.status, 403, name);
          assert.equal(
            (await problemOf(response)).type,
            "urn:patchcast:problem:foreign-origin",
            name,
          );
          assert.equal(response.headers.get("access-control-allow-origin"), null, name);
          assert.equal(response.headers.get("cross-origin-resource-policy"), "same-origin", name);
        }
        assert.equal(response.headers.get("access-control-allow-credentials"), null, name);
        assert.match(response.headers.get("vary") ?? "", /\borigin\b/, name);
        assert.equal(here.capture.changes.length + here.capture.keyframes, 0, name);
      }
    }
  });

  Deno.test(`${origin} can read why it is refused, and nothing more`, async () => {
    for (const route of named().routes.filter(isEmbeddable)) {
      const { role } = route;
      for (const token of [undefined, "wrong"]) {
        const response = await ask(named(), route, { origin, token });
        assert.equal(response.status, role === "none" ? 200 : 401, nameOf(route));
        assert.equal(response.headers.get("access-control-allow-origin"), origin);
        assert.equal(response.headers.get("access-control-expose-headers"), "retry-after");
      }
    }
    const gone = await ask(named(), { ...streamRoute, path: "/nothing.js" }, { origin });
    assert.equal(gone.status, 404);
    assert.equal(gone.headers.get("access-control-allow-origin"), origin);
  });

  Deno.test(`${origin} learns from a preflight what it may do`, async () => {
    for (const route of named().routes) {
      const response = await preflight(named(), route, origin);
      const name = nameOf(route);
      if (OPEN_TO_GUESTS.includes(name)) {
        assert.equal(response.status, 204, name);
        const { headers } = response;
        assert.equal(headers.get("access-control-allow-origin"), origin, name);
        assert.equal(headers.get("access-control-allow-methods"), route.method.toUpperCase(), name);
        assert.equal(headers.get("access-control-allow-headers"), "authorization, content-type");
        assert.equal(headers.get("access-control-max-age"), "600");
        assert.equal(headers.get("access-control-allow-credentials"), null);
      } else {
        assert.equal(response.status, 403, name);
        assert.deepEqual(corsHeaders(response), [], name);
      }
    }
  });
}

Deno.test("other origins get nothing, and neither do these where they were not named", async () => {
  const evil = [
    EVIL,
    "null",
    `${PORTAL}.evil.example`,
    `${PORTAL}:8443`,
    "http://portal.example",
    "https://PORTAL.example",
    `${PORTAL}/`,
  ];
  const cases = [
    ...evil.map((origin) => ({ origin, flags: FLAGS })),
    { origin: PORTAL, flags: [] },
    { origin: PORTAL, flags: [`--embed-origin=${OTHER}`] },
  ];
  for (const { origin, flags } of cases) {
    for (const route of named(flags).routes) {
      for (
        const response of [
          await ask(named(flags), route, { origin, token: ADMIN }),
          await preflight(named(flags), route, origin),
        ]
      ) {
        assert.equal(response.status, 403, `${nameOf(route)} ${origin}`);
        assert.deepEqual(corsHeaders(response), [], `${nameOf(route)} ${origin}`);
      }
    }
  }
});

Deno.test("a cookie lets in the page, and no guest, even of the same site", async () => {
  const here = named();
  const origin = "http://screen.example";
  const session = await here.request("/api/session", {
    method: "POST",
    token: ADMIN,
    headers: { host: "screen.example", origin },
  });
  const cookie = session.headers.get("set-cookie")!.split(";")[0];
  const route = here.routes.find(({ path }) => path === "/stub/view")!;
  assert.equal((await ask(here, route, { origin, cookie })).status, 200);
  assert.equal((await ask(here, route, { origin: PORTAL, cookie })).status, 401);
  const both = await ask(here, route, { origin: PORTAL, cookie, token: VIEWER });
  assert.deepEqual(await both.json(), { role: "view" });
});

Deno.test("a page of this server's own that is also named stays its own", async () => {
  const origin = "https://screen.example";
  const here = named([`--embed-origin=${origin}`]);
  const route = here.routes.find((route) => nameOf(route) === "POST /stub/admin")!;
  const response = await ask(here, route, { origin, token: ADMIN });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("access-control-allow-origin"), null);
});

Deno.test("guests need a name that the server goes by, and put no token in a URL", async () => {
  const headers = { origin: PORTAL, host: "evil.example" };
  const foreign = await server().request("/index.html", { headers });
  assert.equal(foreign.status, 421);
  const leaked = await named().request(`/stream?token=${VIEWER}`, {
    headers: { host: "screen.example", origin: PORTAL },
  });
  assert.equal((await problemOf(leaked)).type, "urn:patchcast:problem:token-in-url");
});

Deno.test("what lets everybody in lets guests do no more than watch", async () => {
  const open = () =>
    testServer({ publicDir, open: true, flags: FLAGS, extra: [streamRoute, ...stubs] });
  for (const route of open().routes) {
    const url = urlOf(route);
    const method = route.method.toUpperCase();
    const headers = { origin: PORTAL, "content-type": "application/json" };
    const body = url.endsWith("/ack") ? '{"seq":0}' : method === "GET" ? undefined : "{}";
    const response = await open().request(url, { method, headers, body });
    assert.equal(response.status, OPEN_TO_GUESTS.includes(nameOf(route)) ? 200 : 403, url);
  }
});

/** A browser that opens the page inside of another one. */
const FRAME = {
  "sec-fetch-site": "cross-site",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "iframe",
};

Deno.test("the page says who may frame it: nobody, or the sites that are named", async () => {
  const ancestors = async (flags: readonly string[]) => {
    const { headers } = await server(flags).request("/");
    return /frame-ancestors (.*)$/.exec(headers.get("content-security-policy") ?? "")?.[1];
  };
  assert.equal(await ancestors([]), "'none'");
  assert.equal(await ancestors(FLAGS), `${PORTAL} ${OTHER}`);
});

Deno.test("only the page is framed, and only where a site is named", async () => {
  const status = async (path: string, flags: readonly string[], more = {}) =>
    (await server(flags).request(path, { token: ADMIN, headers: { ...FRAME, ...more } })).status;
  assert.equal(await status("/", FLAGS), 200);
  assert.equal(await status("/", []), 403);
  for (const path of ["/snapshot.png", "/stream", "/api/stats", "/stub/none", "/stub/admin"]) {
    assert.equal(await status(path, FLAGS), 403, path);
  }
  assert.equal(await status("/", FLAGS, { "sec-fetch-dest": "object" }), 403);
  assert.equal(await status("/", FLAGS, { origin: EVIL }), 403);
});

Deno.test("every role of a route is known to the policy", () => {
  const roles = ["none", "view", "history", "push", "admin"] satisfies Role[];
  const may = roles.filter((role) => isEmbeddable({ method: "get", path: "/x", role }));
  assert.deepEqual(may, ["none", "view"]);
});
