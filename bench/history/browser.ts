/**
 * How long a person who drags the slider waits: from the pointer event to the painted canvas, in Chromium, against
 * the real program with a real recording of the demo.
 *
 *     deno run -A bench/history/browser.ts [--seconds 20] [--scrubs 100] [--json]
 */
import { parseArgs } from "node:util";
import { openPage, startBrowser } from "../../tests/e2e/support/browser.ts";
import { eventually } from "../../tests/e2e/support/eventually.ts";
import { startProgram } from "../../tests/e2e/support/program.ts";

/** What is measured, ms. */
export interface ScrubTimes {
  readonly scrubs: number;
  readonly recordedSeconds: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Distinct pictures a second while the pointer moves with every frame. */
  readonly picturesPerSecond: number;
}

/**
 * @param seconds how long the demo is recorded first
 * @param scrubs jumps to random places of the strip
 */
export async function measureScrubs(seconds: number, scrubs: number): Promise<ScrubTimes> {
  const dir = `history-data/bench-${crypto.randomUUID()}`;
  const folder = new URL(`../../${dir}`, import.meta.url);
  try {
    await using program = await startProgram(["--source", "demo", "--history-dir", dir], {
      env: { PATCHCAST_HISTORY: "on" },
    });
    await using browser = await startBrowser();
    const page = await openPage(browser, program.link);
    await page.locator("#timeline").waitFor({ state: "visible" });
    const newest = Date.now() + seconds * 1000;
    while (Date.now() < newest) await new Promise((resolve) => setTimeout(resolve, 500));
    // The picture of now pauses the page: from here on nothing is streamed to it.
    await page.keyboard.press(" ");
    await eventually("the past is shown", async () => {
      const at = await page.locator("html").getAttribute("data-time");
      if (at === null) throw new Error("no picture yet");
    });
    await program.change({ paused: true });
    const { times, picturesPerSecond } = await page.evaluate(dragAbout, scrubs);
    times.sort((a, b) => a - b);
    const share = (q: number) => times[Math.min(times.length - 1, Math.floor(times.length * q))];
    return {
      scrubs,
      recordedSeconds: seconds,
      p50Ms: share(0.5),
      p95Ms: share(0.95),
      p99Ms: share(0.99),
      maxMs: times[times.length - 1],
      picturesPerSecond,
    };
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** Runs in the page: moves a pointer over the strip, and waits for the picture of each place. */
async function dragAbout(scrubs: number) {
  const root = document.documentElement;
  const strip = document.getElementById("strip")!;
  // Synthetic pointers cannot be captured.
  strip.setPointerCapture = () => {};
  const { left, top, width } = strip.getBoundingClientRect();
  const send = (type: string, share: number) =>
    strip.dispatchEvent(
      new PointerEvent(type, {
        pointerId: 1,
        button: 0,
        bubbles: true,
        clientX: left + share * width,
        clientY: top + 20,
      }),
    );
  const oldest = Number(strip.getAttribute("aria-valuemin"));
  /** When the page says that a picture is on the canvas. */
  const nextPicture = () =>
    new Promise<number | null>((resolve) => {
      // The same picture may stand at both places: then there is nothing to wait for.
      const timer = setTimeout(() => settle(null), 1000);
      const observer = new MutationObserver(() => settle(performance.now()));
      function settle(at: number | null) {
        clearTimeout(timer);
        observer.disconnect();
        resolve(at);
      }
      observer.observe(root, { attributeFilter: ["data-time"] });
    });
  // Where the recording lies on the strip, told by the playhead.
  send("pointerdown", 0.97);
  const right = Number(root.dataset.at);
  send("pointermove", 0.96);
  const perShare = (right - Number(root.dataset.at)) / 0.01;
  const first = 0.97 - (right - oldest) / perShare;
  const times: number[] = [];
  for (let i = 0; times.length < scrubs && i < scrubs * 2; i++) {
    const share = Math.max(0, first) + Math.random() * (0.97 - Math.max(0, first));
    const began = performance.now();
    const painted = nextPicture();
    send("pointermove", share);
    const doneAt = await painted;
    if (doneAt !== null) times.push(doneAt - began);
  }
  let pictures = 0;
  const observer = new MutationObserver(() => pictures++);
  observer.observe(root, { attributeFilter: ["data-time"] });
  const began = performance.now();
  while (performance.now() - began < 3000) {
    const turn = (performance.now() - began) / 3000;
    send("pointermove", Math.max(0, first) + turn * (0.97 - Math.max(0, first)));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  observer.disconnect();
  send("pointerup", 0.9);
  return { times, picturesPerSecond: pictures / 3 };
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "20" },
      scrubs: { type: "string", default: "100" },
      json: { type: "boolean", default: false },
    },
  });
  const times = await measureScrubs(Number(values.seconds), Number(values.scrubs));
  // deno-lint-ignore no-console -- the result
  console.log(
    values.json ? JSON.stringify(times) : Object.entries(times).map(([name, value]) => {
      return `${name} ${Math.round(value * 10) / 10}`;
    }).join("\n"),
  );
}
