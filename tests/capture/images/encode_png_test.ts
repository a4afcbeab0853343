import assert from "node:assert/strict";
import * as fc from "fast-check";
import { encodePngRect } from "../../../capture/images/png/encode_png.ts";
import { IMAGE_LIMITS } from "../../../capture/images/limits.ts";
import { decodePng } from "../../../capture/images/png/decode_png.ts";
import { PNG_COLOUR, readPngHeader } from "../../../capture/images/png/header.ts";
import { makePng } from "../../helpers/make_png.ts";
import { readPng } from "../../helpers/png.ts";
import { Random } from "../../helpers/random.ts";

Deno.test("encodePngRect() writes any rectangle of any picture, opaque", () => {
  const side = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(side, side, fc.integer(), (width, height, seed) => {
    const random = new Random(seed);
    const rgba = random.bytes(width * height * 4);
    const [x, y] = [random.int(0, width - 1), random.int(0, height - 1)];
    const rect = { x, y, w: random.int(1, width - x), h: random.int(1, height - y) };
    for (const channels of ["rgba", "rgb"] as const) {
      const file = encodePngRect({ width, rgba }, rect, channels);
      const { colour, depth } = readPngHeader(file);
      assert.deepEqual([colour, depth], [PNG_COLOUR[channels], 8]);
      const picture = readPng(file);
      assert.deepEqual([picture.width, picture.height], [rect.w, rect.h]);
      for (let row = 0; row < rect.h; row++) {
        for (let column = 0; column < rect.w; column++) {
          const from = ((y + row) * width + x + column) * 4;
          const at = (row * rect.w + column) * 4;
          const wanted = [...rgba.subarray(from, from + 3), 255];
          assert.deepEqual([...picture.rgba.subarray(at, at + 4)], wanted);
        }
      }
    }
  }));
});

Deno.test("decodePng() blends transparency over black, or ignores it", () => {
  const kinds = [
    { colour: 6, depth: 8, samples: [200, 100, 40, 0] },
    { colour: 6, depth: 16, samples: [200 * 257, 100 * 257, 40 * 257, 0] },
    { colour: 4, depth: 8, samples: [90, 0] },
  ];
  for (const kind of kinds) {
    const file = makePng({ width: 1, height: 1, ...kind });
    const pixel = (
      alpha?: "ignore",
    ) => [...decodePng(file, IMAGE_LIMITS, alpha).bgrx.subarray(0, 3)];
    assert.deepEqual(pixel(), [0, 0, 0]);
    assert.deepEqual(pixel("ignore"), kind.colour === 6 ? [40, 100, 200] : [90, 90, 90]);
  }
});
