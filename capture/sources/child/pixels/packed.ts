/** Pixels as children pack them, to BGRX. */
import type { Bytes, PackedLayout } from "../parsers/parser.ts";

/**
 * Converts a whole picture.
 * @param from as many pixels as fit into `to`, in the layout's order; begins at a multiple of 4 in its buffer
 * @param to B, G, R and a byte that nobody reads: 4 a pixel
 */
export function packedToBgrx(layout: PackedLayout, from: Bytes, to: Bytes): void {
  const pixels = new Uint32Array(to.buffer, to.byteOffset, to.length / 4);
  switch (layout) {
    case "bgrx":
      return to.set(from);
    case "rgbx":
      return swapped(new Uint32Array(from.buffer, from.byteOffset, pixels.length), pixels);
    case "rgb24":
      return fromRgb(from, pixels);
    case "bgr24":
      return fromBgr(from, pixels);
    case "grey":
      return fromGrey(from, pixels, 1);
    case "grey_alpha":
      return fromGrey(from, pixels, 2);
  }
}

function swapped(from: Uint32Array, to: Uint32Array): void {
  for (let i = 0; i < to.length; i++) {
    const xbgr = from[i];
    to[i] = xbgr & 0xff00 | (xbgr & 0xff) << 16 | xbgr >>> 16 & 0xff;
  }
}

/** Four pixels are three words: half the time of one byte after the other. */
function fromRgb(from: Bytes, to: Uint32Array): void {
  const whole = to.length & ~3;
  const words = new Uint32Array(from.buffer, from.byteOffset, whole / 4 * 3);
  for (let i = 0, at = 0; i < whole; i += 4, at += 3) {
    const a = words[at];
    const b = words[at + 1];
    const c = words[at + 2];
    to[i] = (a & 0xff) << 16 | a & 0xff00 | a >>> 16 & 0xff;
    to[i + 1] = a >>> 24 << 16 | (b & 0xff) << 8 | b >>> 8 & 0xff;
    to[i + 2] = b & 0xff0000 | b >>> 24 << 8 | c & 0xff;
    to[i + 3] = (c & 0xff00) << 8 | c >>> 8 & 0xff00 | c >>> 24;
  }
  for (let i = whole, at = whole * 3; i < to.length; i++, at += 3) {
    to[i] = from[at] << 16 | from[at + 1] << 8 | from[at + 2];
  }
}

function fromBgr(from: Bytes, to: Uint32Array): void {
  const whole = to.length & ~3;
  const words = new Uint32Array(from.buffer, from.byteOffset, whole / 4 * 3);
  for (let i = 0, at = 0; i < whole; i += 4, at += 3) {
    const a = words[at];
    const b = words[at + 1];
    const c = words[at + 2];
    to[i] = a & 0xffffff;
    to[i + 1] = a >>> 24 | (b & 0xffff) << 8;
    to[i + 2] = b >>> 16 | (c & 0xff) << 16;
    to[i + 3] = c >>> 8;
  }
  for (let i = whole, at = whole * 3; i < to.length; i++, at += 3) {
    to[i] = from[at + 2] << 16 | from[at + 1] << 8 | from[at];
  }
}

/** @param step bytes from one pixel to the next */
function fromGrey(from: Bytes, to: Uint32Array, step: number): void {
  for (let i = 0, at = 0; i < to.length; i++, at += step) to[i] = from[at] * 0x010101;
}
