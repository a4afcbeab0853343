import assert from "node:assert/strict";
import * as fc from "fast-check";
import { parseRfc3339, readCapturedAt } from "../../../routes/intake/captured_at.ts";

Deno.test("parseRfc3339() reads what Date writes, and other offsets of the same instant", () => {
  const times = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
  const offsets = fc.integer({ min: -23 * 60, max: 23 * 60 });
  fc.assert(fc.property(times, offsets, (time, offset) => {
    assert.equal(parseRfc3339(new Date(time).toISOString()), time);
    const local = new Date(time + offset * 60_000).toISOString().slice(0, -1);
    const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60]
      .map((part) => String(part).padStart(2, "0"));
    assert.equal(parseRfc3339(`${local}${offset < 0 ? "-" : "+"}${hours}:${minutes}`), time);
  }));
});

Deno.test("parseRfc3339() takes the spellings of the RFC", () => {
  const time = Date.UTC(1996, 11, 20, 0, 39, 57);
  for (
    const text of [
      "1996-12-19T16:39:57-08:00",
      "1996-12-20T00:39:57Z",
      "1996-12-20t00:39:57z",
      "1996-12-20 00:39:57.000000000Z",
    ]
  ) assert.equal(parseRfc3339(text), time, text);
  assert.equal(parseRfc3339("1985-04-12T23:20:50.52Z"), Date.UTC(1985, 3, 12, 23, 20, 50, 520));
  assert.equal(parseRfc3339("1990-12-31T23:59:60Z"), Date.UTC(1991, 0));
  assert.equal(parseRfc3339("2024-02-29T00:00:00Z"), Date.UTC(2024, 1, 29));
});

Deno.test("parseRfc3339() refuses everything else", () => {
  for (
    const text of [
      "",
      "now",
      "1767225600",
      "2026-01-01",
      "2026-01-01T00:00Z",
      "2026-01-01T00:00:00",
      "2026-1-1T00:00:00Z",
      "2026-02-30T00:00:00Z",
      "2025-02-29T00:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-00-01T00:00:00Z",
      "2026-01-01T24:00:00Z",
      "2026-01-01T00:60:00Z",
      "2026-01-01T00:00:61Z",
      "2026-01-01T00:00:00+24:00",
      "2026-01-01T00:00:00+0100",
      "2026-01-01T00:00:00.Z",
      " 2026-01-01T00:00:00Z",
      "2026-01-01T00:00:00Z\n",
      "Thu, 01 Jan 2026 00:00:00 GMT",
    ]
  ) assert.equal(parseRfc3339(text), undefined, text);
});

Deno.test("readCapturedAt() takes the time between the oldest and a little ahead, now without one", () => {
  const now = Date.UTC(2026, 0, 2);
  const limits = { maxAgeMs: 24 * 3600_000, maxAheadMs: 60_000 };
  assert.equal(readCapturedAt(undefined, now, limits), now);
  for (const time of [now, now - limits.maxAgeMs, now + limits.maxAheadMs]) {
    assert.equal(readCapturedAt(new Date(time).toISOString(), now, limits), time);
  }
  const refused = (text: string) => {
    const answer = readCapturedAt(text, now, limits);
    assert.ok(typeof answer === "object");
    return answer.message;
  };
  assert.equal(
    refused("2026-01-02T00:01:00.001Z"),
    'Cannot set X-Captured-At: got "2026-01-02T00:01:00.001Z", wanted at most 24 h before and 60 s after ' +
      "the server's clock, 2026-01-02T00:00:00.000Z",
  );
  assert.match(refused("2025-12-31T23:59:59.999Z"), /at most 24 h before/);
  assert.match(refused("yesterday"), /got "yesterday", wanted a time of RFC 3339/);
});
