/**
 * `deno task bench:latency [--json] [--draws 200] [--only TEXT]`: from a drawing on an X display to its
 * pixels on the canvas of a page in Chromium, for Patchcast and for VNC servers with noVNC.
 *
 * A square is filled with real X calls at times that have nothing to do with anybody's frames, and each page
 * looks for its colour at every animation frame (probe.ts). Twice: with the screen otherwise still, and with a
 * terminal beside it that scrolls thirty times a second. Needs Xvfb, xterm and Chromium; for the comparison x11vnc,
 * tigervnc-standalone-server, novnc and websockify. What is not installed is left out.
 */
import { parseArgs } from "node:util";
import { missingCommands } from "../tests/capture/sources/xvfb.ts";
import { CANDIDATES } from "./latency/candidates.ts";
import { CONDITIONS, type LatencyResult, measureLatency, NEEDS } from "./latency/measure.ts";

function report(results: readonly LatencyResult[]): string {
  const lines = ["from drawing to canvas, ms          p50     p95     max   p50 and p95 to ours"];
  for (const condition of CONDITIONS) {
    const rows = results.filter((result) => result.condition === condition);
    if (rows.length === 0) continue;
    lines.push(condition === "idle" ? "otherwise still" : "beside a terminal that scrolls at 30/s");
    for (const { name, p50, p95, max } of rows) {
      const times = [p50, p95, max].map((ms) => ms.toFixed(1).padStart(8)).join("");
      const [ours] = rows;
      lines.push(
        `  ${name.padEnd(33)}${times}   ${(p50 / ours.p50).toFixed(2)} ${
          (p95 / ours.p95).toFixed(2)
        }`,
      );
    }
  }
  return lines.join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      draws: { type: "string", default: "200" },
      json: { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
  });
  const draws = Number(values.draws);
  if (!Number.isInteger(draws) || draws < 1 || draws > 100_000) {
    throw new RangeError(`Cannot set draws: got ${values.draws}, wanted 1 to 100000`);
  }
  const results: LatencyResult[] = [];
  for (const condition of CONDITIONS) {
    for (const candidate of CANDIDATES) {
      if (!`${candidate.name} ${condition}`.includes(values.only)) continue;
      const missing = missingCommands([...candidate.needs, ...NEEDS[condition]]);
      // deno-lint-ignore no-console -- the program's own output
      if (missing.length > 0) console.error(`${candidate.name}: no ${missing.join(", ")}`);
      else results.push(await measureLatency(candidate, condition, draws));
    }
  }
  // deno-lint-ignore no-console -- the program's own output
  console.log(values.json ? JSON.stringify(results, null, 2) : report(results));
}

if (import.meta.main) await main();
