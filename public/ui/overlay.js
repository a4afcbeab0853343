/**
 * What is drawn over the picture and is not part of it: the mouse pointer, marks where the picture is not exact
 * yet, and outlines of the patches as they arrive. A canvas of its own covers the stage in device pixels; it is repainted only when something
 * on it changes.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../engine/messages.js").Rect} Rect
 * @typedef {import("../engine/messages.js").CursorShape} CursorShape
 */

const FADE_MS = 600;
/** What changed while nobody looked is to be found, ms. */
const AWAY_FADE_MS = 6000;
/** Outlines on the screen at the same time; the oldest give way. */
const MAX_OUTLINES = 1000;

export class Overlay {
  /** @type {HTMLCanvasElement} */
  #canvas;
  /** @type {CanvasRenderingContext2D | null} */
  #context;
  /** @type {View} */
  #view;
  /** @type {{ visible: boolean, x: number, y: number }} */
  #cursor = { visible: false, x: 0, y: 0 };
  /** @type {{ hotX: number, hotY: number, picture: HTMLCanvasElement } | null} */
  #shape = null;
  /** @type {{ rect: Rect, until: number, fadeMs: number }[]} oldest first */
  #outlines = [];
  /** @type {readonly Rect[]} */
  #losses = [];
  /** @type {Rect | null} */
  #box = null;
  /** @type {number | null} */
  #frame = null;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {View} view
   */
  constructor(canvas, view) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.#view = view;
  }

  /** @param {{ visible: boolean, x: number, y: number, shape?: CursorShape }} cursor */
  setCursor({ visible, x, y, shape }) {
    this.#cursor = { visible, x, y };
    if (shape) this.#shape = { ...shape, picture: drawn(shape) };
    this.redraw();
  }

  /** @param {readonly Rect[]} rects  in frame pixels */
  addOutlines(rects) {
    this.#outline(rects, FADE_MS);
  }

  /** @param {readonly Rect[]} rects  what changed while nobody looked, in frame pixels */
  addChangedWhileAway(rects) {
    this.#outline(rects, AWAY_FADE_MS);
  }

  /** @param {Rect | null} rect  the box that somebody asks about, in frame pixels */
  setBox(rect) {
    this.#box = rect;
    this.redraw();
  }

  /**
   * @param {readonly Rect[]} rects
   * @param {number} fadeMs
   */
  #outline(rects, fadeMs) {
    const until = performance.now() + fadeMs;
    for (const rect of rects) this.#outlines.push({ rect, until, fadeMs });
    if (this.#outlines.length > MAX_OUTLINES) {
      this.#outlines = this.#outlines.slice(-MAX_OUTLINES);
    }
    if (rects.length > 0) this.redraw();
  }

  /** @param {readonly Rect[]} rects  where the picture is not exact yet, in frame pixels */
  setLosses(rects) {
    this.#losses = rects;
    this.redraw();
  }

  clearOutlines() {
    this.#outlines = [];
    this.redraw();
  }

  /** Repaints with the next animation frame; call it when the view has moved. */
  redraw() {
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = null;
    const context = this.#context;
    if (!context || !this.#view.frame) return;
    const { width, height, dpr } = this.#view.viewport;
    const deviceWidth = Math.max(1, Math.round(width * dpr));
    const deviceHeight = Math.max(1, Math.round(height * dpr));
    if (this.#canvas.width !== deviceWidth || this.#canvas.height !== deviceHeight) {
      this.#canvas.width = deviceWidth;
      this.#canvas.height = deviceHeight;
    } else {
      context.clearRect(0, 0, deviceWidth, deviceHeight);
    }
    this.#drawLosses(context);
    this.#drawOutlines(context);
    this.#drawBox(context);
    this.#drawCursor(context);
  }

  /** @param {CanvasRenderingContext2D} context */
  #drawBox(context) {
    if (!this.#box) return;
    const { x, y, scale } = this.#toDevice(this.#box.x, this.#box.y);
    const [w, h] = [this.#box.w * scale, this.#box.h * scale];
    context.lineWidth = 2 * this.#view.viewport.dpr;
    // Two colours: one of them is seen on any picture.
    context.strokeStyle = "#000";
    context.strokeRect(x, y, w, h);
    context.setLineDash([6, 6]);
    context.strokeStyle = "#ffd84d";
    context.strokeRect(x, y, w, h);
    context.setLineDash([]);
  }

  /**
   * A small corner on each place that is not exact: seen when looked for, in nobody's way.
   * @param {CanvasRenderingContext2D} context
   */
  #drawLosses(context) {
    const side = 7 * this.#view.viewport.dpr;
    context.fillStyle = "#f5a623";
    for (const rect of this.#losses) {
      const { x, y } = this.#toDevice(rect.x + rect.w, rect.y);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x - side, y);
      context.lineTo(x, y + side);
      context.fill();
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  #drawOutlines(context) {
    const now = performance.now();
    this.#outlines = this.#outlines.filter(({ until }) => until > now);
    context.lineWidth = Math.max(1, Math.round(this.#view.viewport.dpr));
    context.strokeStyle = "#ff3d81";
    for (const { rect, until, fadeMs } of this.#outlines) {
      // Without motion: there, then gone.
      context.globalAlpha = this.#calm.matches ? 1 : (until - now) / fadeMs;
      const { x, y, scale } = this.#toDevice(rect.x, rect.y);
      context.strokeRect(
        Math.round(x) + 0.5,
        Math.round(y) + 0.5,
        Math.max(1, Math.round(rect.w * scale) - 1),
        Math.max(1, Math.round(rect.h * scale) - 1),
      );
    }
    context.globalAlpha = 1;
    if (this.#outlines.length > 0) this.redraw();
  }

  /** @param {CanvasRenderingContext2D} context */
  #drawCursor(context) {
    if (!this.#cursor.visible || !this.#shape) return;
    const { hotX, hotY, picture } = this.#shape;
    const { x, y, scale } = this.#toDevice(this.#cursor.x - hotX, this.#cursor.y - hotY);
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(
      picture,
      Math.round(x),
      Math.round(y),
      picture.width * scale,
      picture.height * scale,
    );
  }

  /**
   * @param {number} frameX
   * @param {number} frameY
   * @returns {{ x: number, y: number, scale: number }} in device pixels
   */
  #toDevice(frameX, frameY) {
    const { placement, viewport: { dpr } } = this.#view;
    const scale = placement.scale * dpr;
    return { x: placement.x * dpr + frameX * scale, y: placement.y * dpr + frameY * scale, scale };
  }
}

/** @param {CursorShape} shape */
function drawn({ width, height, rgba }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}
