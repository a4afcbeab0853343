/**
 * How close pictures with losses are to what they should be: SSIM of the luma, 8×8 windows, one every four
 * pixels (Wang, Bovik, Sheikh, Simoncelli: "Image quality assessment", 2004; constants as there), over the
 * tiles that were sent with losses.
 */
import type { Picture } from "../public/decoder/picture.js";

const WINDOW = 8;
const STEP = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

export class LossyQuality {
  frames = 0;
  #sum = 0;

  /** Mean over the frames compared; 1 when there was none. */
  get mean(): number {
    return this.frames === 0 ? 1 : this.#sum / this.frames;
  }

  /** @param frame BGRX, of the picture's size */
  compare(picture: Picture, frame: Uint8Array): void {
    const wanted = new Uint32Array(frame.buffer, frame.byteOffset, picture.pixels.length);
    let sum = 0;
    let windows = 0;
    for (const { x, y, w, h } of picture.losses.rects()) {
      for (let top = y; top + WINDOW <= y + h; top += STEP) {
        for (let left = x; left + WINDOW <= x + w; left += STEP) {
          sum += ssimAt(picture.pixels, wanted, picture.width, left, top);
          windows++;
        }
      }
    }
    if (windows === 0) return;
    this.frames++;
    this.#sum += sum / windows;
  }
}

function ssimAt(a: Uint32Array, b: Uint32Array, width: number, left: number, top: number): number {
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let row = 0; row < WINDOW; row++) {
    for (let column = 0; column < WINDOW; column++) {
      const at = (top + row) * width + left + column;
      const p = luma(a[at]);
      const q = luma(b[at]);
      sumA += p;
      sumB += q;
      sumAA += p * p;
      sumBB += q * q;
      sumAB += p * q;
    }
  }
  const n = WINDOW * WINDOW;
  const [meanA, meanB] = [sumA / n, sumB / n];
  const varianceA = sumAA / n - meanA * meanA;
  const varianceB = sumBB / n - meanB * meanB;
  const covariance = sumAB / n - meanA * meanB;
  return (2 * meanA * meanB + C1) * (2 * covariance + C2) /
    ((meanA * meanA + meanB * meanB + C1) * (varianceA + varianceB + C2));
}

/** ITU-R BT.601 weights. */
function luma(pixel: number): number {
  return 0.299 * ((pixel >> 16) & 255) + 0.587 * ((pixel >> 8) & 255) + 0.114 * (pixel & 255);
}
