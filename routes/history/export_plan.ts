/** Which pictures an export has: one for each recorded moment, or one every so often. */
import type { Rect } from "../../capture/geometry.ts";
import { refusal } from "../../config/refusal.ts";
import { invalidValues } from "../problem.ts";
import { archiveOf, type HistoryDeps } from "./deps.ts";

/** Pictures in one export: at 1080p and 60 ms each, five minutes of work and at most some 2 GB. */
export const MAX_PICTURES = 5000;
/** All of any picture. */
const EVERYWHERE: Rect = { x: 0, y: 0, w: 16384, h: 16384 };

export interface ExportWish {
  readonly source: string;
  /** `from <= t < to`, ms since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  /** ms; `undefined`: each recorded moment. */
  readonly every: number | undefined;
}

/**
 * The instants of an export's pictures, in order. The first is `from`, whose picture may be older.
 * @throws {Problem} 400 when there are too many
 */
export async function exportTimes(deps: HistoryDeps, wish: ExportWish): Promise<number[]> {
  const { source, from, to, every } = wish;
  if (every !== undefined) {
    const count = Math.ceil((to - from) / every);
    if (count > MAX_PICTURES) throw tooMany(wish, `${count} of them`);
    return Array.from({ length: count }, (_, i) => from + i * every);
  }
  const limit = MAX_PICTURES + 1;
  const times = await archiveOf(deps).ask("changes", source, EVERYWHERE, from, to, limit);
  if (times[0] !== from) times.unshift(from);
  if (times.length > MAX_PICTURES) throw tooMany(wish, `more than ${MAX_PICTURES}`);
  return times;
}

function tooMany({ every, to }: ExportWish, found: string) {
  const allowed = `at most ${MAX_PICTURES} pictures, here are ${found}: a shorter time`;
  const named = every === undefined
    ? refusal("to", to, `${allowed}, or every=MS`)
    : refusal("every", every, `${allowed}, or more ms`);
  return invalidValues([named]);
}
