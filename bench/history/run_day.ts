/** A day of screenshots through the archive: taken in, read, half of it expired, compared. */
import type { HistoryStore } from "../../history/store.ts";
import { decodePng } from "../../capture/images/png/decode_png.ts";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { percentile } from "../percentile.ts";
import { bytesIn, openArchive, SOURCE } from "./archive_file.ts";
import { dayAsH264 } from "./h264.ts";
import { ingestDay, type IngestFigures } from "./ingest.ts";
import { type JumpFigures, measureJumps } from "./jumps.ts";
import { measurePngFiles, type PngFigures } from "./png_files.ts";
import type { Say } from "./progress.ts";

/** Between two shots. */
export const SHOT_MS = 10_000;
const DAY_START = Date.UTC(2026, 0, 1);
/** How long retention works at once, ms: as the server does it (history/keeper.ts). */
const EXPIRE_STEP_MS = 5;
/** Pictures that are compared with their files, before and after half of them has expired; a test compares all. */
const COMPARED = 20;

export interface DayResult extends PngFigures, IngestFigures, JumpFigures {
  readonly shots: number;
  /** `undefined`: not measured. */
  readonly h264Bytes: number | undefined;
  readonly historyBytes: number;
  /** How many times larger the others are. */
  readonly ratioToPng: number;
  readonly ratioToDistinctPng: number;
  readonly ratioToH264: number | undefined;
  readonly tiles: number;
  readonly expireStepMsP99: number;
  readonly expireStepMsMax: number;
  readonly bytesAfterHalfExpired: number;
  /** What the file became smaller by when the older half expired. */
  readonly bytesFreed: number;
  /** Every picture that was compared equalled its file. */
  readonly exact: boolean;
}

export interface DayOptions {
  /** For what is written. */
  readonly dir: string;
  readonly jumps: number;
  /** Encode the day as a film, too, which takes long. */
  readonly h264: boolean;
  /** 0 <= n < 1. */
  readonly random: () => number;
  readonly say: Say;
}

/** @param paths PNG files of one size in the day's order, the same path for the same picture; at least two */
export async function runDay(paths: readonly string[], options: DayOptions): Promise<DayResult> {
  const { random, say } = options;
  const dir = `${options.dir}/history`;
  const timeOf = (shot: number) => DAY_START + shot * SHOT_MS;
  let now = timeOf(0);
  const open = () => openArchive(dir, paths.length * SHOT_MS / 2, () => now);
  const recording = await open();
  const ingest = await ingestDay(recording, paths, timeOf, say);
  recording.close();
  const historyBytes = bytesIn(dir);

  const store = await open();
  const { tiles } = store.stats();
  const jumps = measureJumps(store, paths.length, timeOf, options);
  const exact = compare(store, paths, timeOf, 0, random);
  now = timeOf(paths.length - 1);
  say("letting the older half go");
  const expireMs = expireAll(store);
  const exactAfter = compare(store, paths, timeOf, paths.length >> 1, random);
  store.close();
  const bytesAfterHalfExpired = bytesIn(dir);

  const png = await measurePngFiles(paths);
  const h264Bytes = options.h264 ? await dayAsH264(paths, options.dir, say) : undefined;
  return {
    shots: paths.length,
    ...png,
    h264Bytes,
    historyBytes,
    ratioToPng: png.pngBytes / historyBytes,
    ratioToDistinctPng: png.distinctPngBytes / historyBytes,
    ratioToH264: h264Bytes && h264Bytes / historyBytes,
    tiles,
    ...ingest,
    ...jumps,
    expireStepMsP99: percentile(expireMs, 0.99),
    expireStepMsMax: percentile(expireMs, 1),
    bytesAfterHalfExpired,
    bytesFreed: historyBytes - bytesAfterHalfExpired,
    exact: exact && exactAfter,
  };
}

/** Lets everything go that is too old; the times of the steps, ms. */
function expireAll(store: HistoryStore): number[] {
  const stepsMs: number[] = [];
  for (let more = true; more;) {
    const began = performance.now();
    more = store.expire(EXPIRE_STEP_MS);
    stepsMs.push(performance.now() - began);
  }
  return stepsMs;
}

/** Compares some of the shots from `first` on with their files. */
function compare(
  store: HistoryStore,
  paths: readonly string[],
  timeOf: (shot: number) => number,
  first: number,
  random: () => number,
): boolean {
  for (let i = 0; i < COMPARED; i++) {
    const shot = first + Math.floor(random() * (paths.length - first));
    const { bgrx } = decodePng(Deno.readFileSync(paths[shot]), IMAGE_LIMITS);
    const wanted = new Uint32Array(bgrx.buffer);
    const found = store.at(SOURCE, timeOf(shot));
    // The unused byte is 0 here and 255 there.
    if (!found || store.pixels(found).some((pixel, at) => pixel !== (wanted[at] & 0xffffff))) {
      return false;
    }
  }
  return true;
}
