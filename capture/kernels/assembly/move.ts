/** Carrying out copies: rectangles moved within a picture. */

/**
 * Moves a rectangle within a picture; source and target may overlap.
 * @param sx,sy its old place
 * @param dx,dy its new place
 */
export function moveRect(
  picture: usize, pictureWidth: i32, sx: i32, sy: i32, dx: i32, dy: i32, w: i32, h: i32,
): void {
  const bytes = <usize>w * 4;
  for (let i = 0; i < h; i++) {
    const row = dy > sy ? h - 1 - i : i; // never over a row that is still to be read
    memory.copy(
      picture + <usize>((dy + row) * pictureWidth + dx) * 4,
      picture + <usize>((sy + row) * pictureWidth + sx) * 4,
      bytes,
    );
  }
}

/** Writes a picture of its own, `w × h`, into a larger one: the reverse of `crop`. */
export function paste(
  from: usize, picture: usize, pictureWidth: i32, x: i32, y: i32, w: i32, h: i32,
): void {
  for (let row = 0; row < h; row++) {
    memory.copy(
      picture + <usize>((y + row) * pictureWidth + x) * 4,
      from + <usize>(row * w) * 4,
      <usize>w * 4,
    );
  }
}
