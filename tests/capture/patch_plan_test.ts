import assert from "node:assert/strict";
import { Encoder, LOSSLESS } from "../../capture/encode.ts";
import type { Rect } from "../../capture/geometry.ts";
import { Arena, loadKernels } from "../../capture/kernels/kernels.ts";
import { concat, epochMessage, helloMessage } from "../../capture/messages.ts";
import { ENCODING, type PlanOptions, planPatches } from "../../capture/patch_plan.ts";
import { Workspace } from "../../capture/workspace.ts";
import { Decoder } from "../../public/decoder/decoder.js";
import { blankFrame, CONTENTS, paint, randomRect, setPixel } from "../helpers/frames.ts";
import { photo } from "../helpers/lossy_pair.ts";
import { Random } from "../helpers/random.ts";

const kernels = await loadKernels();
const arena = new Arena(kernels.memory);
const EXACT: PlanOptions = { hurry: true, mayLose: () => false };

/** A picture in the kernels' memory. */
function picture(width: number, height: number) {
  const size = { width, height };
  const space = new Workspace(kernels, arena, size, size, false);
  const frame = blankFrame(width, height);
  const put = () => space.grabbedBytes.set(frame.bgrx);
  const plan = (rects: readonly Rect[], options = EXACT) => {
    put();
    return planPatches(kernels, { address: space.frame, width }, rects, options);
  };
  return { space, frame, put, plan, all: { x: 0, y: 0, w: width, h: height } };
}

/** Few colours, each pixel another than its left neighbour: what the context coder takes longest for. */
function paintBusy(frame: ReturnType<typeof blankFrame>, { x, y, w, h }: Rect, random: Random) {
  for (let row = y; row < y + h; row++) {
    for (let column = x; column < x + w; column++) {
      setPixel(frame, column, row, random.int(0, 149) * 2 + column % 2);
    }
  }
}

function paintPhoto(frame: ReturnType<typeof blankFrame>, { x, y, w, h }: Rect): void {
  photo({ width: w, height: h }).forEach((pixel, i) => {
    setPixel(frame, x + i % w, y + Math.floor(i / w), pixel);
  });
}

Deno.test("planPatches() covers the rectangles exactly, whatever they hold", () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = new Random(seed);
    const { frame, plan } = picture(random.int(1, 300), random.int(1, 200));
    for (let i = 0; i < 4; i++) {
      paint(random, frame, randomRect(random, frame), random.pick(CONTENTS));
    }
    const rect = randomRect(random, frame);
    const covered = new Uint8Array(frame.width * frame.height);
    const mayLose = () => random.chance(0.5);
    for (const { rect: { x, y, w, h } } of plan([rect], { hurry: true, mayLose })) {
      for (let row = y; row < y + h; row++) {
        for (let column = x; column < x + w; column++) covered[row * frame.width + column]++;
      }
    }
    const wanted = covered.map((_, i) => {
      const [column, row] = [i % frame.width - rect.x, Math.floor(i / frame.width) - rect.y];
      return Number(column >= 0 && column < rect.w && row >= 0 && row < rect.h);
    });
    assert.deepEqual(covered, wanted);
  }
});

Deno.test("planPatches(): one colour is solid, text context, a photograph planar, each in one patch", () => {
  const { frame, plan, all } = picture(192, 128);
  const random = new Random(1);
  assert.deepEqual(plan([all]), [{ encoding: ENCODING.solid, rect: all }]);
  paint(random, frame, all, "text");
  assert.deepEqual(plan([all]), [{ encoding: ENCODING.context, rect: all }]);
  paint(random, frame, all, "noise");
  assert.deepEqual(plan([all]), [{ encoding: ENCODING.planar, rect: all }]);
  // Half and half: cut along the grid, joined again.
  const left = { x: 0, y: 0, w: 64, h: 128 };
  paint(random, frame, left, "text");
  assert.deepEqual(plan([all]), [
    { encoding: ENCODING.context, rect: left },
    { encoding: ENCODING.planar, rect: { x: 64, y: 0, w: 128, h: 128 } },
  ]);
});

Deno.test("planPatches(): losses only where they are allowed, and only for photographs", () => {
  const { frame, plan, all } = picture(192, 64);
  paintPhoto(frame, { x: 0, y: 0, w: 128, h: 64 });
  paint(new Random(1), frame, { x: 128, y: 0, w: 64, h: 64 }, "text");
  const encodings = (mayLose: PlanOptions["mayLose"]) =>
    plan([all], { hurry: true, mayLose }).map(({ encoding, rect }) => [encoding, rect.x, rect.w]);
  const { lossy, context } = ENCODING;
  assert.deepEqual(encodings(() => true), [[lossy, 0, 128], [context, 128, 64]]);
  const exact = encodings(() => false);
  assert.ok(exact.every(([encoding]) => encoding !== lossy));
  assert.deepEqual(encodings(({ x }) => x === 64)[1], [lossy, 64, 64]);
});

Deno.test("planPatches(): what would take the context coder too long is indexed, but not in a keyframe", () => {
  const { frame, plan } = picture(640, 512);
  const upper = { x: 0, y: 0, w: 640, h: 256 };
  const lower = { x: 0, y: 256, w: 640, h: 256 };
  paintBusy(frame, { x: 0, y: 0, w: 640, h: 512 }, new Random(1));
  assert.deepEqual(plan([upper, lower]), [
    { encoding: ENCODING.context, rect: upper },
    { encoding: ENCODING.indexed, rect: lower },
  ]);
  const unhurried = plan([upper, lower], { ...EXACT, hurry: false });
  assert.deepEqual(unhurried.map(({ encoding }) => encoding), [3, 3]);
});

Deno.test("Encoder: an update with all encodings draws what it should", () => {
  const { space, frame, put, all } = picture(832, 576);
  const encoder = new Encoder(kernels, space);
  const decoder = new Decoder();
  const { width, height } = frame;
  const update = (rects: readonly Rect[], keyframe: boolean) => {
    put();
    const encoded = encoder.encode({
      keyframe,
      seqDelta: 1,
      timeDelta: 0,
      saves: [],
      copies: [],
      recalls: [],
      blacken: [],
      rects,
      losses: { ...LOSSLESS, allowed: ({ x }) => x >= 768, quality: 60 },
      from: space.frame,
      canvas: space.reference,
    });
    decoder.push(encoded.message);
    return encoded;
  };
  const hello = { width, height, source: "", viewer: "", heartbeatMs: 1 };
  decoder.push(concat([helloMessage(hello), epochMessage(1, 0, 0)]));
  update([all], true);

  const random = new Random(2);
  const rects = [
    { x: 0, y: 0, w: 640, h: 64 },
    { x: 640, y: 0, w: 64, h: 576 },
    { x: 704, y: 0, w: 64, h: 576 },
    { x: 768, y: 0, w: 64, h: 576 },
    { x: 0, y: 64, w: 640, h: 512 },
  ];
  paint(random, frame, rects[0], "text");
  paint(random, frame, rects[1], "solid");
  paint(random, frame, rects[2], "noise");
  paintPhoto(frame, rects[3]);
  paintBusy(frame, { x: 0, y: 64, w: 640, h: 512 }, random);
  const { patches, lossy } = update(rects, false);
  assert.deepEqual(new Set(Object.keys(patches)), new Set(Object.keys(ENCODING)));
  assert.deepEqual(lossy.rects, [rects[3]]);
  const reference = new Uint32Array(kernels.memory.buffer, space.reference, width * height);
  const shown = new Uint32Array(frame.bgrx.buffer);
  const { picture: drawn } = decoder;
  assert.ok(drawn);
  const differs = drawn.pixels.findIndex((pixel, i) => {
    const wanted = i % width >= 768 ? reference[i] : shown[i];
    return pixel !== (wanted & 0xffffff);
  });
  assert.equal(differs, -1);
});
