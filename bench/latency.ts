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
import { openPage, startBrowser } from "../tests/e2e/support/browser.ts";
import { missingCommands } from "../tests/capture/sources/xvfb.ts";
import { Random } from "../tests/helpers/random.ts";
import { type Candidate, CANDIDATES, SCREEN } from "./latency/candidates.ts";
import { Marker } from "./latency/marker.ts";
import { Probe } from "./latency/probe.ts";

const CONDITIONS = ["idle", "scrolling"] as const;
type Condition = typeof CONDITIONS[number];

/** Between two draws: far more than anybody needs for one, and never the same phase of the frames twice. */
const PAUSE_MS = [60, 140] as const;
/** Draws that warm everything up and do not count. */
const WARM_UP = 10;
const TIMEOUT_MS = 5000;

/** A line every thirtieth of a second, on a terminal that does not touch the marker. */
const SCROLL = ["-geometry", "100x40+300+200", "-e", "perl", "-e"];
const LINES = '$| = 1; for (my $i = 0; ; $i++) { print "line $i ", "ab " x ($i % 30), "\\n"; ' +
  "select(undef, undef, undef, 1 / 30) }";

/** One line of what `--json` prints. */
export interface LatencyResult {
  readonly name: string;
  readonly condition: Condition;
  readonly draws: number;
  /** ms. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

async function measure(
  candidate: Candidate,
  condition: Condition,
  draws: number,
): Promise<LatencyResult> {
  await using running = await candidate.start();
  await using browser = await startBrowser();
  using marker = new Marker(running.display);
  const page = await openPage(browser, running.url);
  await page.setViewportSize(SCREEN);
  await page.waitForFunction(
    ({ canvas, width }) => document.querySelector<HTMLCanvasElement>(canvas)?.width === width,
    { canvas: running.canvas, width: SCREEN.width },
  );
  using _terminal = condition === "scrolling" ? scroll(running.display) : undefined;
  const probe = await Probe.install(page, running.canvas);
  const random = new Random(1);
  const times: number[] = [];
  for (let i = -WARM_UP; i < draws; i++) {
    const pauseMs = random.int(...PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const colour = marker.nextColour();
    const ms = await probe.measure(colour, () => marker.draw(colour), TIMEOUT_MS);
    if (i >= 0) times.push(ms);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return {
    name: candidate.name,
    condition,
    draws,
    p50: at(0.5),
    p95: at(0.95),
    max: times[times.length - 1],
  };
}

function scroll(display: string): Disposable {
  const terminal = new Deno.Command("xterm", {
    args: [...SCROLL, LINES],
    env: { DISPLAY: display },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    [Symbol.dispose]() {
      try {
        terminal.kill("SIGTERM");
      } catch {
        // It ended with its display.
      }
    },
  };
}

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
      const missing = missingCommands(candidate.needs);
      // deno-lint-ignore no-console -- the program's own output
      if (missing.length > 0) console.error(`${candidate.name}: no ${missing.join(", ")}`);
      else results.push(await measure(candidate, condition, draws));
    }
  }
  // deno-lint-ignore no-console -- the program's own output
  console.log(values.json ? JSON.stringify(results, null, 2) : report(results));
}

if (import.meta.main) await main();
