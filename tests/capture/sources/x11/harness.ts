/**
 * What the tests of the x11 source share: a real X server each, and `xwd` as the judge.
 */
import assert from "node:assert/strict";
import type { Rect } from "../../../../capture/geometry.ts";
import type { Source, SourceNews } from "../../../../capture/source.ts";
import { openX11Source } from "../../../../capture/sources/x11/x11.ts";
import type { Target } from "../../../../capture/targets.ts";
import { TestWindow } from "./test_window.ts";
import { missingCommands, screenshot, startXvfb, type Xvfb } from "../xvfb.ts";

const missing = missingCommands([
  "Xvfb",
  "xwd",
  "xsetroot",
  "xlogo",
  "xterm",
  "xdotool",
  "xrandr",
  "openbox",
]);
export const skip = missing.length > 0 && Deno.env.get("CI") !== "true";
if (skip) {
  const line = `skipped: x11 source with real X servers (not installed: ${missing.join(", ")})\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

/** Opens the x11 source of the test's server; the test's end closes it. Default: the whole display. */
export type Open = (target?: Target) => Source;

/** A test with an X server of its own; where none is installed it is skipped, or with CI=true fails. */
export function xtest(
  name: string,
  body: (server: Xvfb, open: Open) => void | Promise<void>,
  args: string[] = [],
): void {
  Deno.test({
    name,
    ignore: skip,
    fn: async () => {
      await using server = await startXvfb({ args });
      const opened: Source[] = [];
      try {
        await body(server, (target) => {
          const source = openX11Source(server.display, target);
          opened.push(source);
          return source;
        });
      } finally {
        for (const source of opened) source.close();
      }
    },
  });
}

/** How long a real X client may take to show its effect; generous, for a busy machine. */
export const PATIENCE_MS = 20_000;

/** Polls until news of the wanted kind come. */
export async function newsWhere(
  source: Source,
  wanted: (news: SourceNews) => boolean,
): Promise<SourceNews> {
  const giveUp = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUp) {
    const news = source.poll();
    if (wanted(news)) return news;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the news that the test waits for did not come");
}

/** Waits until nothing happens any more. */
export async function quiet(source: Source): Promise<void> {
  await newsWhere(source, ({ damage }) => damage.length === 0);
}

/** Waits until it is so. */
export async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  while (!await done()) {
    if (performance.now() > giveUp) throw new Error(`not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts a window manager and waits until it has taken over. */
export async function startOpenbox(server: Xvfb): Promise<void> {
  server.start("openbox");
  await until("openbox has taken over", async () => {
    return await server.run("xdotool", "get_num_desktops").then(() => true, () => false);
  });
  // A window that comes while it begins may never be shown, so it has begun when one is, in a frame.
  const source = openX11Source(server.display);
  const place = { x: 9, y: 9, width: 50, height: 50 };
  await until("openbox shows windows", async () => {
    using _window = new TestWindow(server.display, { title: "probe", ...place });
    for (let i = 0; i < 20; i++) {
      if (source.targets!().windows.some(({ y }) => y > place.y)) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return false;
  });
  await until("nothing is left of that", () => source.targets!().windows.length === 0);
  source.close();
}

export function newFrame(source: Source): Uint8Array {
  return new Uint8Array(source.size.width * source.size.height * 4);
}

/** The whole picture as 0xRRGGBB numbers. */
export function pixelsOf(source: Source): Uint32Array {
  const frame = newFrame(source);
  source.grab(frame, { top: 0, bottom: source.size.height });
  return new Uint32Array(frame.buffer).map((pixel) => pixel & 0xffffff);
}

/** Fails where the source shows anything but `expected`, 0xRRGGBB numbers. */
export function assertShows(source: Source, expected: Uint32Array): void {
  const got = pixelsOf(source);
  assert.equal(got.length, expected.length);
  const { width } = source.size;
  const first = got.findIndex((pixel, i) => pixel !== expected[i]);
  const where = `at ${first % width},${Math.floor(first / width)}: ` +
    `${got[first]?.toString(16)}, wanted ${expected[first]?.toString(16)}`;
  assert.equal(first, -1, where);
}

export async function assertShowsTheScreen(source: Source, server: Xvfb): Promise<void> {
  const expected = await screenshot(server);
  const got = pixelsOf(source);
  assert.equal(got.length, expected.length);
  assert.equal(got.findIndex((pixel, i) => pixel !== expected[i]), -1, "first pixel that differs");
}

/** The part `w`×`h` at `x`, `y` of a picture that is `width` pixels wide. */
export function crop(
  pixels: Uint32Array,
  width: number,
  { x, y, w, h }: Rect,
): Uint32Array {
  return Uint32Array.from(
    { length: w * h },
    (_, i) => pixels[(y + Math.floor(i / w)) * width + x + i % w],
  );
}

/** Many colours on the root window. */
export async function paint(server: Xvfb): Promise<void> {
  await server.run("xsetroot", "-mod", "7", "5", "-fg", "#ff8001", "-bg", "#102030");
}

/** A shared memory segment of the kernel's list. */
interface Segment {
  readonly permissions: string;
  readonly bytes: number;
}

/** Segments that process `pid` created. */
export function segmentsOf(pid: number): Segment[] {
  return segmentsWhere((creator) => creator === pid);
}

/**
 * Segments that this process created and shares with the X server. Other tests run in this process at the same time, each with
 * a server of its own; the server is the last one that mapped a segment.
 */
export function segmentsWith({ pid }: Pick<Xvfb, "pid">): Segment[] {
  return segmentsWhere((creator, last) => creator === Deno.pid && last === pid);
}

function segmentsWhere(wanted: (creator: number, last: number) => boolean): Segment[] {
  return Deno.readTextFileSync("/proc/sysvipc/shm").trim().split("\n").slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => wanted(Number(columns[4]), Number(columns[5])))
    .map((columns) => ({ permissions: columns[2], bytes: Number(columns[3]) }));
}
