/**
 * The pointer's message (docs/PROTOCOL.md, "Cursor"): a position, and now and then a new shape.
 */
import { ProtocolError } from "./reader.js";

/**
 * @typedef {object} CursorShape
 * @property {number} width 1 to 256
 * @property {number} height 1 to 256
 * @property {number} hotX the column that stands at the pointer's position
 * @property {number} hotY
 * @property {Uint8ClampedArray<ArrayBuffer>} rgba straight alpha
 */
/** @typedef {{ visible: boolean, x: number, y: number, shape?: CursorShape }} Cursor */

const VISIBLE = 1;
const HAS_SHAPE = 2;
const MAX_SIDE = 256;

/**
 * @param {import("./reader.js").Reader} reader
 * @returns {Cursor}
 */
export function readCursor(reader) {
  const flags = reader.u8();
  if ((flags & ~(VISIBLE | HAS_SHAPE)) !== 0) {
    throw new ProtocolError(`Cannot read cursor flags ${flags}`);
  }
  const cursor = { visible: (flags & VISIBLE) !== 0, x: reader.svarint(), y: reader.svarint() };
  const shape = (flags & HAS_SHAPE) !== 0 ? readShape(reader) : undefined;
  reader.end("a cursor");
  return shape ? { ...cursor, shape } : cursor;
}

/**
 * @param {import("./reader.js").Reader} reader
 * @returns {CursorShape}
 */
function readShape(reader) {
  const width = reader.varint();
  const height = reader.varint();
  const hotX = reader.varint();
  const hotY = reader.varint();
  if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE) {
    throw new ProtocolError(
      `Cannot show a ${width}×${height} cursor: 1 to ${MAX_SIDE} pixels a side`,
    );
  }
  if (hotX >= width || hotY >= height) {
    throw new ProtocolError(`Cannot put the hot spot at ${hotX},${hotY}: outside the cursor`);
  }
  const rgba = new Uint8ClampedArray(width * height * 4);
  rgba.set(reader.bytes(rgba.length));
  return { width, height, hotX, hotY, rgba };
}
