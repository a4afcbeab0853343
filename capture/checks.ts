/**
 * Says what a canvas that follows the stream looks like, now and then, so that viewers can find out whether
 * theirs does (docs/PROTOCOL.md, "Check").
 *
 * A check is part of the shared stream: made once for everybody, and true exactly where it stands in it. It
 * costs about a millisecond for 1920×1080 and four bytes a tile, so it is rare: a minute after the one before,
 * if anything was sent since, and some seconds after somebody came, who would like to know soon.
 */
import type { Kernels } from "./kernels/kernels.ts";
import { checkMessage } from "./messages.ts";
import type { Workspace } from "./workspace.ts";

/** After updates the next check comes this long after the one before, ms. */
export const CHECK_EVERY_MS = 60_000;
/** Somebody who came waits this long for a check, ms: the picture is there, and what follows it settled. */
export const CHECK_NEWCOMER_MS = 3000;
/** However many come, checks are at least this far apart, ms. */
export const CHECKS_APART_MS = 5000;

export class Checks {
  #hasPicture = false;
  /** An update was sent since the last check. */
  #changed = false;
  #newcomerAt = Infinity;
  #lastAt: number | undefined;

  /** An update was sent: it is what viewers show from now on. */
  updated(): void {
    this.#hasPicture = true;
    this.#changed = true;
  }

  /** The canvas has become a black one that is not meant to be seen; the next update is a keyframe. */
  blackened(): void {
    this.#hasPicture = false;
  }

  /** @param now ms by the steady clock */
  viewerCame(now: number): void {
    this.#newcomerAt = Math.min(this.#newcomerAt, now);
  }

  /** @param now ms by the steady clock */
  isDue(now: number): boolean {
    if (!this.#hasPicture) return false;
    // The minute counts from the first picture on; somebody who waits for it need not wait longer.
    this.#lastAt ??= now - CHECKS_APART_MS;
    if (now - this.#lastAt < CHECKS_APART_MS) return false;
    return now - this.#newcomerAt >= CHECK_NEWCOMER_MS ||
      (this.#changed && now - this.#lastAt >= CHECK_EVERY_MS);
  }

  /**
   * The check of the reference as it is, to be sent before anything else changes it.
   * @param now ms by the steady clock
   */
  make(kernels: Kernels, space: Workspace, now: number): Uint8Array<ArrayBuffer> {
    this.#changed = false;
    // Who came a moment ago may get into the stream behind this one.
    if (now - this.#newcomerAt >= CHECK_NEWCOMER_MS) this.#newcomerAt = Infinity;
    this.#lastAt = now;
    return checkMessage(tileHashes(kernels, space));
  }
}

/** One hash a tile of the reference, row by row, as little-endian u32. A copy. */
export function tileHashes(kernels: Kernels, space: Workspace): Uint8Array<ArrayBuffer> {
  const { reference, width, height, out, tileCount } = space;
  kernels.hashTiles(reference, width, height, false, out);
  return new Uint8Array(space.outBytes(tileCount * 4));
}
