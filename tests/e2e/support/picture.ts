/** Comparing whole pictures, with a complaint that helps. */

/** Opaque pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** One number 0xRRGGBB each, row by row. */
  readonly pixels: Uint32Array;
}

/** A picture from R, G, B, A bytes. Throws when a pixel is not opaque. */
export function pictureOf(width: number, height: number, rgba: ArrayLike<number>): Picture {
  const pixels = new Uint32Array(width * height);
  if (rgba.length !== pixels.length * 4) {
    throw new Error(`got ${rgba.length} bytes for ${width}×${height} pixels`);
  }
  for (let i = 0; i < pixels.length; i++) {
    const at = i * 4;
    if (rgba[at + 3] !== 255) {
      throw new Error(`pixel ${i % width},${Math.floor(i / width)} has alpha ${rgba[at + 3]}`);
    }
    pixels[i] = rgba[at] << 16 | rgba[at + 1] << 8 | rgba[at + 2];
  }
  return { width, height, pixels };
}

/** How two pictures differ, in words; `undefined` when every pixel is the same. */
export function difference(got: Picture, wanted: Picture): string | undefined {
  if (got.width !== wanted.width || got.height !== wanted.height) {
    return `the size is ${got.width}×${got.height}, wanted ${wanted.width}×${wanted.height}`;
  }
  const { width, pixels } = got;
  let count = 0;
  let first = -1;
  let [left, right, bottom] = [Infinity, 0, 0];
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] === wanted.pixels[i]) continue;
    if (count++ === 0) first = i;
    left = Math.min(left, i % width);
    right = Math.max(right, i % width);
    bottom = Math.floor(i / width);
  }
  if (count === 0) return undefined;
  const top = Math.floor(first / width);
  return `${count} pixels differ, all within ${left},${top} to ${right},${bottom}; the first at ` +
    `${first % width},${top} is ${hex(pixels[first])}, wanted ${hex(wanted.pixels[first])}`;
}

/** Throws with the difference, if there is one. */
export function assertSame(got: Picture, wanted: Picture): void {
  const words = difference(got, wanted);
  if (words !== undefined) throw new Error(words);
}

/** Throws when the picture has fewer colours than that: an empty screen proves nothing. */
export function assertColourful({ pixels }: Picture, colours: number): void {
  const found = new Set(pixels).size;
  if (found < colours) throw new Error(`the picture has ${found} colours, wanted ${colours}`);
}

function hex(pixel: number): string {
  return `#${pixel.toString(16).padStart(6, "0")}`;
}
