/**
 * Applies one update to the picture: copies, then patches (docs/PROTOCOL.md, "Update").
 *
 * Everything that decides how much work an update is (counts, rectangles, areas) is read and checked
 * before the first pixel changes.
 */
import { drawContext } from "./patches/context.js";
import { drawIndexed } from "./patches/indexed.js";
import { drawLossy } from "./patches/lossy.js";
import { drawPlanar } from "./patches/planar.js";
import { drawSolid } from "./patches/solid.js";
import { ProtocolError } from "./reader.js";
import { readSlot } from "./tile_slots.js";

/** @typedef {import("./picture.js").Rect} Rect */
/** @typedef {import("./picture.js").Copy} Copy */

const KEYFRAME = 1;
const LOSSY = 4;
const MAX_COPIES = 4096;

/**
 * @typedef {object} UpdateHeader
 * @property {boolean} keyframe
 * @property {number} seqDelta at least 1
 * @property {number} timeDelta ms
 */

/**
 * @param {import("./reader.js").Reader} reader at the body's first byte
 * @returns {UpdateHeader}
 */
export function readUpdateHeader(reader) {
  const flags = reader.u8();
  if ((flags & ~KEYFRAME) !== 0) throw new ProtocolError(`Cannot read update flags ${flags}`);
  const seqDelta = reader.varint();
  if (seqDelta < 1) throw new ProtocolError("Cannot apply an update with a seqDelta of 0");
  return { keyframe: (flags & KEYFRAME) !== 0, seqDelta, timeDelta: reader.varint() };
}

/**
 * @param {import("./reader.js").Reader} reader behind the update's header
 * @param {boolean} keyframe
 * @param {import("./picture.js").Picture} picture changed in place
 * @param {import("./palette.js").Palette} palette grows by what the update adds
 * @param {import("./tile_slots.js").TileSlots} slots takes what the update saves
 * @returns {{ rects: Rect[], patchCount: number, copyCount: number }} the rectangles written: copies' targets first, then recalls, then patches
 */
export function applyUpdate(reader, keyframe, picture, palette, slots) {
  slots.readSaves(reader, picture);
  const copies = readCopies(reader, picture);
  if (keyframe && copies.length > 0) throw new ProtocolError("Cannot copy within a keyframe");
  const recalls = readRecalls(reader, picture);
  if (keyframe && recalls.length > 0) throw new ProtocolError("Cannot recall within a keyframe");
  palette.readAdditions(reader);
  const { encodings, rects } = readPatchHeaders(reader, picture);

  if (keyframe) picture.clear();
  if (copies.length > 0) picture.copy(copies);
  for (const { slot, rect } of recalls) slots.recall(picture, slot, rect);
  for (let i = 0; i < rects.length; i++) {
    switch (encodings[i]) {
      case 0:
        drawSolid(reader, rects[i], picture);
        break;
      case 1:
        drawIndexed(reader, rects[i], picture, palette);
        break;
      case 2:
        drawPlanar(reader, rects[i], picture);
        break;
      case 3:
        drawContext(reader, rects[i], picture);
        break;
      case LOSSY:
        drawLossy(reader, rects[i], picture);
        break;
      default:
        throw new ProtocolError(`Cannot draw a patch of encoding ${encodings[i]}`);
    }
  }
  reader.end("an update");

  const targets = copies.map(({ dx, dy, w, h }) => ({ x: dx, y: dy, w, h }));
  const written = keyframe
    ? [{ x: 0, y: 0, w: picture.width, h: picture.height }]
    : [...targets, ...recalls.map(({ rect }) => rect), ...rects];
  picture.show(written);
  const lossy = rects.filter((_, i) => encodings[i] === LOSSY);
  picture.losses.note(written.filter((rect) => !lossy.includes(rect)), lossy);
  return {
    rects: written,
    patchCount: rects.length,
    copyCount: copies.length,
  };
}

/**
 * @param {import("./reader.js").Reader} reader
 * @param {import("./picture.js").Picture} picture
 */
function readCopies(reader, picture) {
  const count = reader.varint();
  if (count > MAX_COPIES) {
    throw new ProtocolError(`Cannot apply ${count} copies: at most ${MAX_COPIES}`);
  }
  /** @type {Copy[]} */
  const copies = [];
  let area = 0;
  for (let i = 0; i < count; i++) {
    const sx = reader.varint();
    const sy = reader.varint();
    const dx = reader.varint();
    const dy = reader.varint();
    const w = reader.varint();
    const h = reader.varint();
    checkInside(sx, sy, w, h, picture);
    checkInside(dx, dy, w, h, picture);
    copies.push({ sx, sy, dx, dy, w, h });
    area += w * h;
  }
  checkArea("copies", area, picture.width * picture.height);
  return copies;
}

/**
 * @param {import("./reader.js").Reader} reader
 * @param {import("./picture.js").Picture} picture
 */
function readRecalls(reader, picture) {
  const count = reader.varint();
  /** @type {{ slot: number, rect: Rect }[]} */
  const recalls = [];
  let area = 0;
  // As with patches, the body's length bounds the loop.
  for (let i = 0; i < count; i++) {
    const slot = readSlot(reader);
    const x = reader.varint();
    const y = reader.varint();
    const w = reader.varint();
    const h = reader.varint();
    checkInside(x, y, w, h, picture);
    recalls.push({ slot, rect: { x, y, w, h } });
    area += w * h;
  }
  checkArea("recalls", area, picture.width * picture.height);
  return recalls;
}

/**
 * @param {import("./reader.js").Reader} reader
 * @param {import("./picture.js").Picture} picture
 */
function readPatchHeaders(reader, picture) {
  const count = reader.varint();
  const pixels = picture.width * picture.height;
  if (count > pixels) {
    throw new ProtocolError(
      `Cannot draw ${count} patches on ${pixels} pixels: one a pixel at most`,
    );
  }
  /** @type {number[]} */
  const encodings = [];
  /** @type {Rect[]} */
  const rects = [];
  let area = 0;
  // Each header has at least 5 bytes, so the body's length bounds this loop whatever `count` says.
  for (let i = 0; i < count; i++) {
    encodings.push(reader.u8());
    const x = reader.varint();
    const y = reader.varint();
    const w = reader.varint();
    const h = reader.varint();
    checkInside(x, y, w, h, picture);
    rects.push({ x, y, w, h });
    area += w * h;
  }
  checkArea("patches", area, 2 * pixels);
  return { encodings, rects };
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} w
 * @param {number} h
 * @param {import("./picture.js").Picture} picture
 */
function checkInside(x, y, w, h, picture) {
  if (w < 1 || h < 1 || x + w > picture.width || y + h > picture.height) {
    throw new ProtocolError(
      `Cannot draw ${w}×${h} at ${x},${y}: the canvas is ${picture.width}×${picture.height}`,
    );
  }
}

/**
 * Bounds the time one update can take: without it, a few bytes could fill the canvas a million times.
 * @param {string} what
 * @param {number} area
 * @param {number} allowed
 */
function checkArea(what, area, allowed) {
  if (area > allowed) {
    throw new ProtocolError(
      `Cannot draw ${area} pixels of ${what} in one update: at most ${allowed}`,
    );
  }
}
