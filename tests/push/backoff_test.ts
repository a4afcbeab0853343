import assert from "node:assert/strict";
import * as fc from "fast-check";
import { backoffMs, MAX_DELAY_MS, MAX_RETRY_AFTER_MS, readRetryAfter } from "../../push/backoff.ts";

Deno.test("backoffMs() doubles from a second to a minute, drawn from the upper half", () => {
  const [low, high] = [() => 0, () => 1];
  const upper = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((n) => backoffMs(n, high, undefined));
  assert.deepEqual(upper, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  const lower = [1, 2, 7].map((n) => backoffMs(n, low, undefined));
  assert.deepEqual(lower, [500, 1000, 30_000]);
});

Deno.test("backoffMs() waits as long as the server asks, within bounds, and never less than its own wait", () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const asked = fc.option(fc.nat({ max: 2 ** 40 }), { nil: undefined });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), unit, asked, (failures, r, retryAfterMs) => {
      const own = backoffMs(failures, () => r, undefined);
      assert.ok(own >= 500 && own <= MAX_DELAY_MS);
      const ms = backoffMs(failures, () => r, retryAfterMs);
      assert.equal(ms, Math.min(MAX_RETRY_AFTER_MS, Math.max(own, retryAfterMs ?? 0)));
    }),
  );
});

Deno.test("readRetryAfter() reads seconds and dates, and nothing else", () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(readRetryAfter("120", now), 120_000);
  assert.equal(readRetryAfter("0", now), 0);
  assert.equal(readRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", now), 30_000);
  assert.equal(readRetryAfter("Wed, 31 Dec 2025 00:00:30 GMT", now), 0);
  for (const text of [null, "", "-1", "1.5", "soon", "99999999999", "2026-01-01"]) {
    assert.equal(readRetryAfter(text, now), undefined);
  }
});
