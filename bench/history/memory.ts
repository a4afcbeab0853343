/** What this process holds, garbage excepted. */
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Resident memory, MiB, right after V8 has collected this thread's garbage and glibc has given back what is free.
 * Without that it varies by 70 MiB. The garbage of Workers is not collected: end them first.
 */
export function memoryMiB(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  // What the first one finalizes, the next one frees.
  for (let i = 0; i < 3; i++) collect();
  trimHeap();
  return process.memoryUsage.rss() / 2 ** 20;
}

function trimHeap(): void {
  if (Deno.build.os !== "linux") return;
  try {
    const symbols = { malloc_trim: { parameters: ["usize"], result: "i32" } } as const;
    const libc = Deno.dlopen("libc.so.6", symbols);
    libc.symbols.malloc_trim(0n);
    libc.close();
  } catch {
    // Another C library.
  }
}

/** CPU seconds, user and system, that this process has used in all of its threads. */
export function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
