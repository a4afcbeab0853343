/** Checks: that the hash is what docs/PROTOCOL.md says, that it stands at the right place, and when it comes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CHECK_EVERY_MS,
  CHECK_NEWCOMER_MS,
  Checks,
  CHECKS_APART_MS,
  tileHashes,
} from "../../capture/checks.ts";
import type { Size } from "../../capture/geometry.ts";
import { Arena, loadKernels } from "../../capture/kernels/kernels.ts";
import { Workspace } from "../../capture/workspace.ts";
import { countDifferent, readHashes, TileHasher } from "../../public/decoder/tile_hash.js";
import { CaptureRig } from "../helpers/capture_rig.ts";
import type { Client } from "../helpers/client.ts";
import {
  blankFrame,
  changed,
  CHANGES,
  copyFrame,
  type Frame,
  literalFrame,
  randomFrame,
  rgbaOf,
  setPixel,
} from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const kernels = await loadKernels();
const arena = new Arena(kernels.memory);
const hasher = new TileHasher();

const rotated = (n: number, bits: number) => (n << bits | n >>> (32 - bits)) >>> 0;
const mix = (h: number, v: number) => Math.imul(rotated((h ^ v) >>> 0, 13), 0x9e3779b1) >>> 0;

/** The hashes as docs/PROTOCOL.md words them, pixel by pixel. */
function specified({ width, height, bgrx }: Frame): number[] {
  const hashes: number[] = [];
  for (let top = 0; top < height; top += 64) {
    for (let left = 0; left < width; left += 64) {
      const h = Array.from({ length: 16 }, (_, i) => i + 1);
      for (let y = top; y < Math.min(top + 64, height); y++) {
        for (let x = left; x < Math.min(left + 64, width); x++) {
          const at = (y * width + x) * 4;
          const lane = (x - left) % 16;
          h[lane] = mix(h[lane], bgrx[at + 2] << 16 | bgrx[at + 1] << 8 | bgrx[at]);
        }
      }
      hashes.push(h.reduce(mix, 0));
    }
  }
  return hashes;
}

function workspaceOf(frame: Frame): Workspace {
  const space = new Workspace(kernels, arena, frame, frame, false);
  new Uint8Array(kernels.memory.buffer, space.reference, frame.bgrx.length).set(frame.bgrx);
  return space;
}

/** By the server, of its reference. */
function hashed(frame: Frame): number[] {
  return [...readHashes(tileHashes(kernels, workspaceOf(frame)))];
}

/** By the page, from a canvas's bytes. */
function hashedByPage(frame: Frame): Uint32Array {
  const rgba = new Uint8ClampedArray(rgbaOf(frame));
  const rowBytes = frame.width * 4;
  return hasher.hash(frame, (y, h) => rgba.subarray(y * rowBytes, (y + h) * rowBytes));
}

const side = fc.oneof(
  fc.constantFrom(1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 79, 128, 129),
  fc.integer({ min: 1, max: 200 }),
);
const size: fc.Arbitrary<Size> = fc.record({ width: side, height: side });

Deno.test("hashTiles() has a hash that can be worked out by hand", () => {
  // One white pixel: number 1 takes it, 2 to 16 stay.
  const numbers = [mix(1, 0xffffff), ...Array.from({ length: 15 }, (_, i) => i + 2)];
  assert.deepEqual(hashed(literalFrame(1, [0xffffff])), [numbers.reduce(mix, 0)]);
});

Deno.test("hashTiles() and TileHasher do what docs/PROTOCOL.md says, whatever the size", () => {
  fc.assert(
    fc.property(size, fc.nat(1e6), (size, seed) => {
      const frame = randomFrame(new Random(seed), size, "noise");
      const wanted = specified(frame);
      assert.deepEqual(hashed(frame), wanted);
      assert.deepEqual([...hashedByPage(frame)], wanted);
    }),
    { numRuns: 60, seed: 1 },
  );
});

Deno.test("hashTiles() changes for exactly the tile of which one bit of one pixel changes", () => {
  fc.assert(
    fc.property(size, fc.nat(1e6), fc.nat(23), (size, seed, bit) => {
      const random = new Random(seed);
      const frame = randomFrame(random, size, "mixed");
      const other = copyFrame(frame);
      const x = random.int(0, size.width - 1);
      const y = random.int(0, size.height - 1);
      const at = (y * size.width + x) * 4;
      other.bgrx[at + (bit >> 3)] ^= 1 << (bit & 7);
      const tile = Math.floor(y / 64) * Math.ceil(size.width / 64) + Math.floor(x / 64);
      const before = hashedByPage(frame);
      const after = hashedByPage(other);
      const different = [...before.keys()].filter((i) => before[i] !== after[i]);
      assert.deepEqual(different, [tile]);
    }),
    { numRuns: 200, seed: 2 },
  );
});

Deno.test("hashTiles() ignores the fourth byte of a pixel", () => {
  const frame = randomFrame(new Random(3), { width: 70, height: 66 }, "text");
  const other = copyFrame(frame);
  for (let i = 3; i < other.bgrx.length; i += 4) other.bgrx[i] ^= 0x5a;
  assert.deepEqual(hashed(other), hashed(frame));
});

Deno.test("hashTiles() tells apart where a pixel stands in its tile", () => {
  const seen = new Set<number>();
  for (let y = 0; y < 64; y += 7) {
    for (let x = 0; x < 64; x++) {
      const frame = blankFrame(64, 64);
      setPixel(frame, x, y, 0xffffff);
      seen.add(hashed(frame)[0]);
    }
  }
  assert.equal(seen.size, 640);
});

Deno.test("countDifferent() counts tiles, and all of them for another size", () => {
  const hashes = Uint32Array.of(1, 2, 3);
  assert.equal(countDifferent(hashes, Uint32Array.of(1, 2, 3)), 0);
  assert.equal(countDifferent(hashes, Uint32Array.of(1, 0, 0)), 2);
  assert.equal(countDifferent(hashes, Uint32Array.of(1, 2, 3, 4)), 4);
});

Deno.test("Checks are a minute apart while updates go on, and stop when they do", () => {
  const checks = new Checks();
  const made = everySecond(checks, 200, (second) => second <= 90);
  assert.deepEqual(made, [56, 116]);
});

Deno.test("Checks come soon after somebody came, but not more often than every 5 s", () => {
  const checks = new Checks();
  checks.updated();
  const made = everySecond(checks, 60, () => false, (second) => second >= 20 && second <= 40);
  assert.equal(made[0], 20 + CHECK_NEWCOMER_MS / 1000);
  for (let i = 1; i < made.length; i++) {
    assert.ok(made[i] - made[i - 1] >= CHECKS_APART_MS / 1000, `${made}`);
  }
  assert.ok(made.at(-1)! <= 40 + (CHECK_NEWCOMER_MS + CHECKS_APART_MS) / 1000, `${made}`);
});

Deno.test("Checks wait for a picture after the canvas was blackened", () => {
  const checks = new Checks();
  checks.updated();
  checks.blackened();
  checks.viewerCame(0);
  assert.equal(checks.isDue(2 * CHECK_EVERY_MS), false);
  checks.updated();
  assert.equal(checks.isDue(2 * CHECK_EVERY_MS), true);
});

/** The seconds at which checks were made. */
function everySecond(
  checks: Checks,
  seconds: number,
  updates: (second: number) => boolean,
  comes: (second: number) => boolean = () => false,
): number[] {
  const frame = blankFrame(1, 1);
  const space = workspaceOf(frame);
  const made: number[] = [];
  for (let second = 1; second <= seconds; second++) {
    if (updates(second)) checks.updated();
    if (comes(second)) checks.viewerCame(second * 1000);
    if (!checks.isDue(second * 1000)) continue;
    checks.make(kernels, space, second * 1000);
    made.push(second);
  }
  return made;
}

function assertChecked({ checks }: Client): void {
  for (const { wanted, shown } of checks) assert.deepEqual([...shown], [...wanted]);
}

Deno.test("a check agrees with every viewer's picture, whatever happened before it in the stream", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...CHANGES), fc.boolean(), fc.nat(3)), {
        minLength: 4,
        maxLength: 14,
      }),
      fc.nat(1e6),
      fc.constantFrom("lossless" as const, "auto" as const),
      fc.constantFrom(0, 12),
      async (steps, seed, quality, threshold) => {
        const random = new Random(seed);
        const first = randomFrame(random, { width: 200, height: 150 }, "text");
        const rig = await CaptureRig.start(first, { settings: { quality, threshold } });
        try {
          const viewers = [rig.watch()];
          for (const [change, told, then] of steps) {
            const next = changed(random, rig.screen.frame, change);
            rig.screen.show(next.frame, told ? next.damage : "unknown");
            // Somebody comes every now and then, for whom a check is made some seconds later.
            if (then === 0) viewers.push(rig.watch());
            if (then === 1) rig.screen.show(randomFrame(random, size200(random), "mixed"));
            await rig.run(then === 2 ? 20_000 : 1700);
          }
          await rig.run(70_000);
          for (const { client } of viewers) assertChecked(client);
          assert.ok(viewers[0].client.checks.length >= 2);
        } finally {
          rig.close();
        }
      },
    ),
    { numRuns: 12, seed: 4 },
  );
});

Deno.test("a static screen is checked once for a newcomer, and then no more", async () => {
  const rig = await CaptureRig.start(randomFrame(new Random(1), { width: 90, height: 70 }, "text"));
  const { client } = rig.watch();
  for (let minute = 0; minute < 10; minute++) await rig.run(60_000);
  assert.equal(client.checks.length, 1);
  assertChecked(client);
  rig.watch();
  await rig.run(10_000);
  assert.equal(client.checks.length, 2);
  rig.close();
});

function size200(random: Random): Size {
  return { width: 100 + random.int(0, 100 - 1), height: 100 + random.int(0, 60 - 1) };
}
