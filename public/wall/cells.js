/**
 * Which cell of the wall: under a point, or beside another one. Pure arithmetic.
 *
 * @typedef {import("./requests.js").Cell} Cell
 */

/**
 * @param {readonly Cell[]} cells
 * @param {{ x: number, y: number }} point  pixels of the wall's picture
 * @returns {Cell | undefined}
 */
export function cellAt(cells, { x, y }) {
  return cells.find((cell) =>
    x >= cell.x && x < cell.x + cell.w && y >= cell.y && y < cell.y + cell.h
  );
}

/**
 * Where an arrow key leads: the nearest cell in that direction, sideways within the row.
 *
 * @param {readonly Cell[]} cells
 * @param {Cell} from
 * @param {string} key  value of `KeyboardEvent.key`
 * @returns {Cell | undefined} `undefined`: there is none, or it is no arrow key
 */
export function cellBeside(cells, from, key) {
  const direction = DIRECTIONS.get(key);
  if (!direction) return undefined;
  const here = middleOf(from);
  let best;
  let leastCost = Infinity;
  for (const cell of cells) {
    const { x, y } = middleOf(cell);
    const along = (x - here.x) * direction.x + (y - here.y) * direction.y;
    const aside = Math.abs((x - here.x) * direction.y) + Math.abs((y - here.y) * direction.x);
    // Sideways it stays in the row; the last row may be shorter than the one above it.
    const slack = direction.x === 0 ? along * 2 : from.h / 2;
    if (along <= 0 || aside > slack) continue;
    const cost = along + aside * 2;
    if (cost < leastCost) [best, leastCost] = [cell, cost];
  }
  return best;
}

/** @type {ReadonlyMap<string, { x: number, y: number }>} */
const DIRECTIONS = new Map([
  ["ArrowLeft", { x: -1, y: 0 }],
  ["ArrowRight", { x: 1, y: 0 }],
  ["ArrowUp", { x: 0, y: -1 }],
  ["ArrowDown", { x: 0, y: 1 }],
]);

/** @param {Cell} cell */
function middleOf({ x, y, w, h }) {
  return { x: x + w / 2, y: y + h / 2 };
}
