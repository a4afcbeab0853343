/** Who is let in, case by case; that it holds for every route is in security_test.ts. */
import assert from "node:assert/strict";
import { Authenticator } from "../../routes/security/authenticator.ts";
import { ADMIN, NOW, problemOf, testServer, VIEWER } from "./fakes.ts";

const publicDir = new URL("./site/", import.meta.url);

Deno.test("the Host may be any loopback name and port, but others only when told so", async () => {
  const status = async (host: string, flags: string[] = []) =>
    (await testServer({ publicDir, flags }).request("/healthz", { headers: { host } })).status;
  for (
    const host of [
      "localhost",
      "LOCALHOST:1",
      "127.0.0.1:8000",
      "127.0.0.9",
      "[::1]:8000",
      "localhost.",
    ]
  ) {
    assert.equal(await status(host), 200, host);
  }
  assert.equal(await status("192.168.1.5:8000"), 421);
  assert.equal(await status("192.168.1.5:8000", ["--host", "0.0.0.0"]), 200);
  assert.equal(await status("[fe80::1]", ["--host", "::"]), 200);
  assert.equal(await status("box.lan", ["--host", "0.0.0.0"]), 421);
  assert.equal(await status("box.lan", ["--host", "box.lan"]), 200);
  assert.equal(await status("box.lan:123", ["--allow-host", "box.lan"]), 200);
  assert.equal(await status("box.lan:123", ["--allow-host", "box.lan:443"]), 421);
});

Deno.test("the Origin must be the Host asked, or an allowed one", async () => {
  const status = async (host: string, origin: string, flags: string[] = []) =>
    (await testServer({ publicDir, flags }).request("/healthz", { headers: { host, origin } }))
      .status;
  assert.equal(await status("localhost:8000", "http://localhost:8000"), 200);
  assert.equal(await status("localhost:8000", "https://LOCALHOST:8000"), 200);
  assert.equal(await status("localhost", "http://localhost"), 200);
  assert.equal(await status("localhost", "http://localhost:80"), 200);
  assert.equal(await status("localhost:8000", "http://127.0.0.1:8000"), 403);
  assert.equal(await status("localhost:8000", "ftp://localhost:8000"), 403);
  assert.equal(await status("localhost:8000", "http://user@localhost:8000"), 403);
  assert.equal(
    await status("localhost:8000", "https://a.example", ["--allow-host", "a.example"]),
    200,
  );
});

Deno.test("where the server speaks TLS, a page of its name that came without is another site's", async () => {
  const status = async (origin: string) =>
    (await testServer({ publicDir }).request("https://localhost/healthz", { headers: { origin } }))
      .status;
  assert.equal(await status("https://localhost"), 200);
  assert.equal(await status("http://localhost"), 403);
  assert.equal(await status("http://localhost:443"), 403);
});

Deno.test("over HTTP/2, where there is no Host header, the URL has the name", async () => {
  const status = async (host: string) =>
    (await testServer({ publicDir }).request(`https://${host}/healthz`)).status;
  assert.equal(await status("localhost"), 200);
  assert.equal(await status("evil.example"), 421);
});

Deno.test("a link on another site may open the page, but not frame it", async () => {
  const visit = async (dest: string) =>
    (await testServer({ publicDir }).request("/", {
      headers: {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": dest,
      },
    })).status;
  assert.equal(await visit("document"), 200);
  assert.equal(await visit("iframe"), 403);
});

Deno.test("Authenticator refuses to guard without a token unless it is open", () => {
  const options = { cookieName: "c", now: () => NOW };
  assert.throws(() => new Authenticator({ ...options, open: false }), TypeError);
  assert.throws(() => new Authenticator({ ...options, open: false, token: "" }), TypeError);
  assert.throws(() => new Authenticator({ ...options, open: false, viewToken: VIEWER }), TypeError);
  const open = new Authenticator({ ...options, open: true });
  assert.deepEqual(open.identify(new Headers(), "x"), { role: "admin", by: "open" });
});

Deno.test("wrong tokens: the 21st different one within a minute is refused unread, per address", async () => {
  let now = NOW;
  const server = testServer({ now: () => now });
  const status = async (token: string, from = "10.0.0.1") =>
    (await server.request("/api/stats", { token, from })).status;
  assert.equal(await status(ADMIN), 200);
  for (let i = 0; i < 100; i++) assert.equal(await status("the same wrong one"), 401);
  for (let i = 1; i < 20; i++) assert.equal(await status(`wrong${i}`), 401);

  const refused = await server.request("/api/stats", { token: VIEWER, from: "10.0.0.1" });
  assert.equal(
    (await problemOf(refused)).status,
    429,
    "even the right one, if it is new from there",
  );
  assert.equal(refused.headers.get("retry-after"), "60");
  assert.equal(await status(ADMIN), 200, "who was in before stays in");
  assert.equal(await status(VIEWER, "10.0.0.2"), 200, "others are not concerned");
  now += 60_000;
  assert.equal(await status(VIEWER), 200);
});
