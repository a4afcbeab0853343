import assert from "node:assert/strict";
import { benchFormat, rateOf } from "../../bench/sources.ts";
import { DatagramReader, DatagramWriter } from "../../bench/sources/datagrams.ts";
import { filmOf } from "../../bench/sources/film.ts";
import { CHECK_EVERY } from "../../bench/sources/order.ts";

Deno.test("bench:sources shows the camera exactly, by HTTP and by UDP, and counts what it showed", async () => {
  if (Deno.build.os !== "linux") {
    // deno-lint-ignore no-console -- says what is skipped
    console.log("skipped: not Linux");
    return;
  }
  const shown = { width: 80, height: 60 };
  const rows = await benchFormat({ camera: { width: 160, height: 120 }, shown, frames: 8 }, 1);
  assert.deepEqual(rows.map(({ way }) => way), ["ours", "ours, fps 120", "raw RGB over UDP"]);
  for (const { measured } of rows) {
    const words = JSON.stringify(measured);
    assert.ok(measured.shown > 0 && measured.lost >= 0 && measured.seconds >= 1, words);
    assert.equal(measured.checked, Math.ceil(measured.shown / CHECK_EVERY), words);
    assert.equal(measured.exact, measured.checked, words);
    assert.ok(rateOf(measured) > 0 && measured.bytes > 0, words);
  }
});

Deno.test("filmOf() makes the same film from the same seed, and changes nearly every pixel of each frame", () => {
  const options = { width: 40, height: 30, frames: 5, seed: 3 };
  const film = filmOf(options);
  assert.deepEqual(film, filmOf(options));
  for (let i = 1; i < film.length; i++) {
    const [before, now] = [new Uint32Array(film[i - 1].buffer), new Uint32Array(film[i].buffer)];
    const same = now.filter((pixel, at) => pixel === before[at]).length;
    assert.ok(same < now.length / 50, `${same} of ${now.length} pixels of frame ${i} are the same`);
  }
});

Deno.test("DatagramReader gives whole pictures only, the newest ones", () => {
  const size = { width: 200, height: 150 };
  const writer = new DatagramWriter(size);
  const reader = new DatagramReader(size);
  const datagramsOf = (number: number) => {
    writer.rgb.fill(number);
    return writer.cut(number).map((datagram) => datagram.slice());
  };
  const [one, two] = [datagramsOf(1), datagramsOf(2)];
  assert.deepEqual(one.map(({ length }) => length), [60_008, 30_008]);
  assert.deepEqual([reader.take(one[1]), reader.take(one[0])], [undefined, 1]);
  assert.ok(reader.rgb.every((byte) => byte === 1));
  // The second part of the second picture comes twice, the first one never; what is late does not count.
  assert.deepEqual([reader.take(two[1]), reader.take(two[1]), reader.take(one[0])], [
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(reader.take(two[0]), 2);
});
