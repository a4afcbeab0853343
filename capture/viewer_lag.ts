import type { Ring } from "./ring.ts";

/**
 * For how long a viewer has lacked an update that there is, ms; 0: it has the newest. If the oldest that it lacks has
 * left the ring, since the oldest that is there.
 * @param has seq of the newest update that it has; `null`: none
 * @param now ms since the Unix epoch
 */
export function lagOf(
  ring: Pick<Ring, "start" | "end" | "get">,
  has: number | null,
  now: number,
): number {
  // The oldest chunk that has more than the viewer; seqs never fall from one to the next.
  let [from, to] = [ring.start, ring.end];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (has !== null && ring.get(middle)!.seq <= has) from = middle + 1;
    else to = middle;
  }
  const lacking = ring.get(from);
  return lacking ? Math.max(0, now - lacking.time) : 0;
}
