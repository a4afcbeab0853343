/**
 * A day of screenshots on the way that pushed ones take (routes/sources.ts): a file like the one before is known by its
 * hash and not decoded; others are decoded in the image Worker, compared and written. Left out is HTTP; and while the
 * server writes once a second, here every picture is written at once.
 */
import { createHash } from "node:crypto";
import type { HistoryStore } from "../../history/store.ts";
import { ImageDecoder } from "../../routes/intake/decoder.ts";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { percentile } from "../percentile.ts";
import { SOURCE } from "./archive_file.ts";
import { memoryMiB, ownCpuSeconds } from "./memory.ts";
import { progressOf, type Say } from "./progress.ts";

/** What taking in a day cost. Times in ms; those of files like the one before are not among the ingest times. */
export interface IngestFigures {
  readonly repeatedShots: number;
  readonly ingestMsP50: number;
  readonly ingestMsP95: number;
  readonly ingestMsMax: number;
  /** The part of it that turned the PNG file into pixels and their hash. */
  readonly decodePngMsP50: number;
  readonly ingestCpuSeconds: number;
  /** Of the time that the day itself took. */
  readonly ingestPercentOfACore: number;
  /** Once everything has run, in the middle and at the end of the day. */
  readonly memoryStartMiB: number;
  readonly memoryMiddleMiB: number;
  readonly memoryEndMiB: number;
}

/** Everything has run several times by this shot. */
const WARM_SHOTS = 50;

/**
 * @param paths PNG files in the day's order
 * @param timeOf when a shot was taken, ms since the Unix epoch
 */
export async function ingestDay(
  store: HistoryStore,
  paths: readonly string[],
  timeOf: (shot: number) => number,
  say: Say,
): Promise<IngestFigures> {
  let decoder = new ImageDecoder({ limits: IMAGE_LIMITS });
  /** Without the image Worker, whose garbage nobody can collect from here; the next picture starts another one. */
  const look = () => {
    decoder.close();
    memory.push(memoryMiB());
    decoder = new ImageDecoder({ limits: IMAGE_LIMITS });
  };
  const [start, middle] = [Math.min(WARM_SHOTS, paths.length >> 2), paths.length >> 1];
  const memory: number[] = [];
  const ingestMs: number[] = [];
  const decodeMs: number[] = [];
  const progress = progressOf("taking in the day", paths.length, say);
  const cpuBefore = ownCpuSeconds();
  let lastDigest: string | undefined;
  for (const [i, path] of paths.entries()) {
    const file = await Deno.readFile(path);
    const began = performance.now();
    const digest = createHash("sha256").update(file).digest("hex");
    if (digest === lastDigest) store.stands(SOURCE, timeOf(i));
    else {
      lastDigest = digest;
      const { pixels: { width, height, bgrx } } = await decoder.decode(file);
      decodeMs.push(performance.now() - began);
      store.record(SOURCE, timeOf(i), { width, height, pixels: new Uint32Array(bgrx.buffer) });
      store.write();
      ingestMs.push(performance.now() - began);
    }
    if (i === start || i === middle) look();
    progress.step();
  }
  look();
  const cpuSeconds = ownCpuSeconds() - cpuBefore;
  decoder.close();
  const [memoryStartMiB, memoryMiddleMiB, memoryEndMiB] = memory;
  return {
    repeatedShots: paths.length - ingestMs.length,
    ingestMsP50: percentile(ingestMs, 0.5),
    ingestMsP95: percentile(ingestMs, 0.95),
    ingestMsMax: percentile(ingestMs, 1),
    decodePngMsP50: percentile(decodeMs, 0.5),
    ingestCpuSeconds: cpuSeconds,
    ingestPercentOfACore: 100 * cpuSeconds * 1000 / (timeOf(paths.length) - timeOf(0)),
    memoryStartMiB,
    memoryMiddleMiB,
    memoryEndMiB,
  };
}
