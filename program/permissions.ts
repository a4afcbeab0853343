/**
 * What the process may not do any more once it listens and knows what it was told. What is taken back is taken back
 * for all its Workers.
 */
import type { Config } from "../config.ts";

/** Kinds of sources that are child processes. */
const CHILDREN: readonly string[] = ["camera", "video", "exec"];

/** Gives back the permission to connect and to start other programs, where nothing needs it. */
export async function dropPermissions({ source, slicesTo }: Config): Promise<void> {
  const kinds = source.map(({ kind }) => kind);
  if (!kinds.includes("slices") && slicesTo.length === 0) {
    await Deno.permissions.revoke({ name: "net" });
  }
  if (!kinds.some((kind) => CHILDREN.includes(kind))) {
    await Deno.permissions.revoke({ name: "run" });
  }
}
