/** How sources are named in URLs and in the history. */

/** What ids of sources look like. */
export const SOURCE_ID = /^[a-z0-9][a-z0-9_-]{0,31}$/;
/** Ids of captured sources; nothing can be pushed to them. */
const CAPTURED_IDS: readonly string[] = ["screen", "demo"];

/** The id of what this server captures: the demo keeps apart from any real screen, in history above all. */
export function capturedId(label: string): string {
  return label === "demo" ? "demo" : "screen";
}

/** True for ids that captured sources have, on this server or another. */
export function isCapturedId(id: string): boolean {
  return CAPTURED_IDS.includes(id);
}
