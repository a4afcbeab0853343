/** Pictures that are known by their number, for processes that cannot tell each other what they drew. */
import { Random } from "../helpers/random.ts";
import { blank, fill } from "./rig.ts";
import type { PictureView } from "../../history/picture_refs.ts";

/** Of picture n is n × this, ms since the Unix epoch: some fall into one segment, some do not. */
export const TIME_STEP_MS = 20_000;

export function numbered(n: number): PictureView {
  const picture = blank(256, 128, 0x202020);
  // Some parts are new each time, some come back, some stay.
  for (const [part, seed] of [n, n % 7, Math.floor(n / 10)].entries()) {
    const random = new Random(seed * 3 + part);
    fill(picture, { x: part * 70, y: 20, w: 60, h: 60 }, () => random.bits() & 0x0f0f0f);
  }
  return picture;
}
