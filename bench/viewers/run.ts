/** One measurement: a fresh server, a load generator of so many viewers, and what both used. */
import config from "../../deno.json" with { type: "json" };
import type { LoadFigures, LoadOrder, LoadReport } from "./load.ts";
import type { NoiseOptions } from "./noise_source.ts";
import type { BenchOptions } from "./options.ts";
import { type Usage, usageOf } from "./process_usage.ts";

/** What was measured. */
export interface RunResult extends LoadFigures {
  readonly viewers: number;
  readonly seconds: number;
  /** CPU seconds of the server in the span: the capture Worker, and everything else. */
  readonly captureCpu: number;
  readonly httpCpu: number;
  /** CPU seconds of the load generator in the span. */
  readonly loadCpu: number;
  /** Resident memory of the server in the middle of its ups and downs during the span, bytes. */
  readonly residentBytes: number;
}

const ROOT = new URL("../../", import.meta.url);
const TOKEN = "bench-viewers";
const MEMORY_EVERY_MS = 250;

/**
 * Runs it.
 * @param viewers instead of the options' own
 * @throws {Error} when a process does not start or ends early
 */
export async function measureViewers(options: BenchOptions, viewers: number): Promise<RunResult> {
  const server = startServer(options, viewers);
  try {
    const url = await listening(server);
    return await underLoad(server.pid, { url, token: TOKEN, viewers, seconds: options.seconds });
  } finally {
    kill(server);
    await server.status;
  }
}

/** The server with exactly the permissions of `deno task start`. */
function startServer({ bytes, fps }: BenchOptions, viewers: number): Deno.ChildProcess {
  const [, ...task] = config.tasks.start.command.split(" ");
  const permissions = task.slice(0, -1);
  const options: NoiseOptions = { bytes };
  const source = { url: new URL("noise_source.ts", import.meta.url).href, options };
  const settings = ["--fps", String(fps), "--max-viewers", String(Math.max(5000, viewers))];
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...permissions,
      new URL("server.ts", import.meta.url).pathname,
      JSON.stringify(source),
      ...["--port", "0", ...settings],
    ],
    cwd: ROOT,
    env: { PATCHCAST_TOKEN: TOKEN, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function listening(server: Deno.ChildProcess): Promise<string> {
  for await (const line of linesOf(server)) {
    const address = /^listening on (\S+)$/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error("The server ended before it listened");
}

async function underLoad(serverPid: number, order: LoadOrder): Promise<RunResult> {
  const load = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-ffi",
      new URL("load.ts", import.meta.url).pathname,
      JSON.stringify(order),
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const span: { server: Usage; load: Usage }[] = [];
  const resident: number[] = [];
  let sampling: ReturnType<typeof setInterval> | undefined;
  const sampleMemory = () => resident.push(usageOf(serverPid).residentBytes);
  try {
    for await (const line of linesOf(load)) {
      const report: LoadReport = JSON.parse(line);
      if (report.event === "figures") {
        await load.status;
        const { viewers, seconds } = order;
        const [before, after] = span;
        return {
          viewers,
          seconds,
          ...report.figures,
          captureCpu: after.server.captureCpu - before.server.captureCpu,
          httpCpu: after.server.httpCpu - before.server.httpCpu,
          loadCpu: after.load.httpCpu - before.load.httpCpu,
          residentBytes: median(resident),
        };
      }
      span.push({ server: usageOf(serverPid), load: usageOf(load.pid) });
      sampleMemory();
      if (report.event === "begin") sampling = setInterval(sampleMemory, MEMORY_EVERY_MS);
      else clearInterval(sampling);
    }
    throw new Error("The load generator ended before it was done");
  } finally {
    clearInterval(sampling);
    kill(load);
    await load.status;
  }
}

function kill(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
}

async function* linesOf({ stdout }: Deno.ChildProcess): AsyncGenerator<string> {
  let text = "";
  // Left open at the end: a process whose pipe is closed dies of its next line.
  const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (text + value).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
