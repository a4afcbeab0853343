/** Moving pixels about: blocks between frames, fills, and the order of bytes that pictures want. */

const COLOUR_BITS: u32 = 0x00ffffff;

/** Copies a rectangle from one frame to the same place in another of the same width. */
export function copyRect(from: usize, to: usize, width: i32, x: i32, y: i32, w: i32, h: i32): void {
  for (let row = y; row < y + h; row++) {
    const at = <usize>(row * width + x) * 4;
    memory.copy(to + at, from + at, <usize>w * 4);
  }
}

/** Copies a rectangle of one frame to the top left corner of another, of another width. */
export function crop(from: usize, fromWidth: i32, x: i32, y: i32, to: usize, w: i32, h: i32): void {
  for (let row = 0; row < h; row++) {
    memory.copy(
      to + <usize>(row * w) * 4,
      from + <usize>((y + row) * fromWidth + x) * 4,
      <usize>w * 4,
    );
  }
}

/** True when a rectangle has the same colours at the same place in two frames of the same width. */
export function rectsEqual(a: usize, b: usize, width: i32, x: i32, y: i32, w: i32, h: i32): bool {
  const mask = i32x4.splat(COLOUR_BITS);
  for (let row = y; row < y + h; row++) {
    const start = <usize>(row * width + x) * 4;
    let i = 0;
    for (; i + 4 <= w; i += 4) {
      const at = start + <usize>i * 4;
      const differs = v128.xor(v128.load(a + at), v128.load(b + at));
      if (v128.any_true(v128.and(differs, mask))) return false;
    }
    for (; i < w; i++) {
      const at = start + <usize>i * 4;
      if ((load<u32>(a + at) ^ load<u32>(b + at)) & COLOUR_BITS) return false;
    }
  }
  return true;
}

/** Sets a rectangle to one colour, 0x00RRGGBB. */
export function fillRect(frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32, colour: u32): void {
  for (let row = y; row < y + h; row++) {
    const start = frame + <usize>(row * width + x) * 4;
    for (let i = 0; i < w; i++) store<u32>(start + <usize>i * 4, colour);
  }
}

/** BGRX to R, G, B, 255 bytes, `count` pixels. */
export function toRgba(from: usize, to: usize, count: i32): void {
  const opaque = i32x4.splat(0xff000000);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at = <usize>i * 4;
    const bgrx = v128.load(from + at);
    const rgbx = v128.swizzle(bgrx, i8x16(2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15));
    v128.store(to + at, v128.or(rgbx, opaque));
  }
  for (; i < count; i++) {
    const p = load<u32>(from + <usize>i * 4);
    const rgb = (p & 0xff) << 16 | (p & 0xff00) | (p >> 16 & 0xff);
    store<u32>(to + <usize>i * 4, rgb | 0xff000000);
  }
}

/** The same for a rectangle, to the same place of a picture of the same width. */
export function toRgbaRect(from: usize, to: usize, width: i32, x: i32, y: i32, w: i32, h: i32): void {
  for (let row = y; row < y + h; row++) {
    const at = <usize>(row * width + x) * 4;
    toRgba(from + at, to + at, w);
  }
}

/** True when the rectangle has one colour. */
export function isSolid(frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32): bool {
  const colour = load<u32>(frame + <usize>(y * width + x) * 4) & COLOUR_BITS;
  const wanted = i32x4.splat(colour);
  const mask = i32x4.splat(COLOUR_BITS);
  for (let row = y; row < y + h; row++) {
    const start = frame + <usize>(row * width + x) * 4;
    let i = 0;
    for (; i + 4 <= w; i += 4) {
      const differs = v128.and(v128.xor(v128.load(start + <usize>i * 4), wanted), mask);
      if (v128.any_true(differs)) return false;
    }
    for (; i < w; i++) {
      if ((load<u32>(start + <usize>i * 4) & COLOUR_BITS) != colour) return false;
    }
  }
  return true;
}
