import assert from "node:assert/strict";
import { readPushEvery } from "../../../routes/intake/push_every.ts";

Deno.test("readPushEvery() reads seconds, as ms; no header is no promise", () => {
  assert.equal(readPushEvery(undefined), undefined);
  assert.equal(readPushEvery("1"), 1000);
  assert.equal(readPushEvery("30"), 30_000);
  assert.equal(readPushEvery("1.001"), 1001);
  assert.equal(readPushEvery("86400"), 86_400_000);
});

Deno.test("readPushEvery() refuses everything else, with the range", () => {
  for (
    const text of ["", "0", "0.999", "86400.001", "-1", "1e3", "30s", "1.0001", "123456", " 1"]
  ) {
    const refused = readPushEvery(text);
    assert.ok(typeof refused === "object", text);
    assert.equal(
      refused.message,
      `Cannot set X-Push-Every: got ${
        JSON.stringify(text)
      }, wanted 1 to 86400 seconds, with at most three decimals`,
    );
  }
});
