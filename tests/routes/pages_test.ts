import assert from "node:assert/strict";
import { problemOf, testServer } from "./fakes.ts";

const publicDir = new URL("./site/", import.meta.url);

Deno.test("GET / is index.html, to be asked for again each time", async () => {
  const response = await testServer({ publicDir }).request("/");
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-cache");
  assert.match(await response.text(), /<title>site<\/title>/);
});

Deno.test("GET of a file has its type and an entity tag that saves sending it again", async () => {
  const server = testServer({ publicDir });
  const first = await server.request("/app.js");
  assert.equal(first.headers.get("content-type"), "text/javascript; charset=utf-8");
  assert.equal(await first.text(), "export const x = 1;\n");
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^"[0-9a-f]{32}"$/);
  for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
    const again = await server.request("/app.js", { headers: { "if-none-match": tags } });
    assert.equal(again.status, 304);
    assert.equal(again.headers.get("etag"), etag);
    assert.equal(await again.text(), "");
  }
  assert.equal(
    (await server.request("/app.js", { headers: { "if-none-match": '"x"' } })).status,
    200,
  );
});

Deno.test("HEAD of a file has its headers and no body", async () => {
  const response = await testServer({ publicDir }).request("/app.js", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), "");
});

Deno.test("nothing outside the folder, hidden, or of another kind is served", async () => {
  const server = testServer({ publicDir });
  const paths = [
    "/../fakes.ts",
    "/%2e%2e/fakes.ts",
    "/..%2ffakes.ts",
    "/..%5cfakes.ts",
    "/%252e%252e/fakes.ts",
    "/../../../deno.json",
    "/%2e%2e%2f%2e%2e%2f%2e%2e%2fdeno.json",
    "//etc/passwd.txt",
    "/C:/x.txt",
    "/app.js%00.txt",
    "/.hidden.txt",
    "/fakes.ts",
    "/index.html/",
    "/index.html/app.js",
    "/%",
    "/" + "a".repeat(5000) + ".js",
    "/folder.js",
    "/missing.js",
  ];
  for (const path of paths) {
    assert.equal((await problemOf(await server.request(path))).status, 404, path);
  }
  assert.deepEqual(server.logged, []);
});
