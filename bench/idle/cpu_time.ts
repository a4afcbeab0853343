/** CPU time of processes, from `/proc`. Linux only. */

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/**
 * CPU seconds, user and system, that a process has used, its ended threads included; in steps of 0.01.
 * @throws {Deno.errors.NotFound} when there is no such process
 */
export function cpuSeconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // proc(5): `pid (name) state …`, `utime` and `stime` are the fields 14 and 15. The name may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  if (!Number.isFinite(seconds)) throw new Error(`Cannot read the CPU time of process ${pid}`);
  return seconds;
}
