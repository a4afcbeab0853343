import assert from "node:assert/strict";
import { gridOf } from "../../../capture/sources/wall/grid.ts";
import { cellAt, cellBeside } from "../../../public/wall/cells.js";
import type { Cell } from "../../../public/wall/requests.js";

/** The cells of a wall of so many sources, called 0, 1, 2 … */
function wallOf(count: number): Cell[] {
  return gridOf(count).cells.map((cell, i) => ({ id: `${i}`, label: "", state: "live", ...cell }));
}

Deno.test("cellAt() finds the cell under a point, and none in the gaps", () => {
  const cells = wallOf(4);
  assert.equal(cellAt(cells, { x: 0, y: 0 })?.id, "0");
  assert.equal(cellAt(cells, { x: 955.9, y: 537.9 })?.id, "0");
  assert.equal(cellAt(cells, { x: 960, y: 10 }), undefined);
  assert.equal(cellAt(cells, { x: 964, y: 600 })?.id, "3");
  assert.equal(cellAt(cells, { x: -1, y: 10 }), undefined);
  assert.equal(cellAt([], { x: 1, y: 1 }), undefined);
});

Deno.test("cellBeside() goes where arrow keys point, and stays at the edges", () => {
  // 0 1 2
  // 3 4
  const cells = wallOf(5);
  const beside = (id: number, key: string) => cellBeside(cells, cells[id], key)?.id;
  assert.deepEqual(["ArrowRight", "ArrowDown"].map((key) => beside(0, key)), ["1", "3"]);
  assert.deepEqual(["ArrowLeft", "ArrowUp"].map((key) => beside(4, key)), ["3", "1"]);
  assert.deepEqual(["ArrowLeft", "ArrowUp"].map((key) => beside(0, key)), [undefined, undefined]);
  assert.deepEqual(["ArrowRight", "ArrowDown"].map((key) => beside(4, key)), [
    undefined,
    undefined,
  ]);
  // Nothing is below the last one of the first row but what is beside that.
  assert.equal(beside(2, "ArrowDown"), "4");
  assert.equal(beside(1, "Enter"), undefined);
});
