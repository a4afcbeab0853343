/**
 * A source that changes at every tick, by an update of about so many bytes on the wire: noise in a rectangle,
 * which nothing can compress, predict or find again. Around it a desktop of sorts, so that first
 * pictures have the size of first pictures.
 */
import type { Rect, RowRange, Size } from "../../capture/geometry.ts";
import type { Source, SourceNews } from "../../capture/source.ts";

/** What `openSource` gets; it comes through `postMessage`. */
export interface NoiseOptions {
  /** Bytes of an update, 16 to 1000000. */
  readonly bytes: number;
}

const SIZE: Size = { width: 1280, height: 720 };
/** Where the noise begins, px from the left and the top. */
const ORIGIN = 64;
/** What noise takes in an update: three bytes, one for each colour. */
const BYTES_PER_PIXEL = 3;

/** Opens the source: the entry that `{ kind: "module" }` asks for. */
export function openSource(options: unknown): Source {
  return new NoiseSource(options as NoiseOptions);
}

class NoiseSource implements Source {
  readonly label = "noise";
  readonly size = SIZE;
  readonly #noise: Rect;
  readonly #pixels = new Uint32Array(SIZE.width * SIZE.height);
  #random = 0x2545f491;
  #polled = false;

  constructor({ bytes }: NoiseOptions) {
    const pixels = Math.max(1, Math.round(bytes / BYTES_PER_PIXEL));
    // As square as it gets; a large one is as wide as the room beside the origin.
    const w = Math.min(SIZE.width - ORIGIN, Math.ceil(Math.sqrt(pixels)));
    const h = Math.min(SIZE.height - ORIGIN, Math.ceil(pixels / w));
    this.#noise = { x: ORIGIN, y: ORIGIN, w, h };
    this.#paintDesktop();
  }

  poll(): SourceNews {
    this.#paintNoise();
    const damage = this.#polled ? [this.#noise] : "unknown";
    this.#polled = true;
    return { damage, resized: false };
  }

  grab(frame: Uint8Array, { top, bottom }: RowRange): void {
    const rowBytes = SIZE.width * 4;
    const bytes = new Uint8Array(this.#pixels.buffer);
    frame.set(bytes.subarray(top * rowBytes, bottom * rowBytes), top * rowBytes);
  }

  close(): void {}

  /** Dark marks in rows, like text on paper. */
  #paintDesktop(): void {
    for (let y = 0; y < SIZE.height; y++) {
      for (let x = 0; x < SIZE.width; x++) {
        const inRow = y % 16 < 10 && x % 640 < 500 && (x >> 3) % 7 !== 0;
        const letter = ((x >> 3) * 2654435761 + (y >> 4) * 40503) >>> 7;
        const mark = inRow && ((letter >> (x % 8 + (y % 16) % 3)) & 1) === 1;
        this.#pixels[y * SIZE.width + x] = mark ? 0x303038 : 0xf6f6f0;
      }
    }
  }

  #paintNoise(): void {
    const { x, y, w, h } = this.#noise;
    let random = this.#random;
    for (let row = y; row < y + h; row++) {
      for (let at = row * SIZE.width + x; at < row * SIZE.width + x + w; at++) {
        // xorshift32, Marsaglia 2003.
        random ^= random << 13;
        random ^= random >>> 17;
        random ^= random << 5;
        this.#pixels[at] = random >>> 0;
      }
    }
    this.#random = random;
  }
}
