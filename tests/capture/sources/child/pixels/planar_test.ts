import assert from "node:assert/strict";
import type { Chroma } from "../../../../../capture/sources/child/parsers/parser.ts";
import { planarBytes } from "../../../../../capture/sources/child/parsers/y4m.ts";
import { planarToBgrx } from "../../../../../capture/sources/child/pixels/planar.ts";
import { Random } from "../../../../helpers/random.ts";

/** ITU-R BT.601 in double precision. */
function exact(y: number, cb: number, cr: number, fullRange: boolean): number[] {
  const light = fullRange ? y : (y - 16) * 255 / 219;
  const [b, r] = [cb - 128, cr - 128].map((c) => fullRange ? c : c * 255 / 224);
  return [light + 1.772 * b, light - 0.344136 * b - 0.714136 * r, light + 1.402 * r];
}

function convert(
  chroma: Chroma,
  fullRange: boolean,
  width: number,
  height: number,
  from: number[],
) {
  const to = new Uint8Array(width * height * 4);
  planarToBgrx(chroma, fullRange, { width, height }, Uint8Array.from(from), to);
  return Array.from(new Uint32Array(to.buffer), (pixel) => pixel & 0xffffff);
}

Deno.test("planarToBgrx() rounds and clamps what the formula gives, for all samples", () => {
  for (const fullRange of [false, true]) {
    const random = new Random(601);
    const triples = Array.from({ length: 4096 }, () => [0, 0, 0].map(() => random.int(0, 255)));
    triples.push([0, 0, 0], [255, 255, 255], [255, 0, 255], [0, 255, 0], [16, 128, 128]);
    const planes = [0, 1, 2].flatMap((plane) => triples.map((triple) => triple[plane]));
    const got = convert("444", fullRange, triples.length, 1, planes);
    triples.forEach(([y, cb, cr], i) => {
      const wanted = exact(y, cb, cr, fullRange);
      [0, 8, 16].forEach((shift, channel) => {
        const value = Math.max(0, Math.min(255, wanted[channel]));
        const error = Math.abs((got[i] >> shift & 255) - value);
        // Half a step of rounding, and what fixed point loses.
        assert.ok(error <= 0.51, `${y} ${cb} ${cr}: ${error} off in channel ${channel}`);
      });
    });
  }
});

Deno.test("planarToBgrx() knows black, white and the colours of the standard", () => {
  assert.deepEqual(convert("mono", false, 3, 1, [16, 235, 126]), [0, 0xffffff, 0x808080]);
  assert.deepEqual(convert("mono", true, 3, 1, [0, 255, 128]), [0, 0xffffff, 0x808080]);
  // Red, green and blue as BT.601 codes them.
  const planes = [81, 145, 41, 90, 54, 240, 240, 34, 110];
  const near = convert("444", false, 3, 1, planes);
  [0xff0000, 0x00ff00, 0x0000ff].forEach((wanted, i) => {
    for (const shift of [0, 8, 16]) {
      assert.ok(Math.abs((near[i] >> shift & 255) - (wanted >> shift & 255)) <= 1, `colour ${i}`);
    }
  });
});

Deno.test("planarToBgrx() gives each sample of colour to the pixels that share it", () => {
  const [width, height] = [5, 3];
  const luma = Array(width * height).fill(128);
  /** Which sample of colour each pixel shows: samples differ, so pixels with the same one are the same. */
  const groups = (chroma: Chroma, count: number) => {
    const colours = Array.from({ length: count }, (_, i) => 20 + i * 10);
    const got = convert(chroma, true, width, height, [...luma, ...colours, ...colours]);
    assert.equal(planarBytes(chroma, { width, height }), luma.length + 2 * count);
    return got.map((pixel) => got.indexOf(pixel));
  };
  assert.deepEqual(
    groups("420", 6),
    [[0, 0, 2, 2, 4], [0, 0, 2, 2, 4], [10, 10, 12, 12, 14]].flat(),
  );
  assert.deepEqual(
    groups("422", 9),
    [[0, 0, 2, 2, 4], [5, 5, 7, 7, 9], [10, 10, 12, 12, 14]].flat(),
  );
  assert.deepEqual(groups("444", 15), Array.from({ length: 15 }, (_, i) => i));
});
