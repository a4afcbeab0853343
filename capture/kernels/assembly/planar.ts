/**
 * The patch as three planes of vertical differences: green, red - green, blue - green
 * (docs/PROTOCOL.md, encoding 2).
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
    for (let column = 0; column < w; column++, from += 4, at++) {
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
