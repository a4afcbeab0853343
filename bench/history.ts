/**
 * `deno task bench:history [--json] [--shots 8640] [--jumps 1000] [--live-seconds 3600] [--no-h264] FILE…`: a day of
 * screenshots, 10 s apart, out of recordings, and live capture at 10 pictures a second, through the archive. Beside
 * them the same pictures as PNG files and as a lossless H.264 file.
 *
 * Each shot is a PNG that is decoded, compared and written, as a pushed one is. Needs ffmpeg. Exits 1 when a picture
 * comes back different.
 */
import { planDay, seeded } from "./history/day.ts";
import { countFrames, extract } from "./history/pictures.ts";
import { type DayResult, type LiveResult, runDay, runLive } from "./history/run.ts";

export interface BenchOptions {
  readonly shots: number;
  readonly jumps: number;
  readonly liveSeconds: number;
  readonly h264: boolean;
}

export interface BenchResult {
  readonly day: DayResult;
  readonly live: LiveResult | undefined;
}

const SEED = 20260101;

/** Runs the bench on recordings, all of them of one size. */
export async function benchHistory(
  files: readonly string[],
  options: BenchOptions,
): Promise<BenchResult> {
  const dir = await Deno.makeTempDir({ prefix: "bench-history-" });
  try {
    const random = seeded(SEED);
    const frames = await Promise.all(files.map(countFrames));
    const shots = planDay(frames, options.shots, random);
    const pathOf = await extract(files, shots, dir);
    const day = await runDay(shots, pathOf, { dir, random, ...options });
    const { liveSeconds } = options;
    return { day, live: liveSeconds > 0 ? await runLive(files, liveSeconds, dir) : undefined };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The value of `--name=N` or `--name N`, taken out of `args`; exits 2 on what is no number. */
function takeNumber(args: string[], name: string, fallback: number): number {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return fallback;
  const joined = args[at].includes("=");
  const text = joined ? args[at].slice(name.length + 1) : args[at + 1];
  args.splice(at, joined ? 1 : 2);
  const value = Number(text);
  if (text && Number.isInteger(value) && value >= 0) return value;
  // deno-lint-ignore no-console -- usage
  console.error(`Cannot set ${name}: got ${text ?? "nothing"}, wanted a whole number`);
  Deno.exit(2);
}

function print(title: string, figures: object): void {
  const rows = Object.entries(figures).map(([name, value]) => {
    const shown = typeof value === "number" && !Number.isInteger(value) ? value.toFixed(3) : value;
    return `  ${name.padEnd(22)} ${shown ?? "not measured"}`;
  });
  // deno-lint-ignore no-console -- the bench's output
  console.log([title, ...rows].join("\n"));
}

if (import.meta.main) {
  const args = [...Deno.args];
  const options = {
    shots: takeNumber(args, "--shots", 8640),
    jumps: takeNumber(args, "--jumps", 1000),
    liveSeconds: takeNumber(args, "--live-seconds", 3600),
    h264: !args.includes("--no-h264"),
  };
  const files = args.filter((arg) => !arg.startsWith("--"));
  if (files.length === 0 || options.shots < 2) {
    // deno-lint-ignore no-console -- usage
    console.error(
      "usage: deno task bench:history [--json] [--shots N] [--jumps N] [--live-seconds N] [--no-h264] FILE…",
    );
    Deno.exit(2);
  }
  const result = await benchHistory(files, options);
  if (args.includes("--json")) {
    // deno-lint-ignore no-console -- the bench's output
    console.log(JSON.stringify(result));
  } else {
    print("day", result.day);
    if (result.live) print("live", result.live);
  }
  Deno.exit(result.day.exact ? 0 : 1);
}
