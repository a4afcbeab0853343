/**
 * The session palette: up to 255 colours that index patches name by one byte. It only grows within an
 * epoch, so that the same glyph has the same bytes everywhere and at all times, which is what the
 * compressor behind it finds. Index 255 is the escape.
 */
import { ProtocolError } from "./reader.js";

/** @typedef {import("./reader.js").Reader} Reader */

/** The index that means "the colour stands in the escape list". */
export const ESCAPE = 255;

export class Palette {
  /** 0x00RRGGBB by index; only the first `size` are set. */
  pixels = new Uint32Array(256);
  size = 0;

  clear() {
    this.size = 0;
  }

  /**
   * Appends what an update adds.
   * @param {Reader} reader at `paletteCount`
   */
  readAdditions(reader) {
    const count = reader.varint();
    if (count > ESCAPE - this.size) {
      throw new ProtocolError(
        `Cannot grow the palette by ${count}: it has ${this.size} of ${ESCAPE} colours`,
      );
    }
    const rgb = reader.bytes(count * 3);
    for (let i = 0; i < rgb.length; i += 3) {
      this.pixels[this.size++] = packRgb(rgb[i], rgb[i + 1], rgb[i + 2]);
    }
  }
}

/**
 * One pixel as the picture stores it, 0x00RRGGBB.
 * @param {number} r
 * @param {number} g
 * @param {number} b
 */
export function packRgb(r, g, b) {
  return (r << 16) | (g << 8) | b;
}
