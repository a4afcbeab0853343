/**
 * `deno task bench:idle [--json] [--seconds 60]`: what watching a 1920×1080 screen costs on which nothing
 * happens, in CPU seconds (user and system, from `/proc`) of the server and of the X server it captures.
 *
 * Patchcast with no viewer, with one and with 100; x11vnc and Xtigervnc with one. All of them run at the same
 * time, each on a display of its own: the machine is idle, so they do not get in each other's way. Needs Xvfb; x11vnc
 * and tigervnc-standalone-server for the comparison. What is not installed is left out.
 */
import { parseArgs } from "node:util";
import { type IdleResult, measureIdle } from "./idle/measure.ts";
import { installedVncServers, patchcast, type Subject } from "./idle/subjects.ts";

/** Newcomers are shown the picture, then checks of it; after this the screen has been still for long. */
const SETTLE_MS = 20_000;

function report(results: readonly IdleResult[]): string {
  const lines = [
    `CPU seconds in ${results[0].seconds.toFixed(0)} s      server   X server   of a core`,
  ];
  for (const { name, serverCpuSeconds, xServerCpuSeconds, percentOfACore } of results) {
    const [server, x] = [serverCpuSeconds, xServerCpuSeconds].map((cpu) => cpu.toFixed(2));
    const percent = `${percentOfACore.toFixed(2)} %`;
    lines.push(`${name.padEnd(24)}${server.padStart(10)}${x.padStart(11)}${percent.padStart(12)}`);
  }
  return lines.join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "60" },
      json: { type: "boolean", default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 86_400)) {
    throw new RangeError(`Cannot set seconds: got ${values.seconds}, wanted 1 to 86400`);
  }
  await using stack = new AsyncDisposableStack();
  const subjects: Subject[] = [];
  for (const viewers of [0, 1, 100]) subjects.push(await patchcast(stack, viewers));
  for (const start of installedVncServers()) subjects.push(await start(stack));
  const results = await measureIdle(subjects, seconds, SETTLE_MS);
  // deno-lint-ignore no-console -- the program's own output
  console.log(values.json ? JSON.stringify(results, null, 2) : report(results));
}

if (import.meta.main) await main();
