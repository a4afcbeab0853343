/** What a process has used so far, from `/proc`. Linux only. */

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** CPU seconds, user and system, of the capture Worker's thread. */
  readonly captureCpu: number;
  /** CPU seconds of all other threads: HTTP, ring, runtime, garbage collection. */
  readonly httpCpu: number;
  /** Resident memory, bytes. */
  readonly residentBytes: number;
}

/** @param pid a server with one Worker: the capture */
export function usageOf(pid: number): Usage {
  let captureCpu = 0;
  let httpCpu = 0;
  for (const { name: thread } of Deno.readDirSync(`/proc/${pid}/task`)) {
    const { name, cpu } = readThread(`/proc/${pid}/task/${thread}/stat`);
    if (name.startsWith("worker-")) captureCpu += cpu;
    else httpCpu += cpu;
  }
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const residentBytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  return { captureCpu, httpCpu, residentBytes };
}

/** proc(5): `pid (name) state …`, `utime` and `stime` are fields 14 and 15. The name may hold spaces. */
function readThread(path: string): { name: string; cpu: number } {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(path);
  } catch {
    // It has ended since the folder was read.
    return { name: "", cpu: 0 };
  }
  const open = stat.indexOf("(");
  const close = stat.lastIndexOf(")");
  const fields = stat.slice(close + 2).split(" ");
  const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  return { name: stat.slice(open + 1, close), cpu };
}
