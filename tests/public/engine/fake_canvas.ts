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
  /** The browser alters what is read back. */
  unreadable = false;
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

  /** The browser loses pixels and says nothing. */
  spoil(x: number, y: number): void {
    this.#pixels[y * this.#width + x] = ".";
  }

  /** The browser throws the pixels away and says so. */
  lose(): void {
    this.#clear();
    for (const listener of this.#listeners) listener();
  }

  bitmap(width: number, height: number, letter: string): ImageBitmap {
    return { width, height, letter, close: () => {} } as ImageBitmap;
  }

  asCanvas(): HTMLCanvasElement {
    return this as unknown as HTMLCanvasElement;
  }

  getContext() {
    return {
      fillStyle: "",
      fillRect: (x: number, y: number, w: number, h: number) => this.#fill(x, y, w, h, () => "."),
      getImageData: (x: number, y: number, w: number, h: number) => {
        const data = new Uint8ClampedArray(w * h * 4);
        for (let i = 0; i < w * h; i++) {
          const letter = this.#pixels[(y + Math.floor(i / w)) * this.#width + x + i % w];
          ["R", "G", "B"].forEach((name, channel) => {
            data[i * 4 + channel] = letter === name ? 255 : 0;
          });
          data[i * 4 + 3] = 255;
        }
        return { data: this.unreadable ? data.map((byte) => byte ^ 1) : data };
      },
      drawImage: (
        { width, height, letter }: { width: number; height: number; letter: string },
        x: number,
        y: number,
      ) => this.#fill(x, y, width, height, () => letter),
      putImageData: (
        { data, width, height }: ImageData,
        atX: number,
        atY: number,
        x = 0,
        y = 0,
        w = width,
        h = height,
      ) => {
        this.puts.push({ x: atX + x, y: atY + y, w, h });
        const letter = (px: number, py: number) =>
          letterOf(data, ((py - atY) * width + px - atX) * 4);
        this.#fill(atX + x, atY + y, w, h, letter);
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
