/** What of a display is captured, where it lies, and sources that rest while nobody watches. */
import assert from "node:assert/strict";
import { trySelect } from "../../capture/select.ts";
import type { Targets } from "../../capture/targets.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { blankFrame, type Frame, randomFrame, setPixel } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SIZE = { width: 200, height: 130 };
const TARGETS: Targets = {
  monitors: [
    { name: "A", x: 0, y: 0, ...SIZE, primary: true },
    { name: "B", x: 200, y: 0, width: 90, height: 70, primary: false },
  ],
  windows: [{ id: "0x5", title: "Notes", app: "editor", x: 10, y: 10, width: 50, height: 40 }],
};

function screenful(size = SIZE): Frame {
  return randomFrame(new Random(3), size, "text");
}

/** White, with black where these rectangles are. */
function whiteBut(...masks: { x: number; y: number; w: number; h: number }[]): Frame {
  const frame = blankFrame(SIZE.width, SIZE.height);
  frame.bgrx.fill(255);
  for (const { x, y, w, h } of masks) {
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) setPixel(frame, column, row, 0);
    }
  }
  return frame;
}

Deno.test("CaptureLoop.select() has the source capture something else, and starts the canvas anew", async () => {
  const rig = await CaptureRig.start(screenful(), { targets: TARGETS });
  const { client } = rig.watch();
  await rig.tick();
  assert.deepEqual(rig.loop.targets(), { ...TARGETS, target: { kind: "all" } });
  rig.loop.select({ kind: "monitor", name: "B" }, null);
  rig.screen.show(screenful({ width: 90, height: 70 }));
  await rig.tick();
  assert.deepEqual(client.resizes.at(-1), { width: 90, height: 70 });
  assert.deepEqual(rig.loop.targets()?.target, { kind: "monitor", name: "B" });
  rig.assertShows(client);
  rig.close();
});

Deno.test("CaptureLoop opens a source that was lost for what was selected last", async () => {
  const rig = await CaptureRig.start(screenful(), { targets: TARGETS });
  rig.watch();
  await rig.tick();
  rig.screen.fault = "the monitor is gone";
  await rig.tick();
  assert.deepEqual(rig.loop.targets(), { monitors: [], windows: [], target: { kind: "all" } });
  rig.loop.select({ kind: "window", window: "Notes" }, null);
  rig.screen.fault = undefined;
  await rig.tick();
  assert.deepEqual(rig.screen.target, { kind: "window", window: "Notes" });
  assert.equal(rig.loop.health().state, "live");
  rig.close();
});

Deno.test("trySelect() refuses what there is not, and then nothing has changed", async () => {
  const rig = await CaptureRig.start(screenful(), { targets: TARGETS });
  const region = { x: 95, y: 0, w: 10, h: 10 };
  assert.deepEqual(trySelect(rig.loop, { kind: "monitor", name: "C" }, null), {
    field: "monitor",
    value: "C",
    allowed: "one of A, B",
  });
  assert.deepEqual(trySelect(rig.loop, { kind: "monitor", name: "B" }, region), {
    field: "region",
    value: region,
    allowed: "a rectangle that overlaps its 90×70 pixels",
  });
  assert.deepEqual(rig.loop.targets()?.target, { kind: "all" });
  assert.equal(rig.loop.settings.region, null);
  assert.equal(trySelect(rig.loop, { kind: "monitor", name: "A" }, region), undefined);
  assert.deepEqual(rig.loop.settings.region, region);
  rig.close();

  const other = await CaptureRig.start(screenful());
  assert.equal(other.loop.targets(), undefined);
  assert.deepEqual(trySelect(other.loop, { kind: "all" }, null), {
    field: "all",
    value: undefined,
    allowed: "this source shows one thing only",
  });
  other.close();
});

Deno.test("CaptureLoop: masks stay where they are on the display while the picture moves over it", async () => {
  const masks = [{ x: 100, y: 50, w: 30, h: 20 }];
  const rig = await CaptureRig.start(whiteBut(), { settings: { masks }, targets: TARGETS });
  rig.screen.origin = { x: 90, y: 45 };
  const { client } = rig.watch();
  await rig.tick();
  rig.assertShows(client, whiteBut({ x: 10, y: 5, w: 30, h: 20 }));
  rig.screen.origin = { x: 110, y: 60 };
  await rig.tick();
  rig.assertShows(client, whiteBut({ x: 0, y: 0, w: 20, h: 10 }));
  rig.screen.origin = { x: -20, y: 30 };
  await rig.tick();
  rig.assertShows(client, whiteBut({ x: 120, y: 20, w: 30, h: 20 }));
  assert.ok(client.updates.every(({ keyframe }, i) => i === 0 || keyframe), "never a stale pixel");
  rig.close();
});

Deno.test("CaptureLoop: a picture that moves without masks is no reason to start anew", async () => {
  const rig = await CaptureRig.start(screenful(), { targets: TARGETS });
  const { client } = rig.watch();
  await rig.tick();
  const { length } = client.resizes;
  rig.screen.origin = { x: 7, y: 7 };
  await rig.run(500);
  assert.equal(client.resizes.length, length);
  rig.close();
});

Deno.test("CaptureLoop lets a source rest while nobody watches, and asks it for a fresh picture", async () => {
  const rig = await CaptureRig.start(screenful());
  rig.loop.setViewers(0);
  assert.equal(rig.screen.resting, true);
  const viewer = rig.watch();
  assert.equal(rig.screen.resting, false);
  await rig.tick();
  rig.leave(viewer);
  assert.equal(rig.screen.resting, true);
  const rested: boolean[] = [];
  const newest = randomFrame(new Random(9), SIZE, "mixed");
  rig.screen.refresh = () => {
    rested.push(rig.screen.resting);
    rig.screen.show(newest);
  };
  const picture = await rig.reference();
  assert.deepEqual(rested, [false]);
  assert.equal(picture[0], newest.bgrx[2]);
  assert.equal(rig.screen.resting, true);
  rig.close();
});

Deno.test("CaptureLoop: masks are where they belong after the picture moved while nobody watched", async () => {
  const masks = [{ x: 100, y: 50, w: 30, h: 20 }];
  const rig = await CaptureRig.start(whiteBut(), { settings: { masks }, targets: TARGETS });
  rig.leave(rig.watch());
  await rig.run(3000);
  rig.screen.origin = { x: 90, y: 45 };
  await rig.run(3000);
  const { client } = rig.watch();
  await rig.tick();
  rig.assertShows(client, whiteBut({ x: 10, y: 5, w: 30, h: 20 }));
  rig.close();
});
