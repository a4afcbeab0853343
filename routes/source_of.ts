/**
 * Which source a request is about: the one that `?source=ID` names, or the one that this server captures.
 */
import { z } from "zod";
import type { Closed } from "../capture/held_source.ts";
import { show } from "../config/refusal.ts";
import { SOURCE_ID } from "../config/source_id.ts";
import { Problem, problemSchema } from "./problem.ts";
import { type AppContext, json } from "./route.ts";

/** The query parameter, for the descriptions of routes. */
export const sourceQuery = z.string().regex(SOURCE_ID).optional()
  .describe("Id of a source, as GET /api/sources lists them; the captured one when left out");

/** The response to a name that no source has, for the descriptions of routes. */
export const noSuchSource = json("There is no such source", problemSchema);

/** What is asked for a source. */
export interface SourceLookup<S> {
  get(id: string | undefined): S | undefined;
  list(): readonly { readonly id: string }[];
}

/** A source that can be watched; `HeldSource` is one. */
export interface Watched<E> {
  readonly id: string;
  readonly engine: E;
  /**
   * Counts a viewer, who is told when the source is closed; returns what is called when it leaves.
   * @param fps pictures a second that it takes at most; left out: all there are
   */
  enter(closed: Closed, fps?: number): () => void;
}

/**
 * The source of a request.
 * @throws {Problem} 404 that names it, and the sources there are
 */
export function sourceOf<S>(c: Pick<AppContext, "req">, sources: SourceLookup<S>): S {
  return sourceNamed(c.req.query("source"), sources);
}

/**
 * The source with an id; the default one for `undefined`.
 * @throws {Problem} 404 that names it, and the sources there are
 */
export function sourceNamed<S>(id: string | undefined, sources: SourceLookup<S>): S {
  const source = sources.get(id);
  if (source !== undefined) return source;
  const known = sources.list().map(({ id }) => id).join(", ");
  throw new Problem("not-found", `There is no source ${show(id)}; there are: ${known}`);
}
