/**
 * `quality: auto`: what may lose detail, and that it comes back.
 */
import assert from "node:assert/strict";
import { loadKernels } from "../../capture/kernels/kernels.ts";
import { helloMessage } from "../../capture/messages.ts";
import { Pipeline } from "../../capture/pipeline.ts";
import { Decoder } from "../../public/decoder/decoder.js";

const WIDTH = 320;
const HEIGHT = 256;
/** Where the moving picture is. */
const CLIP = { x: 128, y: 64, w: 128, h: 128 };
const TICK_MS = 33;
const SETTINGS = {
  threshold: 0,
  refineAfterMs: 500,
  maxPatches: 3000,
  refreshRatio: 0.95,
  fps: 1000 / TICK_MS,
};

/** A desktop with text all over that types on, and in it a smooth picture that moves, by frame number. */
function paint(frame: Uint32Array, number: number): void {
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const typed = x < 64 ? number : 0;
      const mark = ((x + typed) * 7 + (y % 16) * 13) % 11 < 3 && y % 16 < 11;
      frame[y * WIDTH + x] = mark ? 0x202020 : 0xffffff;
    }
  }
  for (let y = CLIP.y; y < CLIP.y + CLIP.h; y++) {
    for (let x = CLIP.x; x < CLIP.x + CLIP.w; x++) {
      const wave = (angle: number) => Math.round(127 + 120 * Math.sin(angle));
      const red = wave((x + 3 * number) / 17 + y / 41);
      const green = wave((y - 2 * number) / 23 + x / 31);
      const blue = wave((x + y + 5 * number) / 29);
      frame[y * WIDTH + x] = (red << 16) | (green << 8) | blue;
    }
  }
}

async function rig(quality: "lossless" | "auto", stopwatch: () => number = () => 0) {
  const size = { width: WIDTH, height: HEIGHT };
  const pipeline = new Pipeline(await loadKernels(), 0, 0, size, stopwatch);
  const decoder = new Decoder();
  const hello = { width: WIDTH, height: HEIGHT, source: "test", viewer: "v", heartbeatMs: 2000 };
  decoder.push(helloMessage(hello));
  decoder.push(pipeline.beginEpoch(0));
  const frame = new Uint32Array(WIDTH * HEIGHT);
  return {
    decoder,
    pipeline,
    frame,
    /** One tick; bytes of the update. */
    tick(number: number, now: number, draw = paint): number {
      draw(frame, number);
      pipeline.space.grabbedBytes.set(new Uint8Array(frame.buffer));
      const changes = pipeline.findChanges("unknown", { ...SETTINGS, quality }, now, false);
      if (!changes) return 0;
      const { message } = pipeline.encode(changes, now);
      decoder.push(message);
      return message.length;
    },
  };
}

function wrongPixels(decoder: Decoder, frame: Uint32Array, inside: boolean): number {
  let wrong = 0;
  decoder.picture!.pixels.forEach((pixel, i) => {
    const x = i % WIDTH;
    const y = Math.floor(i / WIDTH);
    const within = x >= CLIP.x && x < CLIP.x + CLIP.w && y >= CLIP.y && y < CLIP.y + CLIP.h;
    if (within === inside && pixel !== frame[i]) wrong++;
  });
  return wrong;
}

Deno.test("quality auto: a moving picture loses detail, the text around it never does", async () => {
  const { tick, decoder, frame } = await rig("auto");
  let lossyUpdates = 0;
  for (let number = 0; number < 20; number++) {
    tick(number, number * TICK_MS);
    assert.equal(wrongPixels(decoder, frame, false), 0, `text is exact in frame ${number}`);
    if (decoder.picture!.losses.size > 0) lossyUpdates++;
  }
  assert.ok(lossyUpdates >= 10, `${lossyUpdates} of 20 updates had losses`);
  for (const { x, y, w, h } of decoder.picture!.losses.rects()) {
    const overlaps = x < CLIP.x + CLIP.w && CLIP.x < x + w && y < CLIP.y + CLIP.h && CLIP.y < y + h;
    assert.ok(overlaps, `the tile at ${x},${y} is marked, and is part of the moving picture`);
  }
});

Deno.test("quality auto: everything is exact within 500 ms of quiet, and the marks are gone", async () => {
  const { tick, decoder, pipeline, frame } = await rig("auto");
  for (let number = 0; number < 20; number++) tick(number, number * TICK_MS);
  assert.ok(wrongPixels(decoder, frame, true) > 0, "there is something to repair");
  const stopped = 19 * TICK_MS;
  for (let now = stopped + TICK_MS; now <= stopped + 500; now += TICK_MS) tick(19, now);
  assert.equal(wrongPixels(decoder, frame, true), 0);
  assert.equal(decoder.picture!.losses.size, 0);
  assert.equal(pipeline.lossyTiles, 0);
});

Deno.test("quality auto costs a fraction of lossless while it moves", async () => {
  const bytes = async (quality: "lossless" | "auto") => {
    const { tick } = await rig(quality);
    let sum = 0;
    for (let number = 0; number < 30; number++) {
      const length = tick(number, number * TICK_MS);
      if (number >= 5) sum += length;
    }
    return sum;
  };
  const [lossless, auto] = [await bytes("lossless"), await bytes("auto")];
  assert.ok(auto * 4 < lossless, `auto ${auto}, lossless ${lossless} bytes`);
});

Deno.test("quality lossless has no losses, however much moves", async () => {
  const { tick, decoder, frame } = await rig("lossless");
  for (let number = 0; number < 20; number++) {
    tick(number, number * TICK_MS);
    assert.equal(wrongPixels(decoder, frame, true), 0);
  }
});

/** One period of a sine, as a colour channel. */
const WAVE = Array.from({ length: 256 }, (_, i) => {
  return Math.round(127 + 120 * Math.sin(i * Math.PI / 128));
});

/** The film fills the screen. */
function paintFilm(frame: Uint32Array, number: number): void {
  for (let i = 0; i < frame.length; i++) {
    const x = i % WIDTH;
    const y = Math.floor(i / WIDTH);
    const red = WAVE[(2 * x + 6 * number + y) & 255];
    const green = WAVE[(2 * y - 4 * number + x) & 255];
    frame[i] = (red << 16) | (green << 8) | WAVE[(x + y + 7 * number) & 255];
  }
}

Deno.test("quality auto: a film that fills the screen has losses too, and is exact after quiet", async () => {
  const { tick, decoder, frame } = await rig("auto");
  let bytes = 0;
  for (let number = 0; number < 20; number++) {
    const length = tick(number, number * TICK_MS, paintFilm);
    if (number >= 5) bytes += length;
  }
  assert.ok(decoder.picture!.losses.size > 0, "it is sent with losses, not as keyframes");
  assert.ok(bytes < 15 * WIDTH * HEIGHT * 0.3, `${bytes} bytes`);
  const stopped = 19 * TICK_MS;
  for (let now = stopped + TICK_MS; now <= stopped + 500; now += TICK_MS) tick(19, now, paintFilm);
  assert.deepEqual(decoder.picture!.pixels, frame);
  assert.equal(decoder.picture!.losses.size, 0);
});

Deno.test("quality auto: an encoder that is late draws worse and is exact after quiet all the same", async () => {
  const ssd = async (workMs: number) => {
    let clock = 0;
    const { tick, decoder, frame, pipeline } = await rig("auto", () => clock += workMs / 2);
    for (let number = 0; number < 65; number++) tick(number, number * TICK_MS, paintFilm);
    let sum = 0;
    decoder.picture!.pixels.forEach((pixel, i) => {
      sum += ((pixel >> 8 & 255) - (frame[i] >> 8 & 255)) ** 2;
    });
    const stopped = 64 * TICK_MS;
    for (let now = stopped; now <= stopped + 500; now += TICK_MS) tick(64, now, paintFilm);
    assert.deepEqual(decoder.picture!.pixels, frame);
    assert.equal(pipeline.lossyTiles, 0);
    return sum;
  };
  const [relaxed, late] = [await ssd(1), await ssd(200)];
  assert.ok(late > relaxed * 1.5, `squared error ${late} late, ${relaxed} with time`);
});

Deno.test("quality auto: marks vanish also where chance left nothing to repair, while something is moved", async () => {
  const { tick, decoder, pipeline, frame } = await rig("auto");
  for (let number = 0; number < 20; number++) tick(number, number * TICK_MS);
  assert.ok(decoder.picture!.losses.size > 0);
  // What viewers show of the film is what the screen shows from now on; the text scrolls.
  const shown = Uint32Array.from(decoder.picture!.pixels);
  const still = (target: Uint32Array, number: number) => {
    paint(target, 19);
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const inClip = x >= CLIP.x && x < CLIP.x + CLIP.w && y >= CLIP.y && y < CLIP.y + CLIP.h;
        if (inClip) target[y * WIDTH + x] = shown[y * WIDTH + x];
        else if (x < 128) target[y * WIDTH + x] = textPixel(x, y + 8 * number);
      }
    }
  };
  for (let number = 20; number < 45; number++) tick(number, number * TICK_MS, still);
  assert.equal(pipeline.lossyTiles, 0);
  assert.equal(decoder.picture!.losses.size, 0);
  assert.deepEqual(decoder.picture!.pixels, frame);
});

/** Lines of random marks that can be told apart. */
function textPixel(x: number, y: number): number {
  const mark = Math.imul(Math.imul(y, 0x9e3779b1) ^ x, 0x85ebca6b);
  return (mark >>> 13 & 3) === 0 ? 0x202020 : 0xffffff;
}
