/** The check where the canvas is another thread's: its looks come back later. */
import assert from "node:assert/strict";
import { AGAIN_MS, CanvasCheck, type CheckReport } from "../../../public/engine/canvas_check.js";
import { FakeClock } from "./fake_clock.ts";

const RIGHT = Uint32Array.of(1, 2);
const WRONG = Uint32Array.of(1, 9);
const LATER = Uint32Array.of(5, 6);

function setUp() {
  const clock = new FakeClock();
  const reports: CheckReport[] = [];
  const looks: ((shown: Uint32Array | null) => void)[] = [];
  const calls: string[] = [];
  const state = { decoded: RIGHT as Uint32Array | null };
  const check = new CanvasCheck({
    clock,
    canvas: (got) => looks.push(got),
    picture: () => state.decoded,
    repaint: () => calls.push("repaint"),
    refetch: () => calls.push("refetch"),
    report: (report) => reports.push(report),
  });
  return {
    calls,
    check,
    clock,
    looks,
    reports,
    state,
    answer: (shown: Uint32Array | null) => looks.shift()!(shown),
  };
}

Deno.test("CanvasCheck: a look tells of its moment, whatever is drawn before it is back", () => {
  const { answer, calls, check, clock, reports, state } = setUp();
  check.wanted(RIGHT);
  check.changed();
  state.decoded = LATER;
  answer(RIGHT);
  assert.deepEqual(reports.map(({ result, exact }) => [result, exact]), [["exact", 1]]);
  // What the server said holds no more: nothing is looked at again.
  assert.equal(clock.pending, 0);
  assert.deepEqual(calls, []);
});

Deno.test("CanvasCheck heals a canvas while the screen goes on changing", () => {
  const { answer, calls, check, reports, state } = setUp();
  check.wanted(RIGHT);
  check.changed();
  state.decoded = LATER;
  answer(WRONG);
  assert.deepEqual(calls, ["repaint"]);
  answer(LATER);
  assert.deepEqual(reports, [
    { result: "exact", tiles: 2, wrong: 1, exact: 1, mismatches: 1, healed: 1 },
  ]);
});

Deno.test("CanvasCheck fetches a picture when the decoded one was wrong at that moment", () => {
  const { answer, calls, check, reports, state } = setUp();
  state.decoded = WRONG;
  check.wanted(RIGHT);
  answer(WRONG);
  assert.deepEqual(calls, ["refetch"]);
  assert.equal(reports[0].result, "differs");
});

Deno.test("CanvasCheck has one look under way, and goes on after one that failed", () => {
  const { answer, check, clock, looks, reports } = setUp();
  check.wanted(RIGHT);
  check.wanted(RIGHT);
  assert.equal(looks.length, 1);
  answer(null);
  assert.deepEqual(reports, []);
  check.wanted(RIGHT);
  answer(RIGHT);
  assert.equal(reports.length, 1);
  clock.advance(AGAIN_MS);
  assert.equal(looks.length, 1);
  check.close();
  answer(RIGHT);
  assert.equal(reports.length, 1);
  assert.equal(clock.pending, 0);
});
