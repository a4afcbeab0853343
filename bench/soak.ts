/**
 * `deno task soak [--minutes 10] [--seed 1] [--history on|off] [--json]`: the real server on a real X display, with
 * viewers that join, leave, stop reading and are killed, a screen that changes its size and dies, settings that change,
 * people who look at the history and have parts of it forgotten, and another machine that pushes its screen.
 *
 * Every half minute the screen stands still until each canvas, the page's in Chromium included, and the history's
 * picture of now equal what `xwd` sees. In the end there must be no viewer left, all those pictures must still be in the
 * history, and memory must be back to where it was. Exits with 1 when one of these does not hold.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { soak, type SoakResult } from "./soak/run.ts";

function say(line: string): void {
  // deno-lint-ignore no-console -- progress, for people
  console.error(line);
}

function report(result: SoakResult): string {
  const { minutes, updates, streamBytes, checks, canvasesCompared, picturesKept } = result;
  const { events, firstMiB, lastMiB, mostMiB, failures } = result;
  const exact = failures.length === 0 ? ", all exact" : "";
  return [
    `${minutes} minutes, ${updates} updates, ${(streamBytes / 1e6).toFixed(1)} MB`,
    Object.entries(events).map(([what, count]) => `${count} × ${what}`).join(", "),
    `${checks} checks, ${canvasesCompared} canvases and ${picturesKept} pictures of the history compared${exact}`,
    `memory: ${firstMiB.toFixed()} MiB at first, ${mostMiB.toFixed()} at most, ${lastMiB.toFixed()} in the end`,
    ...failures.map((failure) => `FAILED: ${failure}`),
  ].join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "10" },
      seed: { type: "string", default: "1" },
      history: { type: "string", default: "on" },
      json: { type: "boolean", default: false },
    },
  });
  const minutes = Number(values.minutes);
  const refuse = (name: string, got: string, wanted: string): never => {
    say(`Cannot set ${name}: got ${got}, wanted ${wanted}`);
    process.exit(2);
  };
  if (!(minutes > 0 && minutes <= 1440)) refuse("minutes", values.minutes, "more than 0 to 1440");
  if (!["on", "off"].includes(values.history)) refuse("history", values.history, "on or off");
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) refuse("seed", values.seed, "a whole number");
  const result = await soak({ minutes, seed, history: values.history === "on", say });
  // deno-lint-ignore no-console -- the result
  console.log(values.json ? JSON.stringify(result) : report(result));
  process.exitCode = result.failures.length > 0 ? 1 : 0;
}
