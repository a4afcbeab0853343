/**
 * A source for the worst that text does: 1920 × 1080 pixels full of it, and all of them scroll, 30 times a second.
 */
import { Canvas } from "../../capture/sources/demo/canvas.ts";
import { SOURCE_LINES } from "../../capture/sources/demo/editor_text.ts";
import { loadFont } from "../../capture/sources/demo/font.ts";
import { REGULAR_DATA } from "../../capture/sources/demo/font_data.ts";
import type { RowRange, Size } from "../../capture/geometry.ts";
import type { Source, SourceNews } from "../../capture/source.ts";

const SIZE: Size = { width: 1920, height: 1080 };
const FRAMES_PER_SECOND = 30;
const PAPER = 0x1c1f26;
const INK = [0xd8dee9, 0xa3be8c, 0xebcb8b, 0x88c0d0];

/** Opens the source: the entry that `{ kind: "module" }` asks for. */
export function openSource(): Source {
  return new ScrollSource();
}

class ScrollSource implements Source {
  readonly label = "scroll";
  readonly size = SIZE;
  readonly #canvas = new Canvas(SIZE);
  readonly #font = loadFont(REGULAR_DATA);
  readonly #start = performance.now();
  #frame = 0;
  #line = 0;
  #polled = false;

  constructor() {
    this.#canvas.fill(0, 0, SIZE.width, SIZE.height, PAPER);
    for (let y = 0; y < SIZE.height; y += this.#font.height) this.#scroll();
  }

  poll(): SourceNews {
    const frame = Math.floor((performance.now() - this.#start) * FRAMES_PER_SECOND / 1000);
    const moved = frame > this.#frame;
    this.#frame = frame;
    if (moved) this.#scroll();
    const damage = moved || !this.#polled ? "unknown" : [];
    this.#polled = true;
    return { damage, resized: false };
  }

  grab(frame: Uint8Array, { top, bottom }: RowRange): void {
    const rowBytes = SIZE.width * 4;
    const bytes = new Uint8Array(this.#canvas.pixels.buffer);
    frame.set(bytes.subarray(top * rowBytes, bottom * rowBytes), top * rowBytes);
  }

  close(): void {}

  /** By one line, which is written at the lower edge. */
  #scroll(): void {
    const { pixels } = this.#canvas;
    const { height } = this.#font;
    pixels.copyWithin(0, height * SIZE.width);
    this.#canvas.fill(0, SIZE.height - height, SIZE.width, height, PAPER);
    // Lines of differing lengths and in differing places: no two are alike.
    const number = this.#line++;
    let x = 0;
    for (let part = 0; x < SIZE.width; part++) {
      const pick = Math.imul(number * 31 + part * 17, 0x9e3779b1) >>> 0;
      const text = `${(pick >>> 8) % 100_000} ${SOURCE_LINES[pick % SOURCE_LINES.length].trim()} `;
      this.#canvas.text(this.#font, x, SIZE.height - height, text, INK[pick % INK.length]);
      x += text.length * this.#font.width;
    }
  }
}
