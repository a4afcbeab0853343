import assert from "node:assert/strict";
import { isIpLiteral, isLoopback, normalHost, parseHostPort } from "../../config/host.ts";

Deno.test("parseHostPort() reads names and addresses, with and without a port", () => {
  assert.deepEqual(parseHostPort("Example.ORG:8080"), { host: "example.org", port: 8080 });
  assert.deepEqual(parseHostPort("localhost"), { host: "localhost", port: undefined });
  assert.deepEqual(parseHostPort("localhost.:80"), { host: "localhost", port: 80 });
  assert.deepEqual(parseHostPort("[0:0::1]:9"), { host: "[::1]", port: 9 });
  assert.deepEqual(parseHostPort("127.1"), { host: "127.0.0.1", port: undefined });
});

Deno.test("parseHostPort() refuses what cannot be a Host header", () => {
  const bad = [
    "",
    ":80",
    "a:b",
    "a b",
    "a@b",
    "a/b",
    "a?b",
    "a:99999",
    "::1",
    "[::1",
    "a,b",
    "[zz]",
  ];
  for (const text of [...bad, "a".repeat(300)]) assert.equal(parseHostPort(text), undefined, text);
});

Deno.test("isLoopback() and isIpLiteral() are not fooled by names that look like addresses", () => {
  for (const host of ["localhost", "127.0.0.1", "127.255.0.9", "[::1]"]) {
    assert.ok(isLoopback(host), host);
  }
  for (
    const host of ["127.0.0.1.example.org", "localhost.example.org", "[::]", "0.0.0.0", "128.0.0.1"]
  ) {
    assert.ok(!isLoopback(host), host);
  }
  assert.ok(isIpLiteral("192.168.1.2") && isIpLiteral("[fe80::1]"));
  assert.ok(!isIpLiteral("1.2.3.4.example.org") && !isIpLiteral("localhost"));
});

Deno.test("normalHost() takes IPv6 with and without brackets, and no port", () => {
  assert.equal(normalHost("::1"), "[::1]");
  assert.equal(normalHost("[::1]"), "[::1]");
  assert.equal(normalHost("0.0.0.0"), "0.0.0.0");
  assert.equal(normalHost("localhost:80"), undefined);
  assert.equal(normalHost("[::1]:80"), undefined);
  assert.equal(normalHost(""), undefined);
});
