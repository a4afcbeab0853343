/** The figures as tables, for people. */
import type { DayResult } from "./run_day.ts";
import type { LiveResult } from "./run_live.ts";

export interface BenchResult {
  readonly day: DayResult;
  readonly live: LiveResult | undefined;
}

/** What counts as flat: half of what the caches of SQLite and the store may take. */
const FLAT_MIB = 8;

/** An aim and what was reached: `undefined` where nothing was measured. */
interface Aim {
  readonly what: string;
  readonly wanted: string;
  readonly got: string;
  readonly reached: boolean;
}

export function report({ day, live }: BenchResult): string {
  return [
    ...dayTable(day),
    ...live ? ["", ...liveTable(live)] : [],
    "",
    ...aims(day).map(({ what, wanted, got, reached }) => {
      return `${reached ? "reached" : "MISSED "}  ${what}: ${got}, wanted ${wanted}`;
    }),
  ].join("\n");
}

function dayTable(day: DayResult): string[] {
  const size = (what: string, bytes: number | undefined) => {
    if (bytes === undefined) return row(what, "not measured");
    return row(what, `${megabytes(bytes)}   ${times(bytes / day.historyBytes)} ours`);
  };
  const hours = day.shots / 360;
  return [
    `${day.shots} screenshots, 10 s apart (${
      hours.toFixed(1)
    } h), ${day.distinctPictures} of them different`,
    row("our history", megabytes(day.historyBytes)),
    size("PNG files (ffmpeg, mixed)", day.pngBytes),
    size("PNG files (imagescript, 1)", day.imagescriptPngBytes),
    size("PNG files, each once", day.distinctPngBytes),
    size("H.264 lossless", day.h264Bytes),
    row(
      "after half has expired",
      `${megabytes(day.bytesAfterHalfExpired)}   ${megabytes(day.bytesFreed).trim()} freed, ` +
        `steps p99 ${ms(day.expireStepMsP99)}, max ${ms(day.expireStepMsMax)}`,
    ),
    "",
    row("taking in a new one", spread(day.ingestMsP50, day.ingestMsP95, day.ingestMsMax)),
    row("  of that, PNG to pixels", `p50 ${ms(day.decodePngMsP50)}`),
    row("  like the one before", `${day.repeatedShots} of ${day.shots}: not decoded`),
    row(
      "CPU",
      `${day.ingestCpuSeconds.toFixed(1)} s, ${day.ingestPercentOfACore.toFixed(2)} % of a core`,
    ),
    row(
      "memory",
      `${day.memoryStartMiB.toFixed()} MiB at the start, ${day.memoryMiddleMiB.toFixed()} in the middle, ` +
        `${day.memoryEndMiB.toFixed()} at the end`,
    ),
    "",
    row("any instant, server", `p50 ${ms(day.seekMsP50)}, p99 ${ms(day.seekMsP99)}`),
    row("  its bytes", `p50 ${kilobytes(day.seekBytesP50)}, p99 ${kilobytes(day.seekBytesP99)}`),
    row("  decoding, cold", `p50 ${ms(day.decodeMsP50)}, p99 ${ms(day.decodeMsP99)}`),
    row("from another one, both", `p50 ${ms(day.dragMsP50)}, p99 ${ms(day.dragMsP99)}`),
    row("the next one, both", `p50 ${ms(day.stepMsP50)}, p99 ${ms(day.stepMsP99)}`),
    row("pictures compared", day.exact ? "all exact" : "NOT ALL EXACT"),
  ];
}

function liveTable(live: LiveResult): string[] {
  const film = (bytes: number | undefined, ratio: number | undefined) => {
    if (bytes === undefined || ratio === undefined) return "not measured";
    return `${megabytes(bytes)}   ${times(ratio)} ours`;
  };
  return [
    `live at 10 pictures a second, ${live.seconds} s: ${live.pictures} pictures, ` +
    `${live.distinctPictures} of them different, ${live.changed} unlike the one before`,
    row("our history", `${megabytes(live.historyBytes)}   ${rate(live.bytesPerHour)}`),
    row("  all shown once", `${megabytes(live.firstTimeBytes)}   ${rate(live.bytesPerHourOfNews)}`),
    row("H.264 lossless", film(live.h264Bytes, live.ratioToH264)),
    row(
      "  all shown once",
      live.firstTimeRatioToH264 === undefined
        ? "not measured"
        : `${times(live.firstTimeRatioToH264)} ours`,
    ),
    row("recording a picture", spread(live.recordMsP50, live.recordMsP95, live.recordMsMax)),
    row("CPU", `${live.recordPercentOfACore.toFixed(1)} % of a core`),
  ];
}

/** What issue and documentation aim at. */
function aims(day: DayResult): Aim[] {
  return [
    {
      what: "bytes of the PNG files",
      wanted: "at most 1/30",
      got: `1/${day.ratioToPng.toFixed(1)}`,
      reached: day.ratioToPng >= 30,
    },
    {
      what: "any instant at the server, p99",
      wanted: "under 30 ms",
      got: ms(day.seekMsP99),
      reached: day.seekMsP99 < 30,
    },
    {
      what: "taking in a screenshot, p95",
      wanted: "under 100 ms",
      got: ms(day.ingestMsP95),
      reached: day.ingestMsP95 < 100,
    },
    {
      what: "memory, from the middle to the end of the day",
      wanted: `at most ${FLAT_MIB} MiB more`,
      got: `${(day.memoryEndMiB - day.memoryMiddleMiB).toFixed(1)} MiB`,
      reached: day.memoryEndMiB - day.memoryMiddleMiB <= FLAT_MIB,
    },
  ];
}

function row(what: string, value: string): string {
  return `  ${what.padEnd(28)} ${value}`;
}

function spread(p50: number, p95: number, max: number): string {
  return `p50 ${ms(p50)}, p95 ${ms(p95)}, max ${ms(max)}`;
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1).padStart(8)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed()} kB`;
}

function rate(bytesPerHour: number): string {
  return `${(bytesPerHour / 1e6).toFixed(1)} MB an hour`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 1)} ×`;
}
