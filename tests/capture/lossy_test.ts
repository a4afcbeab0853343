/**
 * The lossy block coder: the encoder in the capture kernels against the decoder that the page uses.
 */
import assert from "node:assert/strict";
import type { Rect, Size } from "../../capture/geometry.ts";
import { Arena, type Kernels, loadKernels } from "../../capture/kernels/kernels.ts";
import { Picture } from "../../public/decoder/picture.js";
import { Random } from "../helpers/random.ts";

const EXTRA_BYTES = 65536;
/** What `out` must have room for, per pixel. */
const MOST_BYTES_PER_PIXEL = 2;

/** An encoder and a decoder whose canvases start alike. */
class Pair {
  readonly size: Size;
  readonly picture: Picture;
  readonly #kernels: Kernels;
  readonly #frame: number;
  readonly #canvas: number;
  readonly #out: number;

  private constructor(kernels: Kernels, size: Size) {
    this.size = size;
    this.picture = new Picture(size.width, size.height);
    this.#kernels = kernels;
    const arena = new Arena(kernels.memory);
    const pixels = size.width * size.height;
    this.#frame = arena.take(pixels * 4);
    this.#canvas = arena.take(pixels * 4);
    this.#out = arena.take(pixels * MOST_BYTES_PER_PIXEL + EXTRA_BYTES);
    kernels.lossyReset();
  }

  static async open(width: number, height: number): Promise<Pair> {
    return new Pair(await loadKernels(), { width, height });
  }

  #pixels(address: number): Uint32Array {
    const { width, height } = this.size;
    return new Uint32Array(this.#kernels.memory.buffer, address, width * height);
  }

  /** What the encoder shall show. */
  get frame(): Uint32Array {
    return this.#pixels(this.#frame);
  }

  /** What the encoder says decoders show. */
  get canvas(): Uint32Array {
    return this.#pixels(this.#canvas);
  }

  /** Makes both canvases the same, given picture. */
  show(pixels: Uint32Array): void {
    this.canvas.set(pixels);
    this.picture.pixels.set(pixels);
  }

  reset(): void {
    this.#kernels.lossyReset();
    this.picture.forgetContext();
  }

  encode({ x, y, w, h }: Rect, quality: number): Uint8Array {
    const { width, height } = this.size;
    const length = this.#kernels.lossyEncode(
      this.#frame,
      this.#canvas,
      width,
      height,
      x,
      y,
      w,
      h,
      quality,
      this.#out,
    );
    return new Uint8Array(this.#kernels.memory.buffer, this.#out, length).slice();
  }

  /** Encodes and decodes; the canvases must be the same then, and nothing outside the rectangle may have changed. */
  send(rect: Rect, quality: number): Uint8Array {
    const before = this.picture.pixels.slice();
    const bytes = this.encode(rect, quality);
    assert.ok(bytes.length > 0);
    assert.ok(bytes.length <= MOST_BYTES_PER_PIXEL * rect.w * rect.h + EXTRA_BYTES);
    assert.equal(this.picture.drawLossy(bytes, rect), true);
    assert.deepEqual(this.picture.pixels, this.canvas);
    assertSameOutside(this.picture.pixels, before, this.size, rect);
    return bytes;
  }
}

function assertSameOutside(a: Uint32Array, b: Uint32Array, { width }: Size, rect: Rect): void {
  const { x, y, w, h } = rect;
  const differs = a.findIndex((pixel, i) => {
    const column = i % width;
    const row = Math.floor(i / width);
    const inside = column >= x && column < x + w && row >= y && row < y + h;
    return !inside && pixel !== b[i];
  });
  assert.equal(differs, -1);
}

/** Something like a photograph, displaced by `dx`, `dy` pixels. */
function photo({ width, height }: Size, dx = 0, dy = 0): Uint32Array {
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const x = (i % width) + dx;
    const y = Math.floor(i / width) + dy;
    const light = 120 + 60 * Math.sin(x / 9 + Math.sin(y / 23)) + 40 * Math.cos(y / 7 - x / 31);
    const r = Math.round(Math.max(0, Math.min(255, light + 30 * Math.sin(x / 50))));
    const g = Math.round(Math.max(0, Math.min(255, light)));
    const b = Math.round(Math.max(0, Math.min(255, light - 50 + 40 * Math.cos((x + y) / 40))));
    pixels[i] = r << 16 | g << 8 | b;
  }
  return pixels;
}

function noise(random: Random, { width, height }: Size): Uint32Array {
  return Uint32Array.from({ length: width * height }, () => random.bits() & 0xffffff);
}

/** Black letters of random shape on white, three pixels wide strokes. */
function text(random: Random, { width, height }: Size): Uint32Array {
  const dark = (x: number, y: number) =>
    y % 14 < 9 && x % 7 < 5 && cells[(y >> 1) * width + (x >> 1)];
  const cells = Array.from({ length: width * height }, () => random.chance(0.4));
  return Uint32Array.from(
    { length: width * height },
    (_, i) => dark(i % width, Math.floor(i / width)) ? 0x000000 : 0xffffff,
  );
}

function whole({ width, height }: Size): Rect {
  return { x: 0, y: 0, w: width, h: height };
}

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
