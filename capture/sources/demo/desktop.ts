/**
 * The demo's screen: keeps the picture of one frame, and repaints only what differs when it is to show
 * another. The picture never depends on the way there, because painting is exact for any area.
 */
import type { Rect, Size } from "../../geometry.ts";
import { Canvas } from "./canvas.ts";
import { changedRects, paintParts, type Part } from "./part.ts";
import { Scene } from "./scene.ts";

export class Desktop {
  readonly scene: Scene;
  readonly #canvas: Canvas;
  /** What the canvas shows; empty before the first frame. */
  #shown: readonly Part[] = [];

  constructor(scene: Scene) {
    this.scene = scene;
    this.#canvas = new Canvas(scene.size);
  }

  /** The shown frame's pixels: 0xffrrggbb words, row after row. */
  get pixels(): Uint32Array<ArrayBuffer> {
    return this.#canvas.pixels;
  }

  /** Makes `pixels` the picture of `frame`; returns rectangles outside which it has not changed. */
  show(frame: number): Rect[] {
    const parts = this.scene.parts(frame);
    const damage = changedRects(this.#shown, parts, this.scene.size);
    for (const rect of damage) paintParts(this.#canvas, parts, rect);
    this.#shown = parts;
    return damage;
  }
}

/**
 * The demo's picture at `frame` (a whole number from 0), as BGRX bytes with 0xff in the fourth: always the
 * same for the same three arguments. Takes as long as opening the demo; to go on from a frame use `Desktop`.
 */
export function renderFrame(frame: number, seed: number, size: Size): Uint8Array<ArrayBuffer> {
  const desktop = new Desktop(new Scene(size, seed));
  desktop.show(frame);
  return new Uint8Array(desktop.pixels.buffer);
}
