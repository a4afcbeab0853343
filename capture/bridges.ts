/**
 * What brings a viewer to the reference that joins or has fallen behind: the contents of updates, encoded once
 * and shared by all viewers that they fit.
 *
 * Content that was encoded for an older seq has all that a newer one lacks, so it fits both: it is shared at
 * once where the tiles are the same, and in any case when `MAX_CATCH_UPS` have been encoded. A
 * thousand slow viewers thus cost as much as a few.
 */
import { type Encoder, LOSSLESS } from "./encode.ts";
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { mergeRects } from "./merge.ts";
import type { TileClock } from "./tile_clock.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Above this share of the frame a catch-up is no better than a keyframe. Its rectangles, merged, may overlap; they
 * are drawn twice, and decoders refuse patches of more than twice the frame.
 */
const CATCH_UP_SHARE = 0.9;
/** Different catch-ups encoded for one seq; more viewers share them, or get a keyframe. */
const MAX_CATCH_UPS = 3;

export class Bridges {
  readonly #kernels: Kernels;
  readonly #space: Workspace;
  readonly #encoder: Encoder;
  readonly #clock: TileClock;
  /** The seq that the contents below lead to. */
  #seq = -1;
  #picture: Uint8Array | undefined;
  #catchUps: { since: number; tileCount: number; content: Uint8Array }[] = [];

  constructor(kernels: Kernels, space: Workspace, encoder: Encoder, clock: TileClock) {
    this.#kernels = kernels;
    this.#space = space;
    this.#encoder = encoder;
    this.#clock = clock;
  }

  /**
   * The whole reference, for a keyframe.
   * @param seq of the reference
   */
  picture(seq: number): Uint8Array {
    this.#forgetOthers(seq);
    const { width, height } = this.#space;
    this.#picture ??= this.#encode([{ x: 0, y: 0, w: width, h: height }], true);
    return this.#picture;
  }

  /**
   * What changed after `since`, and perhaps more; `undefined` where a keyframe is no worse.
   * @param since a seq of the same picture size, before `seq`
   * @param seq of the reference
   */
  catchUp(since: number, seq: number): Uint8Array | undefined {
    this.#forgetOthers(seq);
    const tiles = this.#clock.changedAfter(since);
    const rects = mergeRects(tiles);
    const area = rects.reduce((sum, { w, h }) => sum + w * h, 0);
    if (area > CATCH_UP_SHARE * this.#space.width * this.#space.height) return undefined;
    const fitting = this.#catchUps.filter((other) => other.since <= since);
    const smallest = fitting.sort((a, b) => a.tileCount - b.tileCount).at(0);
    const full = this.#catchUps.length >= MAX_CATCH_UPS;
    if (smallest && (full || smallest.tileCount === tiles.length)) return smallest.content;
    if (full) return undefined;
    const content = this.#encode(rects, false);
    this.#catchUps.push({ since, tileCount: tiles.length, content });
    return content;
  }

  #forgetOthers(seq: number): void {
    if (this.#seq === seq) return;
    this.#seq = seq;
    this.#picture = undefined;
    this.#catchUps = [];
  }

  /** Encodes parts of the reference for decoders whose pixels there are not known here. */
  #encode(rects: readonly Rect[], keyframe: boolean): Uint8Array {
    const { reference, joining, width, height } = this.#space;
    // Around the rectangles, such a decoder shows the reference.
    if (!keyframe) this.#kernels.copyRect(reference, joining, width, 0, 0, width, height);
    this.#encoder.startEpoch();
    const { content } = this.#encoder.encode({
      keyframe,
      seqDelta: 1,
      timeDelta: 0,
      saves: [],
      copies: [],
      recalls: [],
      blacken: keyframe ? [] : rects,
      rects,
      losses: LOSSLESS,
      from: reference,
      canvas: joining,
    });
    this.#encoder.startEpoch();
    return content;
  }
}
