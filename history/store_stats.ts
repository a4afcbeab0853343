/** How much the archive holds, how fast it grows, and how far back it will reach. */
import type { DatabaseSync } from "node:sqlite";
import type { Activity } from "./activity.ts";
import { numberFrom } from "./database.ts";
import type { Limits, Retention } from "./retention.ts";

export interface StoreStats {
  /** What holds something: free pages are left out. */
  readonly usedBytes: number;
  /** Size of the file and its log. */
  readonly fileBytes: number;
  readonly tiles: number;
  readonly segments: number;
  /** Of recorded time; 0 where nothing was recorded. */
  readonly bytesPerHour: number;
  /** How far back the archive will reach at this rate, ms. */
  readonly horizonMs: number;
}

/** Growth is told from this much of the newest time, ms. */
const GROWTH_MS = 6 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

/** @param path of the archive's file */
export function storeStats(
  database: DatabaseSync,
  path: string,
  retention: Retention,
  activity: Activity,
  { maxAgeMs, maxBytes }: Limits,
): StoreStats {
  const count = (sql: string) => numberFrom(database, sql);
  const usedBytes = retention.usedBytes;
  const since = count("SELECT coalesce(max(end), 0) FROM segment WHERE dying IS NULL") - GROWTH_MS;
  const recordedMs = Number(
    database.prepare(
      "SELECT coalesce(sum(end - max(start, ?)), 0) AS ms FROM segment WHERE end > ? AND dying IS NULL",
    ).get(since, since)?.ms,
  );
  // What was stored, times what the file takes for it.
  const overhead = usedBytes / Math.max(1, activity.bytesSince(0));
  const recent = activity.bytesSince(since) * overhead;
  const bytesPerHour = recordedMs > 0 ? recent / recordedMs * HOUR_MS : 0;
  const fits = maxBytes > 0 && bytesPerHour > 0 ? maxBytes / bytesPerHour * HOUR_MS : Infinity;
  return {
    usedBytes,
    fileBytes: count("PRAGMA page_count") * count("PRAGMA page_size") + logBytes(path),
    tiles: count("SELECT count(*) FROM tile"),
    segments: count("SELECT count(*) FROM segment WHERE dying IS NULL"),
    bytesPerHour,
    horizonMs: Math.min(maxAgeMs, fits),
  };
}

/** By the path it was opened with: SQLite's own one has links resolved, and may lie where nothing else is allowed. */
function logBytes(path: string): number {
  try {
    return Deno.statSync(`${path}-wal`).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
