/** Marks where the picture got another size. */
import assert from "node:assert/strict";
import { markNear, sizeMarks } from "../../../public/history/size_marks.js";

Deno.test("sizeMarks() tells each change, but not the first size", () => {
  assert.deepEqual(sizeMarks([]), []);
  assert.deepEqual(sizeMarks([{ from: 5, width: 1280, height: 720 }]), []);
  assert.deepEqual(
    sizeMarks([
      { from: 5, width: 1280, height: 720 },
      { from: 50, width: 1920, height: 1080 },
      { from: 70, width: 1080, height: 1920 },
    ]),
    [
      { time: 50, text: "1280×720 → 1920×1080" },
      { time: 70, text: "1920×1080 → 1080×1920" },
    ],
  );
});

Deno.test("markNear() is the nearest mark within a few pixels of the pointer", () => {
  const range = { from: 1000, to: 2000 };
  const marks = [1100, 1104, 1500, 5000].map((time) => ({ time, text: String(time) }));
  const near = (x: number) => markNear(marks, range, x, 1000)?.time;
  assert.equal(near(100), 1100);
  assert.equal(near(101), 1100);
  assert.equal(near(103), 1104);
  assert.equal(near(109), 1104);
  assert.equal(near(110), undefined);
  assert.equal(near(495), 1500);
  assert.equal(markNear([], range, 100, 1000), null);
});
