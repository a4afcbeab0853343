/**
 * Going to an instant: the picture that stood then, as a message for a canvas that shows another one or nothing.
 */
import type { Size } from "../capture/geometry.ts";
import { gridChanges } from "./grid.ts";
import type { HistoryStore } from "./store.ts";
import { PACK_TILES } from "./tile_coder.ts";
import { isSolidRef } from "./tile_ref.ts";
import { tilesMessage } from "./tiles_message.ts";
import type { Gap } from "./timeline.ts";
import type { Pack } from "./tiles.ts";

/** A picture, and the way there. */
export interface SeekAnswer extends Size {
  /** Names the archive: where it is the same, a pack's id means the same pack. */
  readonly archive: string;
  /** When the picture came to be, ms since the Unix epoch. */
  readonly time: number;
  /** When the pictures before and after it came to be; `undefined` at the archive's ends. */
  readonly previous: number | undefined;
  readonly next: number | undefined;
  /** The instant lies in a gap, and this is the last picture before it. */
  readonly gap: Gap | undefined;
  /**
   * The instant that `message` goes on from: what was asked for, or `undefined` where it is a keyframe. An epoch
   * whose seq and time it is (0 for a keyframe) has to come before.
   */
  readonly base: number | undefined;
  /** The tiles message; its seq and time become `time`. */
  readonly message: Uint8Array<ArrayBuffer>;
}

/**
 * @param have an instant whose picture the canvas shows; `undefined` for an empty one
 * @returns `undefined` before the first picture
 */
export function seek(
  store: Pick<HistoryStore, "archive" | "at" | "packs">,
  source: string,
  time: number,
  have: number | undefined,
): SeekAnswer | undefined {
  const picture = store.at(source, time);
  if (!picture) return undefined;
  const shown = have === undefined ? undefined : store.at(source, have);
  const isNear = shown?.width === picture.width && shown.height === picture.height;
  const base = isNear ? have : undefined;
  const changes = gridChanges(isNear ? shown.grid : [], picture.grid);
  const ids = new Set<number>();
  for (const { ref } of changes) if (!isSolidRef(ref)) ids.add(Math.floor(ref / PACK_TILES));
  const packs = new Map(store.packs([...ids]).map((pack): [number, Pack] => [pack.id, pack]));
  const { width, height, previous, next, gap } = picture;
  const delta = picture.time - (base ?? 0);
  const message = tilesMessage(
    { keyframe: base === undefined, seqDelta: delta, timeDelta: delta },
    changes,
    (id) => packs.get(id)!,
  );
  const { archive } = store;
  return { archive, width, height, time: picture.time, previous, next, gap, base, message };
}
