import assert from "node:assert/strict";
import { Failures } from "../../routes/security/failures.ts";

Deno.test("Failures counts different wrong credentials, and begins anew after the window", () => {
  const failures = new Failures({ maxFailures: 2, windowMs: 100 });
  for (const digest of ["a", "a", "a"]) failures.note("1.1.1.1", digest, false, 0);
  assert.equal(failures.waitMs("1.1.1.1", "x", 10), 0);
  failures.note("1.1.1.1", "b", false, 20);
  assert.equal(failures.waitMs("1.1.1.1", "x", 30), 70);
  assert.equal(failures.waitMs("1.1.1.2", "x", 30), 0);
  assert.equal(failures.waitMs("1.1.1.1", "x", 100), 0);
  failures.note("1.1.1.1", "c", false, 100);
  assert.equal(failures.waitMs("1.1.1.1", "x", 101), 0);
});

Deno.test("Failures lets those pass who were right before, from the same address only", () => {
  const failures = new Failures({ maxFailures: 1 });
  failures.note("1.1.1.1", "good", true, 0);
  for (const address of ["1.1.1.1", "2.2.2.2"]) failures.note(address, "bad", false, 0);
  assert.equal(failures.waitMs("1.1.1.1", "good", 1), 0);
  assert.ok(failures.waitMs("2.2.2.2", "good", 1) > 0);
});

Deno.test("Failures takes an IPv6 /64 for one address", () => {
  const failures = new Failures({ maxFailures: 2 });
  failures.note("2001:db8:0:1::1", "a", false, 0);
  failures.note("2001:db8:0:1:ffff:2:3:4", "b", false, 0);
  assert.ok(failures.waitMs("2001:db8::1:0:0:0:9", "x", 1) > 0);
  assert.equal(failures.waitMs("2001:db8:0:2::1", "x", 1), 0);
});

Deno.test("Failures forgets the oldest address beyond its limit", () => {
  const failures = new Failures({ maxFailures: 1, maxAddresses: 2 });
  for (const address of ["1.1.1.1", "2.2.2.2", "3.3.3.3"]) failures.note(address, "a", false, 0);
  assert.equal(failures.waitMs("1.1.1.1", "x", 1), 0);
  assert.ok(failures.waitMs("2.2.2.2", "x", 1) > 0);
  assert.ok(failures.waitMs("3.3.3.3", "x", 1) > 0);
});
