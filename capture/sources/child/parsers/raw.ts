/** Pixels without any header, row after row, picture after picture: all of the size that was stated. */
import type { Size } from "../../../geometry.ts";
import {
  checkPictureSize,
  type FrameParser,
  type PackedLayout,
  type TakePicture,
} from "./parser.ts";
import { Payload, type Spares } from "./payload.ts";

/** Bytes of a pixel. */
export const BYTES_A_PIXEL: Readonly<Record<PackedLayout, number>> = {
  bgrx: 4,
  rgbx: 4,
  bgr24: 3,
  rgb24: 3,
  grey: 1,
  grey_alpha: 2,
};

export class RawParser implements FrameParser {
  readonly #layout: PackedLayout;
  readonly #size: Size;
  readonly #payload: Payload;
  readonly #take: TakePicture;

  /** @throws {BadFrames} when no picture may have this size */
  constructor(layout: PackedLayout, size: Size, spares: Spares, take: TakePicture) {
    checkPictureSize(size);
    this.#layout = layout;
    this.#size = size;
    this.#payload = new Payload(spares);
    this.#take = take;
  }

  get isBetween(): boolean {
    return !this.#payload.isOpen;
  }

  feed(bytes: Uint8Array): void {
    const { width, height } = this.#size;
    for (let at = 0; at < bytes.length;) {
      if (!this.#payload.isOpen) this.#payload.begin(width * height * BYTES_A_PIXEL[this.#layout]);
      at = this.#payload.take(bytes, at);
      if (!this.#payload.isWhole) return;
      const picture = this.#payload.finish();
      this.#take({ kind: "packed", layout: this.#layout, width, height, bytes: picture });
    }
  }
}
