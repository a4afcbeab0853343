/**
 * One number a tile that says what the tile looks like: how a viewer finds out whether its canvas is what
 * the server has (docs/PROTOCOL.md, "Check").
 *
 * Sixteen numbers take turns along each row, so that four vectors of four work side by side. A step is the
 * `mix` of the context coder, which loses nothing: for one value it maps every number to another one, and
 * for one number every value. So a tile with one other pixel never has the same hash.
 */
const TILE: i32 = 64;
const COLOUR_BITS: u32 = 0x00ffffff;
const MULTIPLIER: u32 = 0x9e3779b1;

// @ts-ignore: decorator
@inline
function mix(h: u32, value: u32): u32 {
  return rotl<u32>(h ^ value, 13) * MULTIPLIER;
}

// @ts-ignore: decorator
@inline
function mix4(h: v128, values: v128): v128 {
  const x = v128.xor(h, values);
  return i32x4.mul(v128.or(i32x4.shl(x, 13), i32x4.shr_u(x, 19)), i32x4.splat(MULTIPLIER));
}

/** Four pixels as 0x00RRGGBB; `swapped` when they are R, G, B, X bytes instead of B, G, R, X. */
// @ts-ignore: decorator
@inline
function colours(pixels: v128, swapped: bool): v128 {
  const bgrx = swapped
    ? v128.swizzle(pixels, i8x16(2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15))
    : pixels;
  return v128.and(bgrx, i32x4.splat(COLOUR_BITS));
}

/** The first `count` (1 to 3) of four pixels; nothing behind them is read. */
function fewPixels(at: usize, count: i32): v128 {
  let pixels = i32x4.splat(0);
  pixels = i32x4.replace_lane(pixels, 0, load<u32>(at));
  if (count > 1) pixels = i32x4.replace_lane(pixels, 1, load<u32>(at + 4));
  if (count > 2) pixels = i32x4.replace_lane(pixels, 2, load<u32>(at + 8));
  return pixels;
}

/** One step of four numbers for the first `count` of four pixels; the others stay as they are. */
function mixSome(h: v128, at: usize, count: i32, swapped: bool): v128 {
  if (count <= 0) return h;
  if (count >= 4) return mix4(h, colours(v128.load(at), swapped));
  const taken = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
  return v128.bitselect(mix4(h, colours(fewPixels(at, count), swapped)), h, taken);
}

// @ts-ignore: decorator
@inline
function fold(hash: u32, h: v128): u32 {
  hash = mix(hash, <u32>i32x4.extract_lane(h, 0));
  hash = mix(hash, <u32>i32x4.extract_lane(h, 1));
  hash = mix(hash, <u32>i32x4.extract_lane(h, 2));
  return mix(hash, <u32>i32x4.extract_lane(h, 3));
}

function hashTile(start: usize, stride: usize, w: i32, h: i32, swapped: bool): u32 {
  let a = i32x4(1, 2, 3, 4);
  let b = i32x4(5, 6, 7, 8);
  let c = i32x4(9, 10, 11, 12);
  let d = i32x4(13, 14, 15, 16);
  for (let row = 0; row < h; row++) {
    const line = start + <usize>row * stride;
    let i = 0;
    for (; i + 16 <= w; i += 16) {
      const at = line + <usize>i * 4;
      a = mix4(a, colours(v128.load(at), swapped));
      b = mix4(b, colours(v128.load(at, 16), swapped));
      c = mix4(c, colours(v128.load(at, 32), swapped));
      d = mix4(d, colours(v128.load(at, 48), swapped));
    }
    if (i < w) {
      const at = line + <usize>i * 4;
      const left = w - i;
      a = mixSome(a, at, left, swapped);
      b = mixSome(b, at + 16, left - 4, swapped);
      c = mixSome(c, at + 32, left - 8, swapped);
      d = mixSome(d, at + 48, left - 12, swapped);
    }
  }
  return fold(fold(fold(fold(0, a), b), c), d);
}

/**
 * Writes one u32 for each 64×64 tile (smaller at the right and lower edge), row by row, to `out`.
 * @param swapped the pixels are R, G, B, X bytes; else B, G, R, X
 */
export function hashTiles(picture: usize, width: i32, height: i32, swapped: bool, out: usize): void {
  const stride = <usize>width * 4;
  for (let y = 0; y < height; y += TILE) {
    const h = min(TILE, height - y);
    for (let x = 0; x < width; x += TILE) {
      const start = picture + <usize>y * stride + <usize>x * 4;
      store<u32>(out, hashTile(start, stride, min(TILE, width - x), h, swapped));
      out += 4;
    }
  }
}
