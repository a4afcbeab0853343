/** Which window somebody means. */
import type { WindowInfo } from "../../targets.ts";

/** `0x1e00007`. */
const ID = /^0x[0-9a-f]{1,8}$/i;

/** The XID that `wanted` is; `undefined`: it is a part of a title. */
export function xidIn(wanted: string): bigint | undefined {
  return ID.test(wanted) ? BigInt(wanted) : undefined;
}

/** The first of `windows` whose title has `wanted` in it, whatever its case. */
export function titled<W extends WindowInfo>(
  windows: readonly W[],
  wanted: string,
): W | undefined {
  const text = wanted.toLowerCase();
  return windows.find(({ title }) => title.toLowerCase().includes(text));
}

/** The first of `windows` that looks like one that there is no more: same program, same title. */
export function alike<W extends WindowInfo>(
  windows: readonly W[],
  { app, title }: WindowInfo,
): W | undefined {
  if (app === "" && title === "") return undefined;
  return windows.find((window) => window.app === app && window.title === title);
}
