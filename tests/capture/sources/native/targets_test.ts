import assert from "node:assert/strict";
import type { Target } from "../../../../capture/targets.ts";
import { FakeScreens, monitor, newsAfter, pixelsOf } from "./fake_screens.ts";

const RED = 0xff0000;
const BLUE = 0x0000fe;
const BLACK = 0;
const SAME = { damage: [], resized: false, moved: false };

Deno.test("native shows all monitors where they lie, and black between them", () => {
  const screens = new FakeScreens([
    monitor({ name: "main", x: 0, y: 0, width: 2, height: 1 }),
    monitor({ name: "left", x: -1, y: -1, width: 1, height: 1, colour: BLUE }),
  ]);
  const source = screens.open();
  assert.deepEqual([source.size, source.origin], [{ width: 3, height: 2 }, { x: 0, y: 0 }]);
  assert.deepEqual(pixelsOf(source), [BLUE, BLACK, BLACK, BLACK, RED, RED]);
});

Deno.test("native counts places in the smallest pixels, so that monitors never overlap", () => {
  const screens = new FakeScreens([
    monitor({ width: 1, height: 1, scale: 2 }),
    monitor({ x: 1, width: 2, height: 1, colour: BLUE }),
  ]);
  const source = screens.open();
  assert.deepEqual(source.size, { width: 4, height: 2 });
  assert.deepEqual(pixelsOf(source), [RED, RED, BLUE, BLUE, RED, RED, BLACK, BLACK]);
});

Deno.test("native refuses monitors that make too large a picture, before it makes it", () => {
  const screens = new FakeScreens([monitor(), monitor({ x: 2 ** 20, y: 2 ** 20 })]);
  assert.throws(() => screens.open(), {
    name: "SourceLost",
    message: "Cannot capture 1048578×1048578 pixels: wanted at most 2^26",
  });
});

Deno.test("native targets() lists monitors by distinct names, and windows that have a picture", () => {
  const screens = new FakeScreens(
    [monitor({ primary: true }), monitor({ x: 2 })],
    [
      monitor({ name: "A\tlong\nstory", app: "Editor", x: 5, y: 6 }),
      monitor({ name: "", app: "XTerm" }),
      monitor({ name: "hidden", minimized: true }),
      monitor({ name: "flat", height: 0 }),
      monitor({ name: "gone", error: "no such window" }),
    ],
  );
  const source = screens.open();
  const size = { width: 2, height: 2 };
  assert.deepEqual(source.targets!(), {
    monitors: [
      { name: "one", primary: true, x: 0, y: 0, ...size },
      { name: "one (2)", primary: false, x: 2, y: 0, ...size },
    ],
    windows: [
      { id: "100", title: "A long story", app: "Editor", x: 5, y: 6, ...size },
      { id: "101", title: "XTerm", app: "XTerm", x: 0, y: 0, ...size },
    ],
  });
  screens.windowsError = "no window manager";
  assert.deepEqual(source.targets!().windows, []);
});

Deno.test("native select() shows a monitor or a window, and says where it lies", async () => {
  const screens = new FakeScreens(
    [monitor({ x: -2 }), monitor({ name: "two", x: 0, y: 1, width: 1, height: 1, colour: BLUE })],
    [monitor({ name: "Notes", x: 3, y: 4, width: 1, height: 1, colour: 0x123456 })],
  );
  const source = screens.open();
  source.poll();
  assert.deepEqual(source.target, { kind: "all" });
  source.wait!(Infinity);
  source.select!({ kind: "monitor", name: "two" });
  assert.deepEqual(source.poll(), { damage: "unknown", resized: true, moved: true });
  assert.deepEqual([source.origin, pixelsOf(source)], [{ x: 2, y: 1 }, [BLUE]]);
  // What was under way shows the whole screen: it comes too late.
  await screens.finish();
  assert.deepEqual(source.poll(), SAME);

  for (const window of ["100", "nOtE"]) {
    source.select!({ kind: "window", window });
    assert.deepEqual(source.target, { kind: "window", window });
    assert.equal(source.poll().resized, true);
    assert.deepEqual([source.origin, pixelsOf(source)], [{ x: 5, y: 4 }, [0x123456]]);
  }
  screens.windows[0].x = 4;
  screens.pass(1);
  const news = await newsAfter(source, () => screens.finish());
  assert.deepEqual([news.moved, source.origin], [true, { x: 6, y: 4 }]);
  source.close();
});

Deno.test("native select() of what is not there changes nothing", () => {
  const screens = new FakeScreens([monitor()], [monitor({ name: "Notes" })]);
  const source = screens.open();
  source.poll();
  const refused = (target: Target, message: string) => {
    assert.throws(() => source.select!(target), { name: "TargetUnknown", message });
  };
  refused({ kind: "monitor", name: "two" }, "there is no monitor two, only one");
  refused({ kind: "window", window: "Mail" }, "none of 1 window has the id or title Mail");
  assert.deepEqual([source.target, source.poll()], [{ kind: "all" }, SAME]);
  source.close();
});

Deno.test("native opened for what is not there is lost", () => {
  const screens = new FakeScreens([monitor()]);
  assert.throws(() => screens.open({ kind: "window", window: "Mail" }), {
    name: "SourceLost",
    message: "none of 0 windows has the id or title Mail",
  });
});
