/** One candidate under one condition: draws the marker again and again, and times how long it is on its way. */
import { openPage, startBrowser } from "../../tests/e2e/support/browser.ts";
import { Random } from "../../tests/helpers/random.ts";
import { percentile } from "../percentile.ts";
import { type Candidate, SCREEN } from "./candidates.ts";
import { Marker } from "./marker.ts";
import { Probe } from "./probe.ts";

/** What else happens on the screen: nothing, or a terminal beside the marker that scrolls. */
export const CONDITIONS = ["idle", "scrolling"] as const;
export type Condition = typeof CONDITIONS[number];
/** Commands that a condition needs besides those of the candidate. */
export const NEEDS: Readonly<Record<Condition, readonly string[]>> = {
  idle: [],
  scrolling: ["xterm", "perl"],
};

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

/**
 * @param draws how many count
 * @throws {Error} when a draw is not seen, or is seen before it was made: then the clocks are wrong, and the figures too
 */
export async function measureLatency(
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
  return { name: candidate.name, condition, draws, ...summary(times) };
}

/**
 * @param times ms
 * @throws {RangeError} when one of them cannot be
 */
export function summary(times: readonly number[]): Pick<LatencyResult, "p50" | "p95" | "max"> {
  const odd = times.find((ms) => !(ms > 0 && ms <= TIMEOUT_MS));
  if (odd !== undefined) {
    throw new RangeError(`Cannot believe ${odd} ms: wanted more than 0 to ${TIMEOUT_MS}`);
  }
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), max: percentile(times, 1) };
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
