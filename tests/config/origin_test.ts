import assert from "node:assert/strict";
import { ConfigError, parseConfig } from "../../config.ts";
import { isPageOrigin } from "../../config/origin.ts";

Deno.test("isPageOrigin() takes https, and http on this machine, spelt as browsers do", () => {
  for (
    const origin of [
      "https://portal.example",
      "https://portal.example:8443",
      "https://xn--mnchen-3ya.example",
      "https://192.168.1.5:8443",
      "https://[fe80::1]",
      "http://localhost",
      "http://localhost:3000",
      "http://127.0.0.1:8080",
      "http://[::1]:8080",
    ]
  ) assert.equal(isPageOrigin(origin), true, origin);
});

Deno.test("isPageOrigin() refuses everything else", () => {
  for (
    const origin of [
      "",
      "*",
      "null",
      "portal.example",
      "http://portal.example",
      "https://portal.example/",
      "https://portal.example:443",
      "http://localhost:80",
      "https://Portal.example",
      "https://*.example",
      "https://user@portal.example",
      "https://portal.example; script-src *",
      "https://a.example https://b.example",
      "https://portal.example?",
      "https://münchen.example",
      "file://localhost",
      "http://localhost.evil.example",
      "https://portal.example\n",
    ]
  ) assert.equal(isPageOrigin(origin), false, origin);
});

Deno.test("--embed-origin may be repeated; a wrong one is refused with what is wanted", () => {
  const flags = ["--embed-origin=https://a.example", "--embed-origin=http://localhost:3000"];
  const invocation = parseConfig(flags, () => undefined);
  assert.ok(invocation.kind === "run");
  assert.deepEqual(invocation.config.embedOrigins, ["https://a.example", "http://localhost:3000"]);
  const refuse = () => parseConfig(["--embed-origin=https://a.example/"], () => undefined);
  assert.throws(refuse, (error) => {
    assert.ok(error instanceof ConfigError);
    assert.match(
      error.message,
      /^Cannot set --embed-origin \(?\[0\]\)?: got "https:\/\/a\.example\/", wanted .*without .* slash/,
    );
    return true;
  });
});
