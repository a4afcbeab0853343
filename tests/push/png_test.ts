import assert from "node:assert/strict";
import { Image } from "imagescript";
import { encodePng } from "../../push/png.ts";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { decodePng } from "../../capture/images/png/decode_png.ts";
import { randomFrame, rgbaOf } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

Deno.test("encodePng() writes what the server and other decoders read, pixel by pixel", async () => {
  const random = new Random(11);
  for (const content of ["solid", "text", "noise", "gradient", "mixed"] as const) {
    const frame = randomFrame(
      random,
      { width: random.int(1, 90), height: random.int(1, 60) },
      content,
    );
    const png = encodePng(frame, frame.bgrx);
    const decoded = decodePng(png, IMAGE_LIMITS);
    assert.deepEqual([decoded.width, decoded.height], [frame.width, frame.height]);
    assert.deepEqual(rgbaOf(decoded), rgbaOf(frame));
    const image = await Image.decode(png);
    assert.deepEqual(new Uint8Array(image.bitmap), rgbaOf(frame));
  }
});
