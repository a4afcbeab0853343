/**
 * `deno task bench:sources [--seconds S] [--json]`: a camera of which every pixel changes in every frame, from the
 * source through capture, lossless encoding and HTTP to a viewer in a process of its own that decodes and checks it,
 * against a small program that sends the same pictures as raw RGB over UDP, and the one that receives them.
 *
 * Both go as fast as they can, over loopback, one after the other. For that our server runs with a pace that nobody
 * may set (the setting `fps` ends at 120); a further row is what users get at 120. Pictures are compared with
 * what they should be, one in 16. Exits 1 when one of ours is not exact. Linux only.
 */
import { parseArgs } from "node:util";
import type { Size } from "../capture/geometry.ts";
import { type Measured, measureServer, measureUdp } from "./sources/run.ts";

/** What is shown of a camera. */
export interface Format {
  readonly camera: Size;
  readonly shown: Size;
  /** Frames of the film: more bytes than the stream's compressor looks back. */
  readonly frames: number;
}

const SMALL: Size = { width: 160, height: 120 };
const QVGA: Size = { width: 320, height: 240 };
const VGA: Size = { width: 640, height: 480 };

export const FORMATS: readonly Format[] = [
  { camera: QVGA, shown: SMALL, frames: 192 },
  { camera: QVGA, shown: QVGA, frames: 64 },
  { camera: VGA, shown: VGA, frames: 32 },
];

/** No pace: a tick follows the one before at once. */
const UNPACED_FPS = 1e6;
/** The highest that users can set. */
const HIGHEST_FPS = 120;

/** One way to show a camera. */
export interface Row {
  readonly way: "ours" | "ours, fps 120" | "raw RGB over UDP";
  readonly format: Format;
  readonly measured: Measured;
}

/** Measures one format in all ways, for so many seconds each. */
export async function benchFormat(format: Format, seconds: number): Promise<readonly Row[]> {
  const { camera, shown, frames } = format;
  const order = { film: { ...camera, frames, seed: 1 }, shown, seconds };
  return [
    { way: "ours", format, measured: await measureServer(order, UNPACED_FPS) },
    { way: "ours, fps 120", format, measured: await measureServer(order, HIGHEST_FPS) },
    { way: "raw RGB over UDP", format, measured: await measureUdp(order) },
  ];
}

/** Pictures shown in a second. */
export function rateOf({ shown, seconds }: Measured): number {
  return shown / seconds;
}

function print(rows: readonly Row[]): void {
  const say = (cells: readonly string[]) => {
    const [name, ...rest] = cells;
    // deno-lint-ignore no-console -- the bench's output
    console.log(name.padEnd(18) + rest.map((cell) => cell.padStart(11)).join(""));
  };
  const { camera, shown } = rows[0].format;
  const name = (size: Size) => `${size.width}×${size.height}`;
  const scaled = shown === camera ? "" : ` scaled to ${name(shown)}`;
  say([`\n${name(camera)}${scaled}`]);
  say(["", "fps", "of UDP", "bytes", "of raw", "lost", "exact", "CPU send", "CPU show"]);
  const udp = rateOf(rows.at(-1)!.measured);
  for (const { way, measured } of rows) {
    const { seconds, shown: count, lost, bytes, checked, exact } = measured;
    const perPicture = bytes / count;
    const cores = (cpu: number) => `${(100 * cpu / seconds).toFixed(0)} %`;
    say([
      way,
      rateOf(measured).toFixed(1),
      (rateOf(measured) / udp).toFixed(2),
      // What UDP receives belongs to lost pictures too.
      way === "raw RGB over UDP" ? `${shown.width * shown.height * 3}` : perPicture.toFixed(0),
      way === "raw RGB over UDP"
        ? "1.00"
        : (perPicture / shown.width / shown.height / 3).toFixed(2),
      `${(100 * lost / (lost + count)).toFixed(1)} %`,
      `${exact}/${checked}`,
      cores(measured.senderCpu),
      cores(measured.receiverCpu),
    ]);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 600)) {
    throw new RangeError(`Cannot set seconds: got ${values.seconds}, wanted 1 to 600`);
  }
  let failed = false;
  for (const format of FORMATS) {
    const rows = await benchFormat(format, seconds);
    // deno-lint-ignore no-console -- the bench's output
    if (values.json) { for (const row of rows) console.log(JSON.stringify(row)); }
    else print(rows);
    failed ||= rows.some(({ way, measured: { checked, exact } }) => {
      return way !== "raw RGB over UDP" && (checked === 0 || exact < checked);
    });
  }
  Deno.exit(failed ? 1 : 0);
}
