/** What a viewer that comes back has missed, out of the ring. */
import { concat } from "./messages.ts";
import type { Ring } from "./ring.ts";

/** A resuming viewer is sent what it missed if that is no more than this, uncompressed. */
const MAX_REPLAY_BYTES = 4 * 1024 * 1024;

/**
 * The messages of the chunks from `from` up to `to`; `undefined` where the ring does not have them all, they are too
 * many, or the picture's size changes among them: the hello's size would not fit what was missed.
 */
export function messagesBetween(
  ring: Pick<Ring, "get">,
  from: number,
  to: number,
): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let index = from; index < to; index++) {
    const chunk = ring.get(index);
    if (!chunk || chunk.resizes) return undefined;
    bytes += chunk.messages.length;
    if (bytes > MAX_REPLAY_BYTES) return undefined;
    parts.push(chunk.messages);
  }
  return concat(parts);
}
