import assert from "node:assert/strict";
import { Image } from "imagescript";
import { BadImage } from "../../capture/images/bad_image.ts";
import { COMPARE_LIMITS, readPicture } from "../../compare/read_picture.ts";
import { writePng } from "../../compare/write_png.ts";
import { concat, makePng, pngChunk, pngHeader, SIGNATURE } from "../helpers/make_png.ts";

Deno.test("readPicture() keeps what is in a PNG: 16 bits, colours under alpha 0, the transparent colour", async () => {
  const wide = makePng({ width: 1, height: 1, colour: 6, depth: 16, samples: [1, 256, 65535, 0] });
  assert.deepEqual(await readPicture(wide), {
    width: 1,
    height: 1,
    depth: 16,
    samples: Uint16Array.of(1, 256, 65535, 0),
  });
  const grey = makePng({ width: 3, height: 1, colour: 4, depth: 8, samples: [5, 0, 6, 9, 7, 255] });
  assert.deepEqual([...(await readPicture(grey)).samples], [5, 5, 5, 0, 6, 6, 6, 9, 7, 7, 7, 255]);
  const clear = makePng({
    ...{ width: 2, height: 1, colour: 2, depth: 8, samples: [1, 2, 3, 1, 2, 4] },
    before: [pngChunk("tRNS", Uint8Array.of(0, 1, 0, 2, 0, 3))],
  });
  assert.deepEqual([...(await readPicture(clear)).samples], [1, 2, 3, 0, 1, 2, 4, 255]);
  const small = makePng({ width: 4, height: 1, colour: 0, depth: 2, samples: [0, 1, 2, 3] });
  assert.deepEqual([...(await readPicture(small)).samples].filter((_, i) => i % 4 === 0), [
    ...[0, 85, 170, 255],
  ]);
});

Deno.test("readPicture() reads JPEG files, whatever they are called", async () => {
  const image = new Image(20, 10);
  image.fill(0x3366ccff);
  const picture = await readPicture(new Uint8Array(await image.encodeJPEG(95)));
  assert.deepEqual([picture.width, picture.height, picture.depth], [20, 10, 8]);
  const [red, green, blue, alpha] = picture.samples;
  assert.ok(Math.abs(red - 0x33) < 8 && Math.abs(green - 0x66) < 8 && Math.abs(blue - 0xcc) < 8);
  assert.equal(alpha, 255);
});

Deno.test("readPicture() refuses what is too large before it takes memory for it, and what is no picture", async () => {
  const huge = concat(
    SIGNATURE,
    pngHeader({ width: 16_384, height: 16_384, colour: 6, depth: 8 }),
    pngChunk("IDAT", Uint8Array.of(1)),
    pngChunk("IEND", new Uint8Array()),
  );
  await assert.rejects(readPicture(huge), /16384×16384 pixels, wanted at most/);
  await assert.rejects(readPicture(new TextEncoder().encode("GIF89a")), BadImage);
  await assert.rejects(readPicture(new Uint8Array()), /neither a PNG nor a JPEG/);
  const some = { ...COMPARE_LIMITS, maxPixels: 3 };
  const four = makePng({ width: 2, height: 2, colour: 0, depth: 8, samples: [1, 2, 3, 4] });
  await assert.rejects(readPicture(four, some), /wanted at most .* and 3 in all/);
});

Deno.test("writePng() writes RGB where all is opaque, RGBA elsewhere, in as many bits as there are", async () => {
  const kinds = [
    { depth: 8, samples: Uint8Array.of(1, 2, 3, 255), colour: 2 },
    { depth: 8, samples: Uint8Array.of(1, 2, 3, 254), colour: 6 },
    { depth: 16, samples: Uint16Array.of(1, 2, 3, 65535), colour: 2 },
    { depth: 16, samples: Uint16Array.of(1, 2, 65535, 255), colour: 6 },
  ] as const;
  for (const { colour, depth, samples } of kinds) {
    const picture = { width: 1, height: 1, depth, samples } as const;
    const png = writePng(picture);
    assert.deepEqual([png[24], png[25]], [depth, colour]);
    assert.deepEqual(await readPicture(png), picture);
  }
});
