import assert from "node:assert/strict";
import type { PackedLayout } from "../../../../../capture/sources/child/parsers/parser.ts";
import { BYTES_A_PIXEL } from "../../../../../capture/sources/child/parsers/raw.ts";
import { packedToBgrx } from "../../../../../capture/sources/child/pixels/packed.ts";

/** Where in the bytes of a pixel blue, green and red stand. */
const PLACES: Readonly<Record<PackedLayout, readonly [number, number, number]>> = {
  bgrx: [0, 1, 2],
  rgbx: [2, 1, 0],
  bgr24: [0, 1, 2],
  rgb24: [2, 1, 0],
  grey: [0, 0, 0],
  grey_alpha: [0, 0, 0],
};

for (const layout of Object.keys(PLACES) as PackedLayout[]) {
  Deno.test(`packedToBgrx() puts the channels of ${layout} in order`, () => {
    const each = BYTES_A_PIXEL[layout];
    // Numbers of pixels that leave every rest when they are taken four at a time.
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 61]) {
      const from = Uint8Array.from({ length: count * each }, (_, i) => 37 * i + 200);
      const to = new Uint8Array(count * 4);
      packedToBgrx(layout, from, to);
      for (let i = 0; i < count; i++) {
        const wanted = PLACES[layout].map((place) => from[i * each + place]);
        assert.deepEqual([...to.subarray(i * 4, i * 4 + 3)], wanted, `pixel ${i} of ${count}`);
      }
    }
  });
}
