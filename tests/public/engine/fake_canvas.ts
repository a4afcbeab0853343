/** As much of a canvas as the painter uses, with letters for pixels. */
import assert from "node:assert/strict";

interface Put {
  x: number;
  y: number;
  w: number;
  h: number;
}

export class FakeCanvas {
  readonly puts: Put[] = [];
  #width = 1;
  #height = 1;
  #pixels: string[] = [];
  #listeners = new Set<() => void>();

  get width(): number {
    return this.#width;
  }
  set width(width: number) {
    this.#width = width;
    this.#clear();
  }
  get height(): number {
    return this.#height;
  }
  set height(height: number) {
    this.#height = height;
    this.#clear();
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** The pixels as letters: R, G, B, or `.` for black. */
  rows(): string[] {
    return Array.from(
      { length: this.#height },
      (_, y) => this.#pixels.slice(y * this.#width, (y + 1) * this.#width).join(""),
    );
  }

  /** The browser throws the pixels away and says so. */
  lose(): void {
    this.#clear();
    for (const listener of this.#listeners) listener();
  }

  bitmap(width: number, height: number, letter: string): ImageBitmap {
    return { width, height, letter, close: () => {} } as ImageBitmap;
  }

  asCanvas(): OffscreenCanvas {
    return this as unknown as OffscreenCanvas;
  }

  getContext() {
    return {
      fillStyle: "",
      fillRect: (x: number, y: number, w: number, h: number) => this.#fill(x, y, w, h, () => "."),
      drawImage: (
        { width, height, letter }: { width: number; height: number; letter: string },
        x: number,
        y: number,
      ) => this.#fill(x, y, width, height, () => letter),
      putImageData: (
        { data, width }: ImageData,
        atX: number,
        atY: number,
        x: number,
        y: number,
        w: number,
        h: number,
      ) => {
        assert.deepEqual([atX, atY], [0, 0]);
        this.puts.push({ x, y, w, h });
        this.#fill(x, y, w, h, (px, py) => letterOf(data, (py * width + px) * 4));
      },
    };
  }

  addEventListener(type: string, listener: () => void): void {
    assert.equal(type, "contextrestored");
    this.#listeners.add(listener);
  }

  removeEventListener(_type: string, listener: () => void): void {
    this.#listeners.delete(listener);
  }

  #clear(): void {
    this.#pixels = Array.from({ length: this.#width * this.#height }, () => ".");
  }

  #fill(x: number, y: number, w: number, h: number, letter: (x: number, y: number) => string) {
    for (let py = y; py < y + h; py++) {
      for (let px = x; px < x + w; px++) this.#pixels[py * this.#width + px] = letter(px, py);
    }
  }
}

function letterOf(data: ArrayLike<number>, at: number): string {
  assert.equal(data[at + 3], 255);
  return ["R", "G", "B"].find((_, channel) => data[at + channel] === 255) ?? ".";
}
