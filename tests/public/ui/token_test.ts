import assert from "node:assert/strict";
import { forcedTransport, takeToken, tokenFromPaste } from "../../../public/ui/token.js";

Deno.test("takeToken() takes the token and nothing else out of the address", () => {
  assert.deepEqual(takeToken("http://host/p/?x=1#token=abc"), {
    token: "abc",
    cleanHref: "http://host/p/?x=1",
  });
  assert.deepEqual(takeToken("http://host/#a=1&token=abc&b=2"), {
    token: "abc",
    cleanHref: "http://host/#a=1&b=2",
  });
});

Deno.test("takeToken() finds none", () => {
  for (const href of ["http://host/", "http://host/?token=abc", "http://host/#tokens=1"]) {
    assert.deepEqual(takeToken(href), { token: null, cleanHref: href });
  }
  assert.deepEqual(takeToken("http://host/#token="), { token: null, cleanHref: "http://host/" });
});

Deno.test("takeToken() keeps every character of the token", () => {
  assert.equal(takeToken("http://host/#token=a+b/c==").token, "a+b/c==");
  assert.equal(takeToken("http://host/#token=a%26b%23c").token, "a&b#c");
  assert.equal(takeToken("http://host/#token=100%").token, "100%");
  assert.equal(takeToken("http://host/#token=a#b").token, "a#b");
});

Deno.test("tokenFromPaste() understands tokens and links", () => {
  assert.equal(tokenFromPaste("  abc\n"), "abc");
  assert.equal(tokenFromPaste("http://127.0.0.1:8000/#token=abc "), "abc");
  assert.equal(tokenFromPaste("http://host/"), "http://host/");
});

Deno.test("forcedTransport() knows the two names", () => {
  assert.equal(forcedTransport("?transport=sse"), "sse");
  assert.equal(forcedTransport("?a=1&transport=stream"), "stream");
  assert.equal(forcedTransport("?transport=carrier-pigeon"), null);
  assert.equal(forcedTransport(""), null);
});
