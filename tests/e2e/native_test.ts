/** The native source as users have it: `--source native`, the whole screen and one of its windows. */
import assert from "node:assert/strict";
import { type Desktop, startDesktop } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, type Picture } from "./support/picture.ts";
import { startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: native source", ["x11"]);

/** What lies at `x`, `y`. */
function cut(
  { width, pixels }: Picture,
  at: { x: number; y: number; width: number; height: number },
): Picture {
  const out = new Uint32Array(at.width * at.height);
  for (let row = 0; row < at.height; row++) {
    const start = (at.y + row) * width + at.x;
    out.set(pixels.subarray(start, start + at.width), row * at.width);
  }
  return { width: at.width, height: at.height, pixels: out };
}

/** Waits until the watcher shows what xwd sees; the X clients must stand still. */
async function assertShows(watcher: Watcher, desktop: Desktop): Promise<void> {
  await eventually("the watcher shows the screen", async () => {
    const screen = await desktop.picture();
    assertSame(watcher.picture, screen);
    assertColourful(screen, 12);
  });
}

test("native shows a desktop exactly, lists its windows, and switches to one of them", async () => {
  await using desktop = await startDesktop();
  await using program = await startProgram(["--source", "native"], {
    env: { DISPLAY: desktop.display },
  });
  using watcher = (await Watcher.open(program)).follow();
  for (let i = 0; i < 3; i++) {
    desktop.freeze();
    await assertShows(watcher, desktop);
    desktop.thaw();
  }

  const { sources: [source] } = await (await program.request("/api/sources")).json();
  assert.equal(source.id, "screen");
  assert.equal(source.monitors.length, 1);
  const clock = source.windows.find(({ app }: { app: string }) => app === "XClock");
  const response = await program.request("/api/sources/screen/select", {
    method: "POST",
    body: JSON.stringify({ window: clock.id }),
  });
  assert.equal(response.status, 200, await response.text());
  await desktop.run("xdotool", "search", "--name", "^xclock$", "windowraise");
  desktop.freeze();
  await eventually("the watcher shows the window", async () => {
    const { x, y, width, height } = clock;
    assertSame(watcher.picture, cut(await desktop.picture(), { x, y, width, height }));
  });
});
