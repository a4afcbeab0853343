/** What a wall has to look like, from the pictures of its sources. */
import { gridOf, pictureIn } from "../../capture/sources/wall/grid.ts";
import { areaAverage } from "./area_average.ts";
import { blankFrame, type Frame } from "./frames.ts";

/** @param frames of the sources in their order; `undefined` where there is none yet */
export function wallPicture(frames: readonly (Frame | undefined)[]): Frame {
  const grid = gridOf(frames.length);
  const wall = blankFrame(grid.width, grid.height);
  frames.forEach((frame, i) => {
    if (!frame) return;
    const place = pictureIn(grid.cells[i], frame);
    const all = { x: 0, y: 0, w: frame.width, h: frame.height };
    const small = areaAverage(frame, all, { width: place.w, height: place.h });
    for (let row = 0; row < place.h; row++) {
      const line = small.bgrx.subarray(row * place.w * 4, (row + 1) * place.w * 4);
      wall.bgrx.set(line, ((place.y + row) * grid.width + place.x) * 4);
    }
  });
  return wall;
}
