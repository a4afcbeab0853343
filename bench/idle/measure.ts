/** CPU seconds of several servers over the same stretch of time. */
import { cpuSeconds } from "./cpu_time.ts";
import type { Subject } from "./subjects.ts";

/** One line of what `--json` prints. */
export interface IdleResult {
  readonly name: string;
  readonly seconds: number;
  readonly serverCpuSeconds: number;
  readonly xServerCpuSeconds: number;
  /** Of both together. */
  readonly percentOfACore: number;
}

/**
 * @param settleMs how long to wait first
 * @throws {Error} when a process or a viewer is gone by the end, or a server has never used any CPU time: it was
 * another process that was looked at
 */
export async function measureIdle(
  subjects: readonly Subject[],
  seconds: number,
  settleMs: number,
): Promise<IdleResult[]> {
  await pause(settleMs);
  const before = subjects.map(cpuOf);
  const start = performance.now();
  await pause(seconds * 1000);
  const after = subjects.map(cpuOf);
  const passed = (performance.now() - start) / 1000;
  for (const subject of subjects) await subject.check();
  return subjects.map(({ name }, i) => {
    if (!(after[i].server > 0)) throw new Error(`${name}: its process has used no CPU time ever`);
    const serverCpuSeconds = after[i].server - before[i].server;
    const xServerCpuSeconds = after[i].xServer - before[i].xServer;
    const percentOfACore = 100 * (serverCpuSeconds + xServerCpuSeconds) / passed;
    return { name, seconds: passed, serverCpuSeconds, xServerCpuSeconds, percentOfACore };
  });
}

function cpuOf({ server, xServer }: Subject) {
  return { server: cpuSeconds(server), xServer: xServer === undefined ? 0 : cpuSeconds(xServer) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
