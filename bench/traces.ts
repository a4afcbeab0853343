/**
 * `deno task bench:traces [--json] [--quality lossless|auto] FILE…`: plays recordings through the real diff → motion → encode → zstd,
 * then through the page's own decoder, and compares its canvas with the frame after every update.
 *
 * Bytes are those on the wire after compression, message headers included, as one viewer in sync receives
 * them. Times are of the stage alone, on this machine; quote ratios. Exits 1 when a canvas is not exact.
 */
import process from "node:process";
import { EpochCompressor } from "../capture/zstd.ts";
import { loadKernels } from "../capture/kernels/kernels.ts";
import { Pipeline } from "../capture/pipeline.ts";
import { helloMessage } from "../capture/messages.ts";
import { Decoder } from "../public/decoder/decoder.js";
import { openRecording } from "./frames.ts";
import { LossyQuality } from "./ssim.ts";

export interface Result {
  file: string;
  frames: number;
  changedFrames: number;
  updates: number;
  keyframeBytes: number;
  updateBytes: number;
  copies: number;
  recalls: number;
  patches: Record<string, number>;
  diffMsP50: number;
  diffMsP95: number;
  diffMsMax: number;
  motionMsP50: number;
  motionMsP95: number;
  motionMsMax: number;
  encodeMsP50: number;
  encodeMsP95: number;
  encodeMsMax: number;
  totalMsP50: number;
  totalMsP95: number;
  totalMsMax: number;
  unchangedMsP50: number;
  decodeMsP50: number;
  decodeMsP95: number;
  decodeMsMax: number;
  cpuSeconds: number;
  ratio: number;
  /** Frames of which viewers saw a part with losses. */
  lossyFrames: number;
  /** Mean SSIM of those parts; 1 where there were none. */
  lossySsim: number;
  /** From the last frame to a canvas without losses, ms at 30 ticks a second. */
  repairMs: number;
  /** Every canvas without losses equalled its frame, and the last one did. */
  exact: boolean;
}

type Quality = "lossless" | "auto";
const SETTINGS = {
  threshold: 0,
  refineAfterMs: 500,
  maxPatches: 3000,
  refreshRatio: 0.9,
  fps: 30,
};
const FRAME_MS = 1000 / 15;
const REPAIR_TICK_MS = 33;

/** Plays one recording. */
export async function play(file: string, quality: Quality = "lossless"): Promise<Result> {
  const { width, height, frames } = await openRecording(file);
  const pipeline = new Pipeline(await loadKernels(), 0, 0, { width, height });
  const decoder = new Decoder();
  const hello = { width, height, source: file, viewer: "bench", heartbeatMs: 2000 };
  decoder.push(helloMessage(hello));
  let compressor: EpochCompressor | undefined;
  const settings = { ...SETTINGS, quality };
  const lossy = new LossyQuality();

  const diffMs: number[] = [];
  const motionMs: number[] = [];
  const encodeMs: number[] = [];
  const totalMs: number[] = [];
  const unchangedMs: number[] = [];
  const decodeMs: number[] = [];
  const patches: Record<string, number> = {};
  let [frameCount, updates, keyframeBytes, updateBytes, copies, recalls, cpuMs] = [
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  let exact = true;
  let lastFrame: Uint8Array | undefined;

  for await (const frame of frames) {
    const time = Math.round(frameCount * FRAME_MS);
    pipeline.space.grabbedBytes.set(frame);
    const cpuStart = cpuNow();
    const start = performance.now();
    const changes = pipeline.findChanges("unknown", settings, time, false);
    const found = performance.now();
    frameCount++;
    if (!changes) {
      unchangedMs.push(found - start);
      cpuMs += cpuNow() - cpuStart;
      continue;
    }
    const parts: Uint8Array[] = [];
    if (changes.keyframe || !compressor) {
      compressor?.close();
      pipeline.endEpoch();
      compressor = new EpochCompressor();
      parts.push(pipeline.beginEpoch(time));
    }
    const update = pipeline.encode(changes, time);
    parts.push(update.message);
    let bytes = 0;
    for (const part of parts) bytes += (await compressor.compress(part)).length;
    const encoded = performance.now();
    updates++;
    if (updates === 1) keyframeBytes = bytes;
    else updateBytes += bytes;
    copies += update.copyCount;
    recalls += update.recallCount;
    for (const [name, count] of Object.entries(update.patches)) {
      patches[name] = (patches[name] ?? 0) + count;
    }
    cpuMs += cpuNow() - cpuStart;
    if (updates > 1) {
      motionMs.push(changes.motionMs);
      diffMs.push(found - start - changes.motionMs);
      encodeMs.push(encoded - found);
      totalMs.push(encoded - start);
    }
    const decodeStart = performance.now();
    for (const part of parts) decoder.push(part);
    if (updates > 1) decodeMs.push(performance.now() - decodeStart);
    const { losses, pixels } = decoder.picture!;
    if (losses.size === 0) exact &&= sameColours(pixels, frame);
    else lossy.compare(decoder.picture!, frame);
    lastFrame = frame.slice();
  }
  // The screen stands still from here on: how long until every pixel is exact?
  let repairMs = 0;
  while (lastFrame && decoder.picture!.losses.size > 0 && repairMs < 10_000) {
    repairMs += REPAIR_TICK_MS;
    const time = Math.round(frameCount * FRAME_MS) + repairMs;
    const changes = pipeline.findChanges([], settings, time, false);
    if (changes) decoder.push(pipeline.encode(changes, time).message);
  }
  if (lastFrame) exact &&= sameColours(decoder.picture!.pixels, lastFrame);
  return {
    file: file.split("/").at(-1)!,
    frames: frameCount,
    changedFrames: updates - 1,
    updates,
    keyframeBytes,
    updateBytes,
    copies,
    recalls,
    patches,
    diffMsP50: percentile(diffMs, 0.5),
    diffMsP95: percentile(diffMs, 0.95),
    diffMsMax: percentile(diffMs, 1),
    motionMsP50: percentile(motionMs, 0.5),
    motionMsP95: percentile(motionMs, 0.95),
    motionMsMax: percentile(motionMs, 1),
    encodeMsP50: percentile(encodeMs, 0.5),
    encodeMsP95: percentile(encodeMs, 0.95),
    encodeMsMax: percentile(encodeMs, 1),
    totalMsP50: percentile(totalMs, 0.5),
    totalMsP95: percentile(totalMs, 0.95),
    totalMsMax: percentile(totalMs, 1),
    unchangedMsP50: percentile(unchangedMs, 0.5),
    decodeMsP50: percentile(decodeMs, 0.5),
    decodeMsP95: percentile(decodeMs, 0.95),
    decodeMsMax: percentile(decodeMs, 1),
    cpuSeconds: cpuMs / 1000,
    ratio: (frameCount * width * height * 4) / (keyframeBytes + updateBytes),
    lossyFrames: lossy.frames,
    lossySsim: lossy.mean,
    repairMs,
    exact,
  };
}

/** CPU time of this process, ms, all threads: zstd has one of its own. */
function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The decoder's canvas against the source's pixels, whose fourth byte means nothing. */
function sameColours(pixels: Uint32Array, frame: Uint8Array): boolean {
  const wanted = new Uint32Array(frame.buffer, frame.byteOffset, pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    if (((pixels[i] ^ wanted[i]) & 0xffffff) !== 0) return false;
  }
  return true;
}

function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function print(result: Result): void {
  const { file, patches, ...figures } = result;
  const rows = Object.entries(figures).map(([name, value]) =>
    `  ${name.padEnd(16)} ${
      typeof value === "number" && !Number.isInteger(value) ? value.toFixed(3) : value
    }`
  );
  const kinds = Object.entries(patches).map(([name, count]) => `${name} ${count}`).join(", ");
  // deno-lint-ignore no-console -- the bench's output
  console.log([file, ...rows, `  patches          ${kinds}`].join("\n"));
}

/** The value of `--quality`; exits 2 on another than the two. */
function readQuality(args: string[]): Quality {
  const at = args.findIndex((arg) => arg === "--quality" || arg.startsWith("--quality="));
  if (at < 0) return "lossless";
  const value = args[at].includes("=") ? args[at].split("=")[1] : args[at + 1];
  args.splice(at, args[at].includes("=") ? 1 : 2);
  if (value === "lossless" || value === "auto") return value;
  // deno-lint-ignore no-console -- usage
  console.error(`Cannot set --quality: got ${value ?? "nothing"}, wanted lossless or auto`);
  Deno.exit(2);
}

if (import.meta.main) {
  const args = [...Deno.args];
  const quality = readQuality(args);
  const json = args.includes("--json");
  const files = args.filter((arg) => !arg.startsWith("--"));
  if (files.length === 0) {
    // deno-lint-ignore no-console -- usage
    console.error("usage: deno task bench:traces [--json] [--quality lossless|auto] FILE…");
    Deno.exit(2);
  }
  let allExact = true;
  for (const file of files) {
    const result = await play(file, quality);
    allExact &&= result.exact;
    // deno-lint-ignore no-console -- the bench's output
    if (json) console.log(JSON.stringify(result));
    else print(result);
  }
  Deno.exit(allExact ? 0 : 1);
}
