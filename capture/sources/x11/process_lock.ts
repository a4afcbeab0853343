/**
 * One at a time, of all threads of the process.
 *
 * libXext keeps lists of the connections that use an extension (MIT-SHM, RandR and XInput do it through it), and those lists
 * know no locks, whatever `XInitThreads` promises: two Workers that open or close X displays at the same moment destroy
 * them, and with them the process. Workers share no JavaScript, but libc: its lock of `stdin`, which nobody reads in here, is
 * one that all of them find. What only looks something up in the lists goes without, since it would wait for other servers.
 */
import type { Libraries } from "./libraries.ts";
import { nativeBuffer } from "./layouts.ts";

/** Does `work` while no other thread of the process does anything by this function. */
export function exclusively<T>(libraries: Libraries, work: () => T): T {
  const { flockfile, funlockfile } = libraries.c;
  if (flockfile === null || funlockfile === null) return work();
  const variable = nativeBuffer(8);
  libraries.read(libraries.addressOf("stdin"), variable);
  const file = variable.getBigUint64(0, true);
  flockfile(file);
  try {
    return work();
  } finally {
    funlockfile(file);
  }
}
