/** Grids and moments as bytes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeGrid,
  decodeMoments,
  encodeGrid,
  encodeMoments,
} from "../../history/moment_codes.ts";
import { solidRef } from "../../history/tile_ref.ts";

/** Colours, ids one behind the other, and ids far away. */
const refs = fc.oneof(
  fc.integer({ min: 0, max: 0xffffff }).map(solidRef),
  fc.nat(40),
  fc.integer({ min: 0, max: 2 ** 40 }),
);

Deno.test("encodeMoments() takes two bytes a tile for tiles that came together", () => {
  const changes = [4, 5, 6].map((cell, i) => ({ cell, ref: 800 + i }));
  const bytes = encodeMoments([{ time: 1000, changes }, {
    time: 1003,
    changes: [{ cell: 0, ref: -1 }],
  }]);
  assert.deepEqual([...bytes], [
    ...[0, 3],
    // (2 × 800 + 1) × 2 in two bytes, then steps of one.
    ...[4, 0x82, 0x19],
    ...[0, 6],
    ...[0, 6],
    // 3 ms later, black.
    ...[3, 1, 0, 1],
  ]);
});

Deno.test("decodeMoments() undoes encodeMoments()", () => {
  const moments = fc.array(
    fc.record({
      dt: fc.nat(100_000),
      changes: fc.uniqueArray(fc.record({ cell: fc.nat(509), ref: refs }), {
        selector: ({ cell }) => cell,
        minLength: 1,
      }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(fc.property(moments, fc.nat(2 ** 41), (list, start) => {
    let time = start;
    const given = list.map(({ dt, changes }, i) => ({
      time: i === 0 ? time : time += dt,
      changes: changes.map((change) => ({ ...change })).sort((a, b) => a.cell - b.cell),
    }));
    assert.deepEqual(decodeMoments(encodeMoments(given), start), given);
  }));
});

Deno.test("decodeGrid() undoes encodeGrid()", () => {
  fc.assert(fc.property(fc.array(refs, { minLength: 1, maxLength: 600 }), (grid) => {
    assert.deepEqual(decodeGrid(encodeGrid(grid), grid.length), grid);
  }));
});

Deno.test("decodeGrid() refuses bytes that are too few, too many, or no grid", () => {
  const bytes = encodeGrid([1, 2, 3, -5]);
  assert.throws(() => decodeGrid(bytes, 3));
  assert.throws(() => decodeGrid(bytes, 5));
  assert.throws(() => decodeGrid(bytes.slice(0, -1), 4));
  assert.throws(() => decodeMoments(Uint8Array.of(0, 1, 0, 0), 0), /no|none/);
});
