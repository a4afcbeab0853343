/** What bench:idle compares: servers that show a still screen to viewers who never leave. */
import { missingCommands } from "../../tests/capture/sources/xvfb.ts";
import { startProgram, TOKEN } from "../../tests/e2e/support/program.ts";
import { startScreen, startX11vnc, startXtigervnc } from "../latency/candidates.ts";
import { RfbViewer } from "./rfb_viewer.ts";

/** Processes whose CPU time counts. */
export interface Subject {
  readonly name: string;
  readonly server: number;
  /** `undefined` where the server is the X server. */
  readonly xServer: number | undefined;
  /** @throws {Error} when its viewers do not watch any more: then nothing was measured */
  check(): Promise<void>;
}

/** Patchcast on a screen of its own, with viewers that read all that comes. */
export async function patchcast(stack: AsyncDisposableStack, viewers: number): Promise<Subject> {
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
  return {
    name,
    server: program.pid,
    xServer: xServerOf(screen.display),
    async check() {
      const { count } = (await program.stats()).viewers;
      if (count !== viewers) throw new Error(`${name}: the server counts ${count}`);
    },
  };
}

/** x11vnc on a screen of its own, with one viewer. */
export async function x11vnc(stack: AsyncDisposableStack): Promise<Subject> {
  const { display } = stack.use(await startScreen());
  const { port, pid } = await startX11vnc(stack, display, []);
  return watched("x11vnc, 1 viewer", stack.use(await RfbViewer.open(port)), {
    server: pid,
    xServer: xServerOf(display),
  });
}

/** Xtigervnc, which is the X server too, with one viewer. */
export async function xtigervnc(stack: AsyncDisposableStack): Promise<Subject> {
  const { port, pid } = await startXtigervnc(stack);
  return watched("Xtigervnc, 1 viewer", stack.use(await RfbViewer.open(port)), {
    server: pid,
    xServer: undefined,
  });
}

/** Those VNC servers that are installed. */
export function installedVncServers(): ((stack: AsyncDisposableStack) => Promise<Subject>)[] {
  const all = [["x11vnc", x11vnc], ["Xtigervnc", xtigervnc]] as const;
  return all.filter(([command]) => missingCommands([command]).length === 0)
    .map(([, start]) => start);
}

function watched(
  name: string,
  viewer: RfbViewer,
  processes: Pick<Subject, "server" | "xServer">,
): Subject {
  return {
    name,
    ...processes,
    check() {
      if (viewer.failure === undefined) return Promise.resolve();
      return Promise.reject(new Error(`${name}: the viewer is gone: ${viewer.failure}`));
    },
  };
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
