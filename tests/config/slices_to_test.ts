import assert from "node:assert/strict";
import {
  SLICES_TO_ALLOWED,
  slicesTargetOf,
  slicesTargetSchema,
  slicesToAllowed,
} from "../../config/slices_to.ts";

function parsed(text: string): unknown {
  const { data } = slicesTargetSchema.safeParse(slicesTargetOf(text));
  return data;
}

Deno.test("--slices-to: a host, a port and what is sent", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["127.0.0.1:7101", { host: "127.0.0.1", port: 7101, format: "bgra" }],
    ["[::1]:9", { host: "::1", port: 9, format: "bgra" }],
    ["viewer.local:65535#format=bgr", { host: "viewer.local", port: 65535, format: "bgr" }],
    ["h:1#source=screen-2&identity=000102030405060708090A0B0C0D0E0F&fps=2.5", {
      host: "h",
      port: 1,
      source: "screen-2",
      format: "bgra",
      identity: "000102030405060708090a0b0c0d0e0f",
      fps: 2.5,
    }],
  ];
  for (const [text, target] of cases) assert.deepEqual(parsed(text), target, text);
});

Deno.test("--slices-to: anything else is refused", () => {
  const texts = [
    "",
    "host",
    ":7101",
    "host:",
    "host:0",
    "host:65536",
    "host:1x",
    "ho st:1",
    "host:1#",
    "host:1#format=rgb",
    "host:1#fps=0",
    "host:1#fps=121",
    "host:1#fps=fast",
    "host:1#identity=12",
    "host:1#source=Screen",
    "host:1#colour=bgr",
    "host:1#fps=1&fps=2",
    "host:1#__proto__=1",
  ];
  for (const text of texts) assert.equal(parsed(text), undefined, text);
});

Deno.test("--slices-to: each part has a range in words", () => {
  for (const part of Object.keys(slicesTargetSchema.shape)) {
    assert.notEqual(slicesToAllowed(part), SLICES_TO_ALLOWED, part);
  }
  assert.equal(slicesToAllowed(undefined), SLICES_TO_ALLOWED);
});
