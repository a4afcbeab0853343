/** The Rice coder: exact, as documented, and harmless with damaged code. */
import assert from "node:assert/strict";
import { Arena, type Kernels, loadKernels } from "../../capture/kernels/kernels.ts";
import { CONTENTS, randomFrame } from "../helpers/frames.ts";
import { fromHex } from "../helpers/hex.ts";
import { Random } from "../helpers/random.ts";
import { RiceReference } from "../helpers/rice_reference.ts";
import type { Size } from "../../capture/geometry.ts";

const TILE_BYTES = 64 * 64 * 4;
const SIZES = [
  { width: 64, height: 64 },
  { width: 64, height: 56 },
  { width: 7, height: 64 },
  { width: 1, height: 9 },
  { width: 9, height: 1 },
  { width: 1, height: 1 },
];

interface RiceKernels extends Kernels {
  riceDecode(input: number, length: number, tile: number, width: number, height: number): number;
}

/** The kernels, with guards around the tile that is decoded. */
class Rice {
  readonly #kernels: RiceKernels;
  readonly #tile: number;
  readonly #code: number;

  private constructor(kernels: RiceKernels) {
    this.#kernels = kernels;
    const arena = new Arena(kernels.memory);
    arena.take(64);
    this.#tile = arena.take(TILE_BYTES + 64);
    this.#code = arena.take(64 * 64 * 11 + 8);
  }

  static async load(): Promise<Rice> {
    return new Rice(await loadKernels() as RiceKernels);
  }

  encode(pixels: Uint32Array, { width, height }: Size): Uint8Array<ArrayBuffer> {
    this.#view().set(pixels);
    const length = this.#kernels.riceEncode(this.#tile, width, height, this.#code);
    return new Uint8Array(this.#kernels.memory.buffer as ArrayBuffer, this.#code, length).slice();
  }

  /** The pixels and whether the code was long enough; throws when anything but the tile was written. */
  decode(code: Uint8Array, { width, height }: Size): { pixels: Uint32Array; isWhole: boolean } {
    const memory = new Uint8Array(this.#kernels.memory.buffer);
    memory.fill(0xa5, this.#tile - 16, this.#tile + TILE_BYTES + 16);
    memory.set(code, this.#code);
    const isWhole = !!this.#kernels.riceDecode(
      this.#code,
      code.length,
      this.#tile,
      width,
      height,
    );
    const end = this.#tile + width * height * 4;
    for (
      const guard of [memory.subarray(this.#tile - 16, this.#tile), memory.subarray(end, end + 16)]
    ) {
      assert.ok(guard.every((byte) => byte === 0xa5), "wrote outside of the tile");
    }
    return { pixels: this.#view().slice(0, width * height), isWhole };
  }

  #view(): Uint32Array {
    return new Uint32Array(this.#kernels.memory.buffer, this.#tile, 64 * 64);
  }
}

const rice = await Rice.load();

function* tiles(random: Random): Generator<{ size: Size; pixels: Uint32Array; what: string }> {
  for (const size of SIZES) {
    for (const content of CONTENTS) {
      const { bgrx } = randomFrame(random, size, content);
      const pixels = new Uint32Array(bgrx.slice().buffer).map((pixel) => pixel & 0xffffff);
      yield { size, pixels, what: `${content} ${size.width}×${size.height}` };
    }
    // What makes the longest codes: after calm, the farthest channel there is.
    const steps = new Uint32Array(size.width * size.height).map((_, i) => i % 33 ? 0 : 0x808080);
    yield { size, pixels: steps, what: `steps ${size.width}×${size.height}` };
  }
}

Deno.test("riceDecode() undoes riceEncode(), and so does the decoder of docs/PROTOCOL.md", () => {
  for (const { size, pixels, what } of tiles(new Random(11))) {
    const code = rice.encode(pixels, size);
    assert.deepEqual(rice.decode(code, size), { pixels, isWhole: true }, what);
    assert.deepEqual(new RiceReference(code).decode(size), pixels, what);
  }
});

Deno.test("riceEncode() writes the documented bytes", () => {
  const size = { width: 3, height: 2 };
  const pixels = Uint32Array.of(0x102030, 0x102030, 0x112233, 0x102030, 0xffffff, 0);
  const code = fromHex("01 10 78 88 25 a6 06 30 82 bf 22 00");
  assert.deepEqual(rice.encode(pixels, size), code);
});

Deno.test("riceDecode() with any bytes stays in its tile, and agrees with the documented decoder", () => {
  const random = new Random(12);
  for (const { size, pixels, what } of tiles(random)) {
    const code = rice.encode(pixels, size);
    for (
      const damaged of [damage(code, random), code.subarray(0, code.length - 1), noise(random)]
    ) {
      const { pixels, isWhole } = rice.decode(damaged, size);
      const reference = new RiceReference(damaged);
      if (isWhole) assert.deepEqual(reference.decode(size), pixels, what);
      else assert.throws(() => reference.decode(size), RangeError, what);
    }
  }
});

function damage(code: Uint8Array, random: Random): Uint8Array {
  const damaged = code.slice();
  damaged[random.int(0, code.length - 1)] ^= 1 << random.int(0, 7);
  return damaged;
}

function noise(random: Random): Uint8Array {
  return Uint8Array.from({ length: random.int(1, 4000) }, () => random.int(0, 255));
}
