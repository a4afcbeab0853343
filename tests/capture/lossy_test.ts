/**
 * The lossy block coder: the encoder in the capture kernels against the decoder that the page uses.
 */
import assert from "node:assert/strict";
import { Picture } from "../../public/decoder/picture.js";
import { assertSameOutside, noise, Pair, photo, text, whole } from "../helpers/lossy_pair.ts";
import { LossyReference } from "../helpers/lossy_reference.ts";
import { Random } from "../helpers/random.ts";

/** Mean squared difference per channel. */
function meanSquaredError(a: Uint32Array, b: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    for (const shift of [0, 8, 16]) sum += ((a[i] >> shift & 255) - (b[i] >> shift & 255)) ** 2;
  }
  return sum / (3 * a.length);
}

function largestError(a: Uint32Array, b: Uint32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    for (const shift of [0, 8, 16]) {
      largest = Math.max(largest, Math.abs((a[i] >> shift & 255) - (b[i] >> shift & 255)));
    }
  }
  return largest;
}

Deno.test("lossyDecode() draws what lossyEncode() says it will, for any rectangles, contents and qualities", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed);
    const pair = await Pair.open(random.int(1, 120), random.int(1, 90));
    const { width, height } = pair.size;
    pair.show(random.chance(0.5) ? photo(pair.size) : noise(random, pair.size));
    for (let update = 0; update < 12; update++) {
      if (random.chance(0.15)) pair.reset();
      const content = random.pick([photo, photo, text, noise]);
      pair.frame.set(
        content === photo
          ? photo(pair.size, random.int(-90, 90) / 4, random.int(-50, 50) / 4)
          : content === text
          ? text(random, pair.size)
          : noise(random, pair.size),
      );
      const x = random.int(0, width - 1);
      const y = random.int(0, height - 1);
      const rect = random.chance(0.3)
        ? whole(pair.size)
        : { x, y, w: random.int(1, width - x), h: random.int(1, height - y) };
      pair.send(rect, random.int(1, 100));
    }
  }
});

Deno.test("lossyDecode() draws the example of docs/PROTOCOL.md", () => {
  const picture = new Picture(16, 16);
  const code = "32 36 D8 7D C6 5E 7A C1 B5 E9 95 01 F8 00 77 B8 83 AE 9C 6B 53 58 B5 77 B8 E7";
  const bytes = Uint8Array.from(code.split(" "), (byte) => parseInt(byte, 16));
  assert.equal(picture.drawLossy(bytes, whole(picture)), true);
  const [first, right, lower, last] = [0, 15, 240, 255].map((i) => picture.pixels[i]);
  assert.deepEqual([first, right, lower, last], [0x02037d, 0x70027f, 0x087583, 0x767485]);
});

Deno.test("lossyDecode() agrees with a decoder written from docs/PROTOCOL.md", async () => {
  for (let seed = 100; seed < 120; seed++) {
    const random = new Random(seed);
    const pair = await Pair.open(random.int(1, 90), random.int(1, 70));
    const { width, height } = pair.size;
    pair.show(photo(pair.size));
    const pixels = pair.canvas.slice();
    const reference = new LossyReference(pixels, width);
    for (let update = 0; update < 6; update++) {
      if (random.chance(0.2)) {
        pair.reset();
        reference.reset();
      }
      const content = random.int(0, 5);
      if (content === 0) pair.frame.set(noise(random, pair.size));
      else if (content === 1) pair.frame.set(text(random, pair.size));
      else pair.frame.set(photo(pair.size, random.int(-60, 60) / 4, random.int(-60, 60) / 4));
      const x = random.int(0, width - 1);
      const y = random.int(0, height - 1);
      const rect = { x, y, w: random.int(1, width - x), h: random.int(1, height - y) };
      const bytes = pair.send(rect, random.int(1, 100));
      assert.equal(reference.draw(bytes, rect), true);
      assert.deepEqual(pixels, pair.canvas);
    }
  }
});

Deno.test("lossyDecode() agrees with that decoder about random bytes", () => {
  const random = new Random(9);
  for (let run = 0; run < 60; run++) {
    const picture = new Picture(random.int(1, 80), random.int(1, 60));
    const size = { width: picture.width, height: picture.height };
    picture.pixels.set(noise(random, size));
    const pixels = picture.pixels.slice();
    const input = random.bytes(65536);
    input[0] = random.int(1, 100);
    // Enough bytes for both to get to the end, whatever they say.
    const bytes = input.subarray(0, Math.min(input.length, picture.maxInputBytes));
    const ended = picture.drawLossy(bytes, whole(size));
    assert.equal(new LossyReference(pixels, size.width).draw(bytes, whole(size)), ended);
    assert.deepEqual(picture.pixels, pixels);
  }
});

Deno.test("lossyEncode() ignores the unused byte of the frame's pixels", async () => {
  const pair = await Pair.open(40, 40);
  pair.frame.set(photo(pair.size).map((pixel) => (pixel | 0xab000000) >>> 0));
  pair.send(whole(pair.size), 60);
  assert.ok(pair.canvas.every((pixel) => pixel <= 0xffffff));
});

Deno.test("lossyEncode() codes a single pixel, the canvas's corners, and the widest canvas in bands", async () => {
  const single = await Pair.open(1, 1);
  single.frame.set([0x336699]);
  single.send(whole(single.size), 100);
  assert.ok(largestError(single.canvas, single.frame) <= 3);

  const corners = await Pair.open(50, 50);
  corners.frame.set(photo(corners.size));
  for (const [x, y] of [[0, 0], [33, 0], [0, 33], [33, 33]]) {
    corners.send({ x, y, w: 17, h: 17 }, 95);
  }

  const wide = await Pair.open(16384, 37);
  wide.frame.set(photo(wide.size));
  wide.send(whole(wide.size), 80);
  assert.ok(meanSquaredError(wide.canvas, wide.frame) < 20);
});

Deno.test("lossyEncode() refuses a quality or rectangle out of range and leaves the canvas alone", async () => {
  const pair = await Pair.open(20, 10);
  pair.frame.set(photo(pair.size));
  const fine = whole(pair.size);
  for (const quality of [-1, 0, 101]) assert.equal(pair.encode(fine, quality).length, 0);
  const rects = [
    { ...fine, x: -1 },
    { ...fine, y: -1 },
    { ...fine, w: 21 },
    { ...fine, h: 11 },
    { ...fine, w: 0 },
    { ...fine, h: -5 },
    { ...fine, x: 0x7fffffff },
  ];
  for (const rect of rects) assert.equal(pair.encode(rect, 50).length, 0);
  assert.ok(pair.canvas.every((pixel) => pixel === 0));
});

Deno.test("lossyDecode() refuses empty input and a quality out of range", async () => {
  const pair = await Pair.open(20, 10);
  for (const input of [[], [0], [101, 1, 2, 3], [255, 0]]) {
    assert.equal(pair.picture.drawLossy(Uint8Array.from(input), whole(pair.size)), false);
  }
  assert.ok(pair.picture.pixels.every((pixel) => pixel === 0));
});

Deno.test("lossyDecode() keeps to its rectangle and ends when the input is cut off", async () => {
  const rect = { x: 13, y: 9, w: 70, h: 41 };
  const pair = await Pair.open(100, 60);
  pair.frame.set(photo(pair.size));
  const bytes = pair.send(rect, 70);
  const around = noise(new Random(1), pair.size);
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    pair.picture.forgetContext();
    pair.picture.pixels.set(around);
    if (!pair.picture.drawLossy(bytes.subarray(0, length), rect)) refused++;
    assertSameOutside(pair.picture.pixels, around, pair.size, rect);
  }
  // One length in 256 may end by chance as it should; so may the last bytes, where they are zeros.
  assert.ok(refused > bytes.length * 0.98, `${refused} of ${bytes.length}`);
});

Deno.test("lossyDecode() keeps to its rectangle and ends, whatever the input", async () => {
  const random = new Random(77);
  const pair = await Pair.open(90, 70);
  const around = noise(random, pair.size);
  for (let run = 0; run < 300; run++) {
    if (random.chance(0.5)) pair.picture.forgetContext();
    pair.picture.pixels.set(around);
    const x = random.int(0, 89);
    const y = random.int(0, 69);
    const rect = { x, y, w: random.int(1, 90 - x), h: random.int(1, 70 - y) };
    const input = random.chance(0.2)
      ? new Uint8Array(random.int(1, 3000)).fill(random.pick([0, 255]))
      : random.bytes(random.int(1, 3000));
    input[0] = random.int(1, 100);
    pair.picture.drawLossy(input, rect);
    assertSameOutside(pair.picture.pixels, around, pair.size, rect);
  }
});

Deno.test("lossyEncode() stops spending at 2 bytes a pixel and still agrees with its decoder", async () => {
  const random = new Random(5);
  const pair = await Pair.open(256, 256);
  pair.frame.set(noise(random, pair.size));
  const bytes = pair.send(whole(pair.size), 100);
  assert.ok(bytes.length > 1.9 * 65536, `${bytes.length} bytes`);
  // What it could not afford is left as it was.
  assert.equal(pair.canvas[256 * 256 - 1], 0);
  pair.send(whole(pair.size), 50);
});

Deno.test("lossyEncode() is the closer the higher the quality, and nearly exact at 100", async () => {
  const errors: number[] = [];
  const sizes: number[] = [];
  const qualities = [5, 20, 40, 60, 80, 90, 100];
  for (const quality of qualities) {
    const pair = await Pair.open(160, 120);
    pair.frame.set(photo(pair.size));
    sizes.push(pair.send(whole(pair.size), quality).length);
    errors.push(meanSquaredError(pair.canvas, pair.frame));
    if (quality === 100) assert.ok(largestError(pair.canvas, pair.frame) <= 4);
  }
  for (let i = 1; i < qualities.length; i++) {
    assert.ok(errors[i] < errors[i - 1], `error at ${qualities[i]}: ${errors}`);
    assert.ok(sizes[i] > sizes[i - 1], `bytes at ${qualities[i]}: ${sizes}`);
  }
  assert.ok(errors.at(-1)! < 1);
});

Deno.test("lossyEncode() improves on what it sent before: nothing that was lost stays lost", async () => {
  const pair = await Pair.open(160, 120);
  pair.frame.set(photo(pair.size));
  pair.send(whole(pair.size), 10);
  const coarse = meanSquaredError(pair.canvas, pair.frame);
  pair.send(whole(pair.size), 95);
  const fine = meanSquaredError(pair.canvas, pair.frame);
  assert.ok(fine < 2 && fine < coarse / 5, `${coarse} → ${fine}`);
});

Deno.test("lossyEncode() keeps letters legible from quality 90 on", async () => {
  const pair = await Pair.open(160, 112);
  const letters = text(new Random(3), pair.size);
  pair.frame.set(letters);
  pair.send(whole(pair.size), 90);
  // Black stays blacker than a fifth, white whiter than four fifths, in every channel.
  for (let i = 0; i < letters.length; i++) {
    for (const shift of [0, 8, 16]) {
      const value = pair.canvas[i] >> shift & 255;
      assert.ok(letters[i] === 0 ? value < 51 : value > 204, `pixel ${i}: ${value}`);
    }
  }
});

Deno.test("lossyEncode() finds what has moved, by whole pixels and by parts of one", async () => {
  for (const [dx, dy] of [[5, -3], [-14, 9], [1.5, 0.25], [0, -2.75]]) {
    const still = await Pair.open(192, 128);
    still.frame.set(photo(still.size, dx, dy));
    const anew = still.send(whole(still.size), 70).length;
    const moved = await Pair.open(192, 128);
    moved.show(photo(moved.size));
    moved.frame.set(photo(moved.size, dx, dy));
    const bytes = moved.send(whole(moved.size), 70).length;
    assert.ok(bytes < anew / 2.5, `moved by ${dx}, ${dy}: ${bytes} bytes, anew ${anew}`);
    assert.ok(meanSquaredError(moved.canvas, moved.frame) < 6);
  }
});

Deno.test("lossyEncode() needs next to nothing where nothing has changed", async () => {
  const pair = await Pair.open(320, 200);
  const pixels = photo(pair.size);
  pair.show(pixels);
  pair.frame.set(pixels);
  assert.ok(pair.send(whole(pair.size), 50).length <= 16);
  assert.deepEqual(pair.canvas, pixels);
});
