/** What the routes of the history need, and the questions that all of them ask first. */
import type { Archive } from "../../history/archive.ts";
import type { Gap, Span } from "../../history/timeline.ts";
import { Problem } from "../problem.ts";
import type { Erasures } from "./erasures.ts";

/** The archive as the routes see it; `Archive` is one. */
export type HistoryArchive = Pick<Archive, "ask" | "state">;

/** What is being recorded. */
export interface RecordedSource {
  readonly id: string;
  /** Name for people. */
  readonly label: string;
}

export interface HistoryDeps {
  /** `undefined`: the history is off, and `offDetail` says why. */
  readonly archive: HistoryArchive | undefined;
  /** For people. */
  readonly offDetail: string;
  /** What the archive may hold: ms, and bytes (0: no limit). */
  readonly limits: { readonly maxAgeMs: number; readonly maxBytes: number };
  /** The sources that are recorded now. */
  readonly recorded: () => readonly RecordedSource[];
  readonly erasures: Erasures;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

export type { Gap, Span };

/**
 * The archive.
 * @throws {Problem} 404 when there is none
 */
export function archiveOf({ archive, offDetail }: HistoryDeps): HistoryArchive {
  if (archive) return archive;
  throw new Problem("history-off", offDetail);
}

/** A source that there may be pictures of. */
export interface KnownSource extends RecordedSource {
  /** It is being recorded. */
  readonly live: boolean;
  /** `undefined`: there is no picture yet. */
  readonly span: Span | undefined;
}

/**
 * The source with an id.
 * @throws {Problem} 404 when it is not recorded and there are no pictures of it
 */
export async function sourceWith(deps: HistoryDeps, id: string): Promise<KnownSource> {
  const archive = archiveOf(deps);
  const span = await archive.ask("span", id);
  const recorded = deps.recorded().find((one) => one.id === id);
  if (!span && !recorded) {
    const known = new Set([
      ...deps.recorded().map((one) => one.id),
      ...await archive.ask("sources"),
    ]);
    const names = [...known].join(", ") || "none";
    throw new Problem("not-found", `There is no history of this source; there is of: ${names}`);
  }
  return { id, label: recorded?.label ?? id, live: recorded !== undefined, span };
}
