/**
 * `deno task bench:kernels [--json]`: each SIMD kernel against its limit, in the same run: the diff against
 * libc's `memcmp` and a plain copy of the same buffers, the others against a plain read.
 *
 * Each figure is the fastest of many rounds taken in turn, so that a busy machine disturbs all alike; quote the
 * ratios. Linux only, for `memcmp`.
 */
import { Arena, loadKernels } from "../capture/kernels/kernels.ts";
import { TILE_FIELDS } from "../capture/workspace.ts";

const [WIDTH, HEIGHT] = [1920, 1080];
const BYTES = WIDTH * HEIGHT * 4;
const ROUNDS = 40;

/** A desktop of sorts: panels of one colour, and rows of dark marks like text. */
function paintDesktop(pixels: Uint32Array): void {
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const panel = x < 300 ? 0x2b2b33 : 0xf7f7f2;
      const inText = y % 18 < 11 && x % 900 < 620;
      const mark = inText && ((x * 7 + (y % 18) * 13 + Math.floor(y / 18) * 31) % 11) < 4;
      pixels[y * WIDTH + x] = mark ? 0x404048 : panel;
    }
  }
}

const kernels = await loadKernels();
const arena = new Arena(kernels.memory);
const frame = arena.take(BYTES);
const reference = arena.take(BYTES);
const out = arena.take(BYTES);
const tiles = Math.ceil(WIDTH / 64) * Math.ceil(HEIGHT / 64);
const look = arena.take(tiles);
const scratch = arena.take(kernels.shrinkBytes(WIDTH));
const table = arena.take(tiles * TILE_FIELDS * 4);
paintDesktop(new Uint32Array(kernels.memory.buffer, frame, WIDTH * HEIGHT));
const memory = new Uint8Array(kernels.memory.buffer);
memory.copyWithin(reference, frame, frame + BYTES);
memory.fill(1, look, look + tiles);

const libc = Deno.dlopen("libc.so.6", {
  memcmp: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
});
const frameBytes = memory.subarray(frame, frame + BYTES);
const referenceBytes = memory.subarray(reference, reference + BYTES);
const outside = new Uint8Array(BYTES);

function shrinkTo(w: number, h: number): void {
  kernels.shrink(frame, WIDTH, 0, 0, WIDTH, HEIGHT, out, w, w, h, 0, 0, w, h, scratch);
}

/** What is timed; `against` names the limit it is compared with. */
const cases: { name: string; against?: string; run: () => unknown }[] = [
  { name: "memcmp", run: () => libc.symbols.memcmp(frameBytes, referenceBytes, BigInt(BYTES)) },
  { name: "copy into kernel memory", run: () => memory.set(outside, out) },
  { name: "plain read", run: () => kernels.isSolid(out, WIDTH, 0, 0, WIDTH, HEIGHT) },
  {
    name: "diff, equal frames",
    against: "memcmp",
    run: () => kernels.diffTiles(frame, reference, WIDTH, HEIGHT, look, 0, table),
  },
  {
    name: "diff, equal frames, threshold 8",
    against: "memcmp",
    run: () => kernels.diffTiles(frame, reference, WIDTH, HEIGHT, look, 8, table),
  },
  {
    name: "diff, all different",
    against: "memcmp",
    run: () => kernels.diffTiles(frame, out, WIDTH, HEIGHT, look, 0, table),
  },
  {
    name: "compare a rectangle",
    against: "memcmp",
    run: () => kernels.rectsEqual(frame, reference, WIDTH, 0, 0, WIDTH, HEIGHT),
  },
  {
    name: "hash a rectangle",
    against: "plain read",
    run: () => kernels.hashRect(frame, WIDTH, 0, 0, WIDTH, HEIGHT),
  },
  {
    name: "survey colours",
    against: "plain read",
    run: () => kernels.surveyColours(frame, WIDTH, 0, 0, WIDTH, HEIGHT, 1024),
  },
  {
    name: "palette lookup (indexed)",
    against: "plain read",
    run: () => {
      kernels.paletteReset();
      kernels.encodeIndexed(frame, WIDTH, 0, 0, WIDTH, HEIGHT, true, out);
      memory.fill(0, out, out + BYTES);
    },
  },
  {
    name: "planes (planar)",
    against: "plain read",
    run: () => {
      kernels.encodePlanar(frame, WIDTH, 0, 0, WIDTH, HEIGHT, out);
      memory.fill(0, out, out + BYTES);
    },
  },
  {
    name: "area filter to a half",
    against: "plain read",
    run: () => shrinkTo(WIDTH / 2, HEIGHT / 2),
  },
  {
    name: "area filter to two thirds, odd",
    against: "plain read",
    run: () => shrinkTo(1267, 713),
  },
  {
    name: "area filter to a tenth",
    against: "plain read",
    run: () => shrinkTo(WIDTH / 10, HEIGHT / 10),
  },
  {
    name: "to R G B A",
    against: "copy into kernel memory",
    run: () => kernels.toRgba(frame, reference, WIDTH * HEIGHT),
  },
];

const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const { name, run } of cases) {
    memory.copyWithin(reference, frame, frame + BYTES);
    const start = performance.now();
    run();
    const elapsed = performance.now() - start;
    best.set(name, Math.min(best.get(name) ?? Infinity, elapsed));
  }
}
libc.close();

const json = Deno.args.includes("--json");
for (const { name, against } of cases) {
  const ms = best.get(name)!;
  const ratio = against ? ms / best.get(against)! : undefined;
  const line = json ? JSON.stringify({ name, ms, against, ratio }) : [
    name.padEnd(34),
    `${ms.toFixed(3)} ms`.padStart(10),
    ratio === undefined ? "" : `${ratio.toFixed(2)} × ${against}`,
  ].join("  ");
  // deno-lint-ignore no-console -- the bench's output
  console.log(line);
}
