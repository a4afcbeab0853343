/** The archive of a bench: where it is, and how much it takes. */
import { HistoryStore } from "../../history/store.ts";

/** The source that all pictures are of. */
export const SOURCE = "bench";

/**
 * Opens the archive in `dir`, or makes one.
 * @param maxAgeMs how long pictures are kept
 * @param now wall clock, ms since the Unix epoch
 * @param steady measures steps, ms
 */
export async function openArchive(
  dir: string,
  maxAgeMs: number,
  now: () => number,
  steady: () => number = () => performance.now(),
): Promise<HistoryStore> {
  return await HistoryStore.open({
    dir,
    maxAgeMs,
    maxBytes: 0,
    now,
    steady,
  });
}

/** Bytes of all files in a folder. */
export function bytesIn(dir: string): number {
  return [...Deno.readDirSync(dir)].reduce((sum, { name }) => {
    return sum + Deno.statSync(`${dir}/${name}`).size;
  }, 0);
}
