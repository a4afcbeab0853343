import assert from "node:assert/strict";
import { ADMIN, NOW, problemOf, type TestServer, testServer, VIEWER } from "./fakes.ts";

const ORIGIN = { origin: "http://localhost" };

async function signIn(server: TestServer, token: string, headers: HeadersInit = ORIGIN) {
  const response = await server.request("/api/session", { method: "POST", token, headers });
  const setCookie = response.headers.get("set-cookie") ?? "";
  return { response, setCookie, cookie: setCookie.split(";", 1)[0] };
}

Deno.test("POST /api/session turns a token into a cookie that does what the token does", async () => {
  for (
    const [token, role, patchStatus] of [[ADMIN, "admin", 200], [VIEWER, "view", 403]] as const
  ) {
    const server = testServer();
    const { response, cookie } = await signIn(server, token);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { role, now: NOW });
    assert.equal((await server.request("/api/stats", { headers: { cookie } })).status, 200);
    const patch = await server.request("/api/config", {
      method: "PATCH",
      headers: { ...ORIGIN, cookie, "content-type": "application/json" },
      body: '{"fps":5}',
    });
    assert.equal(patch.status, patchStatus);
  }
});

Deno.test("POST /api/session sets a cookie for this server only, without the token in it", async () => {
  const { setCookie } = await signIn(testServer({ flags: ["--port=8123"] }), ADMIN);
  assert.match(
    setCookie,
    /^patchcast_8123=v2\.admin\.\d+\.[\w-]{11}\.[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
  );
  assert.ok(!setCookie.includes(ADMIN) && !setCookie.includes(btoa(ADMIN).slice(0, 12)));
});

Deno.test("POST /api/session marks the cookie Secure when the browser's side is https", async () => {
  const server = testServer({ flags: ["--allow-host=watch.example"] });
  const behindProxy = { host: "watch.example", origin: "https://watch.example" };
  assert.match((await signIn(server, ADMIN, behindProxy)).setCookie, /; Secure$/);
  assert.doesNotMatch((await signIn(server, ADMIN)).setCookie, /Secure/);
});

Deno.test("POST /api/session with a cookie alone tells the role and renews the cookie", async () => {
  let now = NOW;
  const server = testServer({ now: () => now });
  const { cookie } = await signIn(server, VIEWER);
  now += 86_400_000;
  const again = await server.request("/api/session", {
    method: "POST",
    headers: { ...ORIGIN, cookie },
  });
  assert.deepEqual(await again.json(), { role: "view", now });
  assert.notEqual(again.headers.get("set-cookie")?.split(";", 1)[0], cookie);
});

Deno.test("POST /api/session keeps the browser's number, with a cookie or a token, and gives others others", async () => {
  const server = testServer();
  const browserOf = (cookie: string) => cookie.split(".")[3];
  const { cookie } = await signIn(server, VIEWER);
  const again = await signIn(server, ADMIN, { ...ORIGIN, cookie: `other=1; ${cookie}` });
  assert.equal(browserOf(again.cookie), browserOf(cookie));
  assert.notEqual(browserOf((await signIn(server, VIEWER)).cookie), browserOf(cookie));
});

Deno.test("POST /api/session needs no token and sets no cookie when the server is open", async () => {
  const response = await testServer({ open: true }).request("/api/session", { method: "POST" });
  assert.deepEqual(await response.json(), { role: "admin", now: NOW });
  assert.equal(response.headers.get("set-cookie"), null);
});

Deno.test("a cookie survives a restart with the same token, and no other one", async () => {
  const { cookie } = await signIn(testServer(), ADMIN);
  assert.equal((await testServer().request("/api/stats", { headers: { cookie } })).status, 200);
  const other = testServer({ flags: ["--ring-seconds=61"] });
  assert.equal((await other.request("/api/stats", { headers: { cookie } })).status, 200);
});

Deno.test("a cookie ends after 30 days", async () => {
  let now = NOW;
  const server = testServer({ now: () => now });
  const { cookie } = await signIn(server, ADMIN);
  now += 30 * 86_400_000 - 1000;
  assert.equal((await server.request("/api/stats", { headers: { cookie } })).status, 200);
  now += 1000;
  assert.equal((await server.request("/api/stats", { headers: { cookie } })).status, 401);
});

Deno.test("a cookie that somebody worked on is worth nothing", async () => {
  const { cookie } = await signIn(testServer(), VIEWER);
  const [name, value] = cookie.split("=");
  const [version, role, expires, browser, mac] = value.split(".");
  const forged = [
    `${version}.admin.${expires}.${browser}.${mac}`,
    `${version}.${role}.${Number(expires) + 1}.${browser}.${mac}`,
    `${version}.${role}.${expires}.AAAAAAAAAAA.${mac}`,
    `${version}.${role}.${expires}.${browser}.${mac.slice(1)}A`,
    `${version}.${role}.${expires}.${browser}.`,
    `${version}.${role}.${expires}.${mac}`,
    `v1.${role}.${expires}.${browser}.${mac}`,
    "",
    VIEWER,
    ADMIN,
  ];
  for (const value of forged) {
    const headers = { cookie: `${name}=${value}` };
    const response = await testServer().request("/api/stats", { headers });
    assert.equal((await problemOf(response)).status, 401, value);
  }
  assert.equal(
    (await testServer().request("/api/stats", { headers: { cookie: `x=1; ${cookie}` } })).status,
    200,
  );
});

Deno.test("with a cookie, a change needs an Origin; with a token it does not", async () => {
  const server = testServer();
  const { cookie } = await signIn(server, ADMIN);
  const post = (headers: HeadersInit, token?: string) =>
    server.request("/api/keyframe", { method: "POST", headers, token });
  assert.equal((await post({ cookie })).status, 403);
  assert.equal((await post({ cookie, origin: "http://evil.example" })).status, 403);
  assert.equal(server.capture.keyframes, 0);
  assert.equal((await post({ cookie, ...ORIGIN })).status, 200);
  assert.equal((await post({}, ADMIN)).status, 200);
});

Deno.test("a wrong token is not made right by a right cookie", async () => {
  const server = testServer();
  const { cookie } = await signIn(server, ADMIN);
  assert.equal(
    (await server.request("/api/stats", { headers: { cookie }, token: "wrong" })).status,
    401,
  );
});

Deno.test("a page that keeps coming with its old cookie does not lock its address out", async () => {
  const server = testServer();
  const headers = { cookie: `patchcast_8000=v2.admin.1.${"A".repeat(11)}.${"A".repeat(43)}` };
  for (let i = 0; i < 50; i++) {
    assert.equal((await server.request("/api/stats", { headers })).status, 401);
  }
  assert.equal((await signIn(server, ADMIN)).response.status, 200);
});
