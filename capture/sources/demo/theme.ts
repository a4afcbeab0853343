/**
 * The demo's colours, fonts and the frame around its windows.
 */
import type { Rect } from "../../geometry.ts";
import type { Canvas } from "./canvas.ts";
import { type Font, loadFont } from "./font.ts";
import { BOLD_DATA, LARGE_DATA, REGULAR_DATA } from "./font_data.ts";
import type { Part } from "./part.ts";

export interface Fonts {
  readonly regular: Font;
  readonly bold: Font;
  readonly large: Font;
}

/** Unpacks the three fonts. */
export function loadFonts(): Fonts {
  return {
    regular: loadFont(REGULAR_DATA),
    bold: loadFont(BOLD_DATA),
    large: loadFont(LARGE_DATA),
  };
}

/** A piece of text in one colour. */
export interface Span {
  readonly text: string;
  readonly colour: number;
}

export const COLOURS = {
  text: 0xd7daea,
  dim: 0x7d84a3,
  faint: 0x4b5170,
  red: 0xf2777a,
  orange: 0xf8a978,
  yellow: 0xf4d58d,
  green: 0x97d9a0,
  cyan: 0x7fd1e0,
  blue: 0x86aaf5,
  violet: 0xc79bf2,
  body: 0x1b1d2e,
  deep: 0x141622,
  raised: 0x25283c,
  title: 0x2c3047,
  titleIdle: 0x222538,
} as const;

const TITLE_HEIGHT = 30;
const RADIUS = 9;
/** The strip below a window's content that its round corners need. */
const FOOT = 8;
const SHADOW_REACH = 26;
const SHADOW_DROP = 10;

/** A window: its frame is drawn here, its content by `contents`. */
export interface WindowFrame {
  readonly id: string;
  readonly title: string;
  readonly rect: Rect;
  readonly focused: boolean;
  /** Its place in the pile, so that the screen knows when windows swap places. */
  readonly level: number;
  readonly background: number;
}

/** The part of a window that is its content's, for a window at `rect`. May be empty for a small window. */
export function contentArea({ x, y, w, h }: Rect): Rect {
  return { x, y: y + TITLE_HEIGHT, w, h: Math.max(0, h - TITLE_HEIGHT - FOOT) };
}

/** Where a window at `rect` is taken hold of when it is dragged. */
export function gripOf({ x, y, w }: Rect): { x: number; y: number } {
  return { x: x + Math.round(w * 0.34), y: y + 16 };
}

/** Shadow, body and title bar of a window. */
export function windowFrame(fonts: Fonts, frame: WindowFrame): Part {
  const { x, y, w, h } = frame.rect;
  return {
    id: frame.id,
    rect: {
      x: x - SHADOW_REACH,
      y: y - SHADOW_REACH + SHADOW_DROP,
      w: w + 2 * SHADOW_REACH,
      h: h + 2 * SHADOW_REACH,
    },
    solid: { x, y: y + RADIUS, w, h: h - 2 * RADIUS },
    state: `${frame.level} ${frame.focused} ${frame.title}`,
    paint: (canvas) => paintFrame(canvas, fonts, frame),
  };
}

function paintFrame(canvas: Canvas, fonts: Fonts, frame: WindowFrame): void {
  const { x, y, w, h } = frame.rect;
  const hole = { x, y: y + RADIUS, w, h: h - 2 * RADIUS };
  canvas.shadow(
    { x, y: y + SHADOW_DROP, w, h },
    SHADOW_REACH,
    frame.focused ? 165 : 110,
    hole,
  );
  canvas.roundRect(frame.rect, RADIUS, frame.background);
  const titleColour = frame.focused ? COLOURS.title : COLOURS.titleIdle;
  canvas.roundRect({ x, y, w, h: TITLE_HEIGHT + RADIUS }, RADIUS, titleColour);
  canvas.fill(x, y + TITLE_HEIGHT, w, RADIUS, frame.background);
  canvas.fill(x + RADIUS, y, w - 2 * RADIUS, 1, 0xffffff, frame.focused ? 34 : 20);
  canvas.fill(x, y + TITLE_HEIGHT - 1, w, 1, 0x000000, 70);

  const ink = frame.focused ? COLOURS.text : COLOURS.dim;
  // Three buttons at the right: minimise, maximise, close.
  const middle = y + TITLE_HEIGHT / 2;
  const close = x + w - 20;
  canvas.line(close - 3.5, middle - 3.5, close + 3.5, middle + 3.5, 1.4, ink);
  canvas.line(close - 3.5, middle + 3.5, close + 3.5, middle - 3.5, 1.4, ink);
  if (w >= 200) {
    const square = close - 24;
    for (const [dx, dy] of [[-4, -4], [3, -4]]) canvas.fill(square + dx, middle + dy, 1, 8, ink);
    for (const dy of [-4, 3]) canvas.fill(square - 4, middle + dy, 8, 1, ink);
    canvas.fill(close - 52, middle + 2, 8, 1, ink);
  }
  const width = frame.title.length * fonts.bold.width;
  const left = Math.max(x + 14, Math.min(x + Math.round((w - width) / 2), x + w - 76 - width));
  canvas.text(fonts.bold, left, y + 8, frame.title, ink);
}

/** Draws `spans` one after the other. */
export function drawSpans(
  canvas: Canvas,
  font: Font,
  x: number,
  y: number,
  spans: readonly Span[],
): void {
  for (const { text, colour } of spans) {
    canvas.text(font, x, y, text, colour);
    x += text.length * font.width;
  }
}
