/**
 * Bitmap fonts: how the packed glyphs become rows of bits.
 */

/** A font as it is stored: see `font_data.ts` for the layout of `base64`. */
export interface FontData {
  /** Advance and cell width in pixels, at most 16. */
  readonly width: number;
  /** Cell height in pixels. */
  readonly height: number;
  readonly characters: string;
  readonly base64: string;
}

/** A monospaced font, ready to draw. */
export interface Font {
  readonly width: number;
  readonly height: number;
  /** `height` values a glyph, glyph after glyph; bit 15 is the leftmost pixel. */
  readonly rows: Uint16Array;
  /** Index of a character's glyph; characters that the font lacks are left out. */
  readonly glyphs: ReadonlyMap<string, number>;
}

/** Unpacks `data`. Throws `RangeError` when its length does not fit its sizes. */
export function loadFont(data: FontData): Font {
  const packed = atob(data.base64);
  const characters = [...data.characters];
  const bytesPerRow = data.width > 8 ? 2 : 1;
  const rows = new Uint16Array(characters.length * data.height);
  if (packed.length !== rows.length * bytesPerRow) {
    throw new RangeError(
      `Cannot load font: got ${packed.length} bytes, wanted ${rows.length * bytesPerRow}`,
    );
  }
  for (let row = 0; row < rows.length; row++) {
    const at = row * bytesPerRow;
    rows[row] = (packed.charCodeAt(at) << 8) | (bytesPerRow === 2 ? packed.charCodeAt(at + 1) : 0);
  }
  return {
    width: data.width,
    height: data.height,
    rows,
    glyphs: new Map(characters.map((character, index) => [character, index])),
  };
}
