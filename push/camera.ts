/** Takes screenshots of a source, and tells whether anything is different in them. */
import type { Size } from "../capture/geometry.ts";
import type { Opened } from "../capture/open_source.ts";
import { SourceKeeper } from "../capture/source_keeper.ts";

/** A frame; its bytes are valid until the next look. */
export interface Look extends Size {
  readonly bgrx: Uint8Array;
}

/** Looks at everything each time: a look every few seconds costs too little to rely on damage for it. */
export class Camera {
  readonly #keeper: SourceKeeper;
  #frame = new Uint8Array();
  #spare = new Uint8Array();
  #size: Size = { width: 0, height: 0 };

  /** @throws {SourceLost} when the picture is larger than sources may be */
  constructor(opened: Opened) {
    this.#keeper = new SourceKeeper(opened);
  }

  /** Name of the source for people. */
  get label(): string {
    return this.#keeper.label;
  }

  /** Why the source is away; `undefined` while it is there. */
  get lostReason(): string | undefined {
    return this.#keeper.lostReason;
  }

  /**
   * The picture, if it is another one than at the last look that gave one; `undefined` if not, or if the source is
   * away. The pointer is no part of it.
   * @param now ms, steady
   */
  look(now: number): Look | undefined {
    if (!this.#keeper.poll(now)) return undefined;
    const { width, height } = this.#keeper.size;
    const length = width * height * 4;
    const frame = this.#spare.length === length ? this.#spare : new Uint8Array(length);
    this.#spare = frame;
    if (!this.#keeper.grab(frame, { top: 0, bottom: height }, now)) return undefined;
    const sameSize = this.#size.width === width && this.#size.height === height;
    if (sameSize && samePixels(frame, this.#frame)) return undefined;
    this.#spare = this.#frame;
    this.#frame = frame;
    this.#size = { width, height };
    return { width, height, bgrx: frame };
  }

  close(): void {
    this.#keeper.close();
  }
}

/** The fourth byte of a pixel may hold anything. */
function samePixels(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): boolean {
  const [one, other] = [new Uint32Array(a.buffer), new Uint32Array(b.buffer)];
  for (let i = 0; i < one.length; i++) {
    if (((one[i] ^ other[i]) & 0xffffff) !== 0) return false;
  }
  return true;
}
