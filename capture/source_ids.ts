/** How sources are named in URLs and in the history. */

/** Ids that captured sources have where nobody names them, on this server or another; nothing is pushed to them. */
const CAPTURED_IDS: readonly string[] = ["screen", "demo"];
/** The wall of all sources. */
export const WALL_ID = "wall";

/** The id of what this server captures: the demo keeps apart from any real screen, in history above all. */
export function capturedId(label: string): string {
  return label === "demo" ? "demo" : "screen";
}

/** True for ids that nothing can be pushed to, whatever is captured here. */
export function isCapturedId(id: string): boolean {
  return id === WALL_ID || CAPTURED_IDS.includes(id);
}

/** A source that wants an id. */
export interface Unnamed {
  /** What somebody called it; `undefined`: it is called after its kind. */
  readonly id: string | undefined;
  /** The name of its kind: `screen`, `camera`. */
  readonly kindId: string;
}

/** An id for each; the second of a kind is `camera-2`, the third `camera-3`. */
export function assignIds(sources: readonly Unnamed[]): string[] {
  const taken = new Set(sources.flatMap(({ id }) => id ?? []));
  return sources.map(({ id, kindId }) => {
    if (id !== undefined) return id;
    for (let n = 1;; n++) {
      const free = n === 1 ? kindId : `${kindId}-${n}`;
      if (taken.has(free)) continue;
      taken.add(free);
      return free;
    }
  });
}
