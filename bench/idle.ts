/**
 * `deno task bench:idle [--json] [--seconds 60]`: what watching a 1920×1080 screen costs on which nothing
 * happens, in CPU seconds (user and system, from `/proc`) of the server and of the X server it captures.
 *
 * Patchcast with no viewer, with one and with 100; x11vnc and Xtigervnc with one. All of them run at the same
 * time, each on a display of its own: the machine is idle, so they do not get in each other's way. Needs Xvfb; x11vnc
 * and tigervnc-standalone-server for the comparison. What is not installed is left out.
 */
import { parseArgs } from "node:util";
import { missingCommands } from "../tests/capture/sources/xvfb.ts";
import { startProgram, TOKEN } from "../tests/e2e/support/program.ts";
import { RfbViewer } from "./idle/rfb_viewer.ts";
import { startScreen, startX11vnc, startXtigervnc } from "./latency/candidates.ts";

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;
/** Newcomers are shown the picture, then checks of it; after this the screen has been still for long. */
const SETTLE_MS = 20_000;

/** What is watched: processes whose CPU time counts. */
interface Subject {
  readonly name: string;
  readonly server: number;
  /** `undefined` where the server is the X server. */
  readonly xServer: number | undefined;
}

/** One line of what `--json` prints. */
export interface IdleResult {
  readonly name: string;
  readonly seconds: number;
  readonly serverCpuSeconds: number;
  readonly xServerCpuSeconds: number;
  /** Of both together. */
  readonly percentOfACore: number;
}

async function patchcast(stack: AsyncDisposableStack, viewers: number): Promise<Subject> {
  const screen = stack.use(await startScreen());
  const program = stack.use(await startProgram(["--source", `x11:${screen.display}`]));
  const leaving = new AbortController();
  stack.defer(() => leaving.abort());
  for (let i = 0; i < viewers; i++) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const { body } = await fetch(`${program.url}/stream`, { headers, signal: leaving.signal });
    drain(body!).catch(() => {}); // Ends by the abort.
  }
  const name = `patchcast, ${viewers} viewer${viewers === 1 ? "" : "s"}`;
  return { name, server: program.pid, xServer: xServerOf(screen.display) };
}

async function x11vnc(stack: AsyncDisposableStack): Promise<Subject> {
  const { display } = stack.use(await startScreen());
  const { port, pid } = await startX11vnc(stack, display, []);
  stack.use(await RfbViewer.open(port));
  return { name: "x11vnc, 1 viewer", server: pid, xServer: xServerOf(display) };
}

async function xtigervnc(stack: AsyncDisposableStack): Promise<Subject> {
  const { port, pid } = await startXtigervnc(stack);
  stack.use(await RfbViewer.open(port));
  return { name: "Xtigervnc, 1 viewer", server: pid, xServer: undefined };
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  for await (const _ of body);
}

/** The process id of the Xvfb of a display, by its command line: with `-displayfd` it writes no lock file. */
function xServerOf(display: string): number {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const [command, first] = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0");
      if (/(^|\/)Xvfb$/.test(command) && first === display) return Number(name);
    } catch {
      // It has ended since the folder was read.
    }
  }
  throw new Error(`Cannot find the X server of ${display}`);
}

/** CPU seconds that a process has used. proc(5): `utime` and `stime` are the fields 14 and 15. */
function cpuSeconds(pid: number | undefined): number {
  if (pid === undefined) return 0;
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function measure(seconds: number): Promise<IdleResult[]> {
  await using stack = new AsyncDisposableStack();
  const subjects: Subject[] = [];
  for (const viewers of [0, 1, 100]) subjects.push(await patchcast(stack, viewers));
  if (missingCommands(["x11vnc"]).length === 0) subjects.push(await x11vnc(stack));
  if (missingCommands(["Xtigervnc"]).length === 0) subjects.push(await xtigervnc(stack));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const read = () =>
    subjects.map(({ server, xServer }) => [cpuSeconds(server), cpuSeconds(xServer)] as const);
  const before = read();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const after = read();
  const passed = (performance.now() - start) / 1000;
  return subjects.map(({ name }, i) => {
    const [serverCpuSeconds, xServerCpuSeconds] = [0, 1].map((j) => after[i][j] - before[i][j]);
    const percentOfACore = 100 * (serverCpuSeconds + xServerCpuSeconds) / passed;
    return { name, seconds: passed, serverCpuSeconds, xServerCpuSeconds, percentOfACore };
  });
}

function report(results: readonly IdleResult[]): string {
  const lines = [
    `CPU seconds in ${results[0].seconds.toFixed(0)} s      server   X server   of a core`,
  ];
  for (const { name, serverCpuSeconds, xServerCpuSeconds, percentOfACore } of results) {
    const [server, x] = [serverCpuSeconds, xServerCpuSeconds].map((cpu) => cpu.toFixed(2));
    const percent = `${percentOfACore.toFixed(2)} %`;
    lines.push(`${name.padEnd(24)}${server.padStart(10)}${x.padStart(11)}${percent.padStart(12)}`);
  }
  return lines.join("\n");
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      seconds: { type: "string", default: "60" },
      json: { type: "boolean", default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1 && seconds <= 86_400)) {
    throw new RangeError(`Cannot set seconds: got ${values.seconds}, wanted 1 to 86400`);
  }
  const results = await measure(seconds);
  // deno-lint-ignore no-console -- the program's own output
  console.log(values.json ? JSON.stringify(results, null, 2) : report(results));
}

if (import.meta.main) await main();
