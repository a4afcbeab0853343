/**
 * The patch as three planes of vertical differences: green, red - green, blue - green
 * (docs/PROTOCOL.md, encoding 2). Sixteen pixels at a time, all in bytes that wrap around.
 *
 * @param out room for w × h × 3 bytes
 * @returns bytes written
 */
export function encodePlanar(
  frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32, out: usize,
): i32 {
  const area = <usize>(w * h);
  const pitch = <usize>width * 4;
  let at = out;
  for (let row = 0; row < h; row++) {
    let from = frame + <usize>((y + row) * width + x) * 4;
    let column = 0;
    for (; column + 16 <= w; column += 16, from += 64, at += 16) {
      // Four pixels each, as B B B B G G G G R R R R X X X X.
      const a = differences(from, pitch, row > 0);
      const b = differences(from + 16, pitch, row > 0);
      const c = differences(from + 32, pitch, row > 0);
      const d = differences(from + 48, pitch, row > 0);
      const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const blue = i32x4.shuffle(ab, cd, 0, 1, 4, 5);
      const green = i32x4.shuffle(ab, cd, 2, 3, 6, 7);
      const red = i32x4.shuffle(i32x4.shuffle(a, b, 2, 6, 2, 6), i32x4.shuffle(c, d, 2, 6, 2, 6), 0, 1, 4, 5);
      v128.store(at, green);
      v128.store(at + area, i8x16.sub(red, green));
      v128.store(at + 2 * area, i8x16.sub(blue, green));
    }
    for (; column < w; column++, from += 4, at++) {
      const p = load<u32>(from);
      const q = row == 0 ? 0 : load<u32>(from - pitch);
      const green = <i32>(p >> 8 & 0xff) - <i32>(q >> 8 & 0xff);
      const red = <i32>(p >> 16 & 0xff) - <i32>(q >> 16 & 0xff);
      const blue = <i32>(p & 0xff) - <i32>(q & 0xff);
      store<u8>(at, <u8>green);
      store<u8>(at + area, <u8>(red - green));
      store<u8>(at + 2 * area, <u8>(blue - green));
    }
  }
  return <i32>(area * 3);
}

/** Four pixels less those above them, channel by channel. */
// @ts-ignore: decorator
@inline
function differences(from: usize, pitch: usize, hasAbove: bool): v128 {
  const pixels = v128.load(from);
  const less = hasAbove ? i8x16.sub(pixels, v128.load(from - pitch)) : pixels;
  return i8x16.swizzle(less, i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
}
