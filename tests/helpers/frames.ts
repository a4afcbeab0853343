/** Pictures of the kinds that screens show, and the changes that screens make. */
import type { Rect, Size } from "../../capture/geometry.ts";
import type { Random } from "./random.ts";

export interface Frame extends Size {
  /** Blue, green, red and a byte that means nothing, `width * height` times. */
  readonly bgrx: Uint8Array<ArrayBuffer>;
}

export const CONTENTS = ["solid", "text", "noise", "gradient", "mixed"] as const;
export type Content = typeof CONTENTS[number];

export const CHANGES = [
  "nothing",
  "fourth byte",
  "pixel",
  "spot",
  "rect",
  "two rects",
  "fade",
  "scroll",
  "everything",
] as const;
export type Change = typeof CHANGES[number];

export function blankFrame(width: number, height: number): Frame {
  return { width, height, bgrx: new Uint8Array(width * height * 4) };
}

/** A frame from its pixels, 0xRRGGBB, row by row. */
export function literalFrame(width: number, pixels: readonly number[]): Frame {
  const frame = blankFrame(width, pixels.length / width);
  pixels.forEach((pixel, i) => setPixel(frame, i % width, Math.floor(i / width), pixel));
  return frame;
}

export function copyFrame({ width, height, bgrx }: Frame): Frame {
  return { width, height, bgrx: bgrx.slice() };
}

export function setPixel(frame: Frame, x: number, y: number, colour: number): void {
  const at = (y * frame.width + x) * 4;
  frame.bgrx[at] = colour & 255;
  frame.bgrx[at + 1] = (colour >> 8) & 255;
  frame.bgrx[at + 2] = (colour >> 16) & 255;
}

/** What a canvas with this frame holds: red, green, blue, 255. */
export function rgbaOf({ bgrx }: Frame): Uint8Array<ArrayBuffer> {
  const rgba = new Uint8Array(bgrx.length);
  for (let i = 0; i < bgrx.length; i += 4) {
    rgba[i] = bgrx[i + 2];
    rgba[i + 1] = bgrx[i + 1];
    rgba[i + 2] = bgrx[i];
    rgba[i + 3] = 255;
  }
  return rgba;
}

export function randomFrame(random: Random, size: Size, content: Content): Frame {
  const frame = blankFrame(size.width, size.height);
  paint(random, frame, { x: 0, y: 0, w: size.width, h: size.height }, content);
  // The unused bytes hold whatever the source left there.
  for (let i = 3; i < frame.bgrx.length; i += 4) frame.bgrx[i] = random.bits();
  return frame;
}

/** Paints a part of a frame. */
export function paint(random: Random, frame: Frame, rect: Rect, content: Content): void {
  const { x, y, w, h } = rect;
  const base = random.bits() & 0xffffff;
  const ink = random.bits() & 0xffffff;
  for (let row = 0; row < h; row++) {
    for (let column = 0; column < w; column++) {
      setPixel(frame, x + column, y + row, colourAt(row, column));
    }
  }

  function colourAt(row: number, column: number): number {
    switch (content) {
      case "solid":
        return base;
      case "text":
        return row % 12 < 8 && random.chance(0.3) ? ink : base;
      case "noise":
        return random.bits() & 0xffffff;
      case "gradient":
        return (((row * 3) & 255) << 16) | (((row + column) & 255) << 8) | ((column * 5) & 255);
      case "mixed":
        if (row < h / 2) return column < w / 2 ? base : random.bits() & 0xffffff;
        return column < w / 2 ? base + row * 257 + column : (column & 8 ? ink : base);
    }
  }
}

export function randomRect(random: Random, { width, height }: Size): Rect {
  const x = random.int(0, width - 1);
  const y = random.int(0, height - 1);
  return { x, y, w: random.int(1, width - x), h: random.int(1, height - y) };
}

/** The next frame, and where it may differ. */
export function changed(
  random: Random,
  before: Frame,
  change: Change,
): { frame: Frame; damage: Rect[] } {
  const frame = copyFrame(before);
  const { width, height, bgrx } = frame;
  const all = { x: 0, y: 0, w: width, h: height };
  switch (change) {
    case "nothing":
      return { frame, damage: [] };
    case "fourth byte":
      for (let i = 3; i < bgrx.length; i += 4) bgrx[i] ^= 255;
      return { frame, damage: [all] };
    case "pixel": {
      const rect = { ...randomRect(random, frame), w: 1, h: 1 };
      paint(random, frame, rect, "solid");
      return { frame, damage: [rect] };
    }
    case "spot": {
      const { x, y, w, h } = randomRect(random, frame);
      const rect = { x, y, w: Math.min(w, 30), h: Math.min(h, 20) };
      paint(random, frame, rect, "text");
      return { frame, damage: [rect] };
    }
    case "rect":
    case "two rects": {
      const damage = [randomRect(random, frame)];
      if (change === "two rects") damage.push(randomRect(random, frame));
      for (const rect of damage) paint(random, frame, rect, random.pick(CONTENTS));
      return { frame, damage };
    }
    case "fade": {
      const step = random.int(1, 8);
      for (let i = 0; i < bgrx.length; i++) bgrx[i] = Math.min(255, bgrx[i] + step);
      return { frame, damage: [all] };
    }
    case "scroll": {
      const rows = random.int(1, height);
      bgrx.copyWithin(0, rows * width * 4);
      paint(random, frame, { x: 0, y: height - rows, w: width, h: rows }, "text");
      return { frame, damage: [all] };
    }
    case "everything":
      return { frame: randomFrame(random, frame, random.pick(CONTENTS)), damage: [all] };
  }
}

/** The same frame with one pixel changed. */
export function withPixel(frame: Frame, x: number, y: number, colour: number): Frame {
  const next = copyFrame(frame);
  setPixel(next, x, y, colour);
  return next;
}

/** A part of a frame. */
export function cropped(
  frame: Frame,
  { x, y, w, h }: { x: number; y: number; w: number; h: number },
): Frame {
  const out = blankFrame(w, h);
  for (let row = 0; row < h; row++) {
    const from = ((y + row) * frame.width + x) * 4;
    out.bgrx.set(frame.bgrx.subarray(from, from + w * 4), row * w * 4);
  }
  return out;
}
