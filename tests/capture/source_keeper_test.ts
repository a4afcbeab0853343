import assert from "node:assert/strict";
import { SourceKeeper } from "../../capture/source_keeper.ts";
import { FakeScreen } from "../helpers/fake_source.ts";
import { blankFrame } from "../helpers/frames.ts";

function keeperOf(screen: FakeScreen): SourceKeeper {
  return new SourceKeeper({ source: screen.open(), reopen: screen.open, note: undefined });
}

/** When the keeper tries to open the source again, up to `until` ms. */
function triesOf(keeper: SourceKeeper, screen: FakeScreen, until: number): number[] {
  const tries: number[] = [];
  const { check } = screen;
  let asked = 0;
  screen.check = () => {
    asked++;
    check.call(screen);
  };
  for (let now = 0; now <= until; now += 10) {
    const before = asked;
    keeper.poll(now);
    if (asked > before) tries.push(now);
  }
  screen.check = check;
  return tries;
}

Deno.test("SourceKeeper tries again after 250 ms, then twice that, up to 5 s", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  screen.fault = "gone";
  const tries = triesOf(keeper, screen, 25_000);
  assert.deepEqual(tries, [0, 250, 750, 1750, 3750, 7750, 12_750, 17_750, 22_750]);
  assert.equal(keeper.lostReason, "gone");
  assert.equal(screen.closed, 1);
});

Deno.test("SourceKeeper begins with the first pause again once the source has answered", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  screen.fault = "gone";
  triesOf(keeper, screen, 4000);
  screen.fault = undefined;
  assert.ok(keeper.poll(10_000));
  screen.fault = "gone again";
  assert.equal(keeper.poll(10_010), undefined);
  screen.fault = undefined;
  assert.equal(keeper.poll(10_250), undefined);
  assert.ok(keeper.poll(10_260));
});

Deno.test("SourceKeeper backs off from a source that opens and then fails", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  const { takeDamage } = screen;
  screen.takeDamage = () => {
    screen.fault = "fails at once";
    screen.check();
    return [];
  };
  let opened = 0;
  for (let now = 0; now <= 60_000; now += 10) {
    screen.fault = undefined;
    keeper.poll(now);
    opened = screen.opened;
  }
  assert.ok(opened < 20, `opened ${opened} times in a minute`);
  screen.takeDamage = takeDamage;
});

Deno.test("SourceKeeper.poll() reports a source that is back as resized", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  assert.equal(keeper.poll(0)!.resized, false);
  screen.fault = "gone";
  assert.equal(keeper.poll(10), undefined);
  screen.fault = undefined;
  screen.frame = blankFrame(5, 6);
  assert.equal(keeper.poll(300)!.resized, true);
  assert.deepEqual(keeper.size, { width: 5, height: 6 });
  assert.equal(keeper.poll(310)!.resized, false);
});

Deno.test("SourceKeeper.grab() says when the source went away over it", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  const frame = new Uint8Array(16);
  const rows = { top: 0, bottom: 2 };
  assert.equal(keeper.grab(frame, rows, 0), true);
  screen.grabFault = "gone";
  assert.equal(keeper.grab(frame, rows, 0), false);
  assert.equal(keeper.lostReason, "gone");
  assert.equal(keeper.grab(frame, rows, 0), false);
});

Deno.test("SourceKeeper remembers the pointer's shape", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  assert.equal(keeper.cursor, undefined);
  const shape = { width: 1, height: 1, hotX: 0, hotY: 0, rgba: new Uint8Array(4) };
  screen.moveCursor({ visible: true, x: 1, y: 1, shape });
  keeper.poll(0);
  screen.moveCursor({ visible: false, x: 2, y: 3 });
  keeper.poll(10);
  assert.deepEqual(keeper.cursor, { visible: false, x: 2, y: 3, shape });
});

Deno.test("SourceKeeper lets faults that are no SourceLost through", () => {
  const screen = new FakeScreen(blankFrame(2, 2));
  const keeper = keeperOf(screen);
  screen.takeDamage = () => {
    throw new TypeError("a bug");
  };
  assert.throws(() => keeper.poll(0), TypeError);
});
