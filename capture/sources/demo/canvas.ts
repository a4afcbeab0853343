/**
 * The demo's drawing surface: BGRX pixels, a clip rectangle, and the few shapes that a desktop is made of.
 *
 * Everything is pixel-local: what a call writes at a pixel depends on its arguments and on that pixel's
 * old value, never on the clip. That is what makes repainting a part of the screen exact.
 * The unused fourth byte is always 0xff.
 */
import type { Rect, Size } from "../../geometry.ts";
import type { Font } from "./font.ts";

/** A colour as `0xrrggbb`. */
export type Colour = number;

const OPAQUE = 0xff000000;

/** `under` covered by `alpha` 256ths (0 to 256) of `over`; both 0xrrggbb, a fourth byte is ignored. */
export function mix(under: Colour, over: Colour, alpha: number): Colour {
  const rest = 256 - alpha;
  const redBlue = Math.imul(under & 0xff00ff, rest) + Math.imul(over & 0xff00ff, alpha);
  const green = Math.imul(under & 0x00ff00, rest) + Math.imul(over & 0x00ff00, alpha);
  return ((redBlue >>> 8) & 0xff00ff) | ((green >>> 8) & 0x00ff00);
}

/** A whole picture of 0xffrrggbb pixels. */
export interface Picture extends Size {
  readonly pixels: Uint32Array;
}

export class Canvas implements Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array<ArrayBuffer>;
  #left = 0;
  #top = 0;
  #right: number;
  #bottom: number;

  constructor(size: Size) {
    this.width = this.#right = size.width;
    this.height = this.#bottom = size.height;
    this.pixels = new Uint32Array(size.width * size.height).fill(OPAQUE);
  }

  /** Confines drawing to `area`, and to `within` where given; tells whether any pixel is left. */
  clipTo(area: Rect, within: Rect = area): boolean {
    this.#left = Math.max(0, area.x, within.x);
    this.#top = Math.max(0, area.y, within.y);
    this.#right = Math.min(this.width, area.x + area.w, within.x + within.w);
    this.#bottom = Math.min(this.height, area.y + area.h, within.y + within.h);
    return this.#left < this.#right && this.#top < this.#bottom;
  }

  /** Fills a rectangle; `alpha` in 256ths. */
  fill(x: number, y: number, w: number, h: number, colour: Colour, alpha = 256): void {
    const left = Math.max(x, this.#left);
    const right = Math.min(x + w, this.#right);
    const bottom = Math.min(y + h, this.#bottom);
    if (left >= right) return;
    for (let row = Math.max(y, this.#top); row < bottom; row++) {
      const start = row * this.width;
      if (alpha === 256) this.pixels.fill(OPAQUE | colour, start + left, start + right);
      else for (let px = left; px < right; px++) this.#blend(start + px, colour, alpha);
    }
  }

  /** Draws one line of text, top left of the first cell at `x`, `y`. */
  text(font: Font, x: number, y: number, text: string, colour: Colour): void {
    const top = Math.max(0, this.#top - y);
    const bottom = Math.min(font.height, this.#bottom - y);
    if (top >= bottom) return;
    const value = OPAQUE | colour;
    let cell = x;
    for (const character of text) {
      const glyph = font.glyphs.get(character);
      if (glyph !== undefined && cell < this.#right && cell + font.width > this.#left) {
        for (let row = top; row < bottom; row++) {
          let bits = font.rows[glyph * font.height + row];
          const start = (y + row) * this.width;
          for (let px = cell; bits !== 0; px++, bits = (bits << 1) & 0xffff) {
            if (bits & 0x8000 && px >= this.#left && px < this.#right) {
              this.pixels[start + px] = value;
            }
          }
        }
      }
      cell += font.width;
    }
  }

  /** Copies `picture` with its top left corner at `x`, `y`. */
  image(picture: Picture, x: number, y: number): void {
    const left = Math.max(x, this.#left);
    const right = Math.min(x + picture.width, this.#right);
    const bottom = Math.min(y + picture.height, this.#bottom);
    if (left >= right) return;
    for (let row = Math.max(y, this.#top); row < bottom; row++) {
      const from = (row - y) * picture.width - x;
      this.pixels.set(
        picture.pixels.subarray(from + left, from + right),
        row * this.width + left,
      );
    }
  }

  /**
   * Draws a shape with smooth edges inside the box `x, y, w, h`: `distance` tells how far (in pixels)
   * a point lies outside the shape's edge, negative inside.
   */
  shape(
    { x, y, w, h }: Rect,
    colour: Colour,
    distance: (px: number, py: number) => number,
    alpha = 256,
  ): void {
    const left = Math.max(Math.floor(x), this.#left);
    const right = Math.min(Math.ceil(x + w), this.#right);
    const bottom = Math.min(Math.ceil(y + h), this.#bottom);
    for (let row = Math.max(Math.floor(y), this.#top); row < bottom; row++) {
      for (let px = left; px < right; px++) {
        // Pixel centres lie at halves; a pixel is covered by half where the edge runs through its centre.
        const cover = Math.min(1, Math.max(0, 0.5 - distance(px + 0.5, row + 0.5)));
        if (cover > 0) this.#blend(row * this.width + px, colour, Math.round(cover * alpha));
      }
    }
  }

  /** A straight stroke with round ends. */
  line(x0: number, y0: number, x1: number, y1: number, thickness: number, colour: Colour): void {
    const [dx, dy] = [x1 - x0, y1 - y0];
    const square = dx * dx + dy * dy || 1;
    const radius = thickness / 2;
    const margin = radius + 1;
    const box = {
      x: Math.min(x0, x1) - margin,
      y: Math.min(y0, y1) - margin,
      w: Math.abs(dx) + 2 * margin,
      h: Math.abs(dy) + 2 * margin,
    };
    this.shape(box, colour, (px, py) => {
      const along = Math.min(1, Math.max(0, ((px - x0) * dx + (py - y0) * dy) / square));
      return Math.sqrt((px - x0 - along * dx) ** 2 + (py - y0 - along * dy) ** 2) - radius;
    });
  }

  /** A filled circle. */
  disc(x: number, y: number, radius: number, colour: Colour): void {
    const box = { x: x - radius - 1, y: y - radius - 1, w: 2 * radius + 2, h: 2 * radius + 2 };
    this.shape(box, colour, (px, py) => Math.sqrt((px - x) ** 2 + (py - y) ** 2) - radius);
  }

  /** A filled rectangle with round corners. */
  roundRect(rect: Rect, radius: number, colour: Colour, alpha = 256): void {
    const { x, y, w, h } = rect;
    const r = Math.min(radius, w / 2, h / 2);
    const band = Math.ceil(r);
    // The middle needs no distances.
    this.fill(x, y + band, w, h - 2 * band, colour, alpha);
    const [halfW, halfH] = [w / 2 - r, h / 2 - r];
    const distance = (px: number, py: number) => {
      const qx = Math.max(0, Math.abs(px - x - w / 2) - halfW);
      const qy = Math.max(0, Math.abs(py - y - h / 2) - halfH);
      return Math.sqrt(qx * qx + qy * qy) - r;
    };
    for (const top of [y, y + h - band]) {
      this.fill(x + band, top, w - 2 * band, band, colour, alpha);
      this.shape({ x, y: top, w: band, h: band }, colour, distance, alpha);
      this.shape({ x: x + w - band, y: top, w: band, h: band }, colour, distance, alpha);
    }
  }

  /**
   * Darkens around `rect` like a soft shadow that reaches `reach` pixels; `strength` in 256ths. Leaves
   * out `hole`, which the window is going to cover anyway.
   */
  shadow(rect: Rect, reach: number, strength: number, hole: Rect): void {
    // A box blurred in both directions is the product of two blurred edges.
    const across = softEdges(rect.w, reach);
    const down = softEdges(rect.h, reach);
    const left = Math.max(rect.x - reach, this.#left);
    const right = Math.min(rect.x + rect.w + reach, this.#right);
    const bottom = Math.min(rect.y + rect.h + reach, this.#bottom);
    for (let row = Math.max(rect.y - reach, this.#top); row < bottom; row++) {
      const amount = strength * down[row - rect.y + reach];
      const inside = row >= hole.y && row < hole.y + hole.h;
      for (let px = left; px < right; px++) {
        if (inside && px === Math.max(left, hole.x)) px = Math.max(px, hole.x + hole.w);
        if (px >= right) break;
        const alpha = Math.round(amount * across[px - rect.x + reach]);
        if (alpha > 0) this.#blend(row * this.width + px, 0, alpha);
      }
    }
  }

  /** Blends one pixel, if the clip lets it through; `alpha` in 256ths. */
  dot(x: number, y: number, colour: Colour, alpha: number): void {
    if (x < this.#left || x >= this.#right || y < this.#top || y >= this.#bottom) return;
    this.#blend(y * this.width + x, colour, alpha);
  }

  #blend(index: number, colour: Colour, alpha: number): void {
    this.pixels[index] = OPAQUE | mix(this.pixels[index], colour, alpha);
  }
}

/** How dark a blurred bar of `length` is along its axis, from `reach` before it to `reach` after it. */
function softEdges(length: number, reach: number): Float32Array {
  const profile = new Float32Array(length + 2 * reach);
  const soft = (x: number) => {
    const t = Math.min(1, Math.max(0, (x + reach) / (2 * reach)));
    return t * t * (3 - 2 * t);
  };
  for (let i = 0; i < profile.length; i++) {
    const x = i - reach + 0.5;
    profile[i] = soft(x) * soft(length - x);
  }
  return profile;
}
