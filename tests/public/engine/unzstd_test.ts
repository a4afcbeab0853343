import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { Unzstd } from "../../../public/engine/unzstd.js";

/** What comes out of `bytes` in pieces of `step`. */
function undo(bytes: Uint8Array, step: number): { out: Uint8Array; compressed: boolean | null } {
  const parts: Uint8Array[] = [];
  const unzstd = new Unzstd((chunk) => parts.push(chunk.slice()));
  for (let at = 0; at < bytes.length; at += step) unzstd.push(bytes.slice(at, at + step));
  return { out: new Uint8Array(parts.flatMap((part) => [...part])), compressed: unzstd.compressed };
}

const plain = Uint8Array.from({ length: 3000 }, (_, i) => (i === 0 ? 1 : (i * i) % 251));
const frame = new Uint8Array(zstdCompressSync(plain));
const two = new Uint8Array([...frame, ...frame]);

for (const step of [1, 2, 3, 5, 64, 100_000]) {
  Deno.test(`Unzstd passes a message stream through, ${step} bytes at a time`, () => {
    const { out, compressed } = undo(plain, step);
    assert.deepEqual(out, plain);
    assert.equal(compressed, false);
  });

  Deno.test(`Unzstd undoes zstd, ${step} bytes at a time`, () => {
    const { out, compressed } = undo(frame, step);
    assert.deepEqual(out, plain);
    assert.equal(compressed, true);
  });

  Deno.test(`Unzstd undoes frame after frame, ${step} bytes at a time`, () => {
    assert.deepEqual(undo(two, step).out, new Uint8Array([...plain, ...plain]));
  });
}

Deno.test("Unzstd gives out a frame's blocks before its end", () => {
  const noise = crypto.getRandomValues(new Uint8Array(60_000));
  const long = new Uint8Array([...noise, ...noise, ...noise, ...noise, ...noise, ...noise]);
  const bytes = new Uint8Array(zstdCompressSync(long));
  const early: number[] = [];
  const unzstd = new Unzstd((chunk) => early.push(chunk.length));
  unzstd.push(bytes.subarray(0, bytes.length - 4));
  assert.ok(early.length > 0);
});

Deno.test("Unzstd does not decide before it can", () => {
  const out: number[] = [];
  const unzstd = new Unzstd((chunk) => out.push(...chunk));
  unzstd.push(Uint8Array.of(0x28, 0xb5, 0x2f));
  assert.equal(unzstd.compressed, null);
  assert.deepEqual(out, []);
  unzstd.push(Uint8Array.of(0x2e, 7));
  assert.equal(unzstd.compressed, false);
  assert.deepEqual(out, [0x28, 0xb5, 0x2f, 0x2e, 7]);
});

Deno.test("Unzstd throws on damaged zstd", () => {
  // A frame header, then a last block of the reserved type 3, 12 bytes long.
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 1 | (3 << 1) | (12 << 3), 0, 0];
  const damaged = new Uint8Array([...head, ...new Uint8Array(12)]);
  assert.throws(() => undo(damaged, 100), /invalid block type/);
  assert.throws(() => undo(damaged, 1), /invalid block type/);
});
