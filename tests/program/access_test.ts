import assert from "node:assert/strict";
import { parseConfig } from "../../config.ts";
import { accessTo } from "../../program/access.ts";

/** Access with these flags; what the demo is, tests say. */
function access(isDemo: boolean, ...flags: string[]) {
  const invocation = parseConfig(flags, () => undefined);
  if (invocation.kind !== "run") throw new Error("the flags ask for help");
  return accessTo(invocation.config, isDemo);
}

Deno.test("accessTo() lets nobody in to a screen without a token, and makes one where none was given", () => {
  const { open, token } = access(false);
  assert.equal(open, false);
  assert.match(token!, /^[\w-]{22}$/);
  assert.notEqual(access(false).token, token);
  assert.deepEqual(access(false, "--token=secret-token"), { open: false, token: "secret-token" });
});

Deno.test("accessTo() opens the demo on loopback, unless any token was given", () => {
  assert.deepEqual(access(true), { open: true, token: undefined });
  for (const flag of ["--token", "--view-token", "--history-token", "--push-token"]) {
    assert.equal(access(true, `${flag}=secret-token`).open, false, flag);
  }
  assert.equal(access(true, "--host=0.0.0.0").open, false);
  // What was recorded before may be another screen.
  assert.equal(access(true, "--history=on").open, false);
});

Deno.test("accessTo() opens everything with --auth none", () => {
  assert.deepEqual(access(false, "--auth=none"), { open: true, token: undefined });
});
