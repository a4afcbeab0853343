/**
 * `deno task bench:history [--json] [--shots 8640] [--jumps 1000] [--live-seconds 3600] [--no-h264] FILE…`: a day of
 * screenshots, 10 s apart, out of recordings, and an hour of live capture at 10 pictures a second, through the archive.
 * Beside them the same pictures as PNG files and as lossless H.264.
 *
 * Each shot is a PNG that is decoded, compared and written, as a pushed one is. All recordings must be of one size. Needs
 * ffmpeg. The whole of it takes about half an hour and says on stderr how far it is. Exits 1 when a picture comes back
 * different. What a person in the browser waits for: `deno task bench:scrub`.
 */
import { parseArgs } from "node:util";
import { planDay, seeded } from "./history/day.ts";
import { countFrames, extract } from "./history/pictures.ts";
import type { Say } from "./history/progress.ts";
import { type BenchResult, report } from "./history/report.ts";
import { runDay } from "./history/run_day.ts";
import { runLive } from "./history/run_live.ts";

export interface BenchOptions {
  readonly shots: number;
  readonly jumps: number;
  /** 0: no live capture. */
  readonly liveSeconds: number;
  /** Encode the same as H.264, too, which takes long. */
  readonly h264: boolean;
}

const SEED = 20260101;
const USAGE =
  "usage: deno task bench:history [--json] [--shots N] [--jumps N] [--live-seconds N] " +
  "[--no-h264] FILE…";

/** Runs the bench on recordings, all of them of one size. */
export async function benchHistory(
  files: readonly string[],
  options: BenchOptions,
  say: Say,
): Promise<BenchResult> {
  const { shots, jumps, liveSeconds, h264 } = options;
  const dir = await Deno.makeTempDir({ prefix: "bench-history-" });
  try {
    const random = seeded(SEED);
    const frames = await Promise.all(files.map(countFrames));
    const plan = planDay(frames, shots, random);
    const pathOf = await extract(files, plan, dir, say);
    const day = await runDay(plan.map(pathOf), { dir, jumps, h264, random, say });
    const live = liveSeconds > 0
      ? await runLive(files, liveSeconds, { dir, h264, say })
      : undefined;
    return { day, live };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function fail(line: string): never {
  // deno-lint-ignore no-console -- for people
  console.error(line);
  Deno.exit(2);
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= 1e6) return value;
  fail(`Cannot set ${name}: got ${text || "nothing"}, wanted ${least} to 1000000`);
}

if (import.meta.main) {
  const { values, positionals: files } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      shots: { type: "string", default: "8640" },
      jumps: { type: "string", default: "1000" },
      "live-seconds": { type: "string", default: "3600" },
      "no-h264": { type: "boolean", default: false },
    },
  });
  const options = {
    shots: wholeNumber("shots", values.shots, 2),
    jumps: wholeNumber("jumps", values.jumps, 2),
    liveSeconds: wholeNumber("live-seconds", values["live-seconds"], 0),
    h264: !values["no-h264"],
  };
  if (files.length === 0) fail(USAGE);
  // deno-lint-ignore no-console -- progress
  const result = await benchHistory(files, options, (line) => console.error(line));
  // deno-lint-ignore no-console -- the bench's output
  console.log(values.json ? JSON.stringify(result) : report(result));
  Deno.exit(result.day.exact ? 0 : 1);
}
