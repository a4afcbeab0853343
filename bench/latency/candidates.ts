/**
 * What is compared: servers that show an X display on a web page.
 */
import { startProgram } from "../../tests/e2e/support/program.ts";
import { startXvfb } from "../../tests/capture/sources/xvfb.ts";

/** Display numbers to try. */
const DISPLAYS = [140, 159] as const;
export const SCREEN = { width: 1920, height: 1080 };
/** Where Debian's package has noVNC. */
const NOVNC = "/usr/share/novnc";
/** How long a server may take to listen. */
const PATIENCE_MS = 10_000;

export interface Candidate {
  readonly name: string;
  /** Commands that must be installed. */
  readonly needs: readonly string[];
  start(): Promise<Running>;
}

/** A display with a page that shows it. */
export interface Running extends AsyncDisposable {
  readonly display: string;
  readonly url: string;
  /** CSS selector of the canvas. */
  readonly canvas: string;
}

const X11VNC_FASTEST = ["-wait", "5", "-defer", "5", "-nowait_bog", "-nonap"];

/** The first one is the one that the others are compared with. */
export const CANDIDATES: readonly Candidate[] = [
  patchcast("patchcast", []),
  patchcast("patchcast --fps 30", ["--fps", "30"]),
  x11vnc("x11vnc + noVNC", []),
  x11vnc("x11vnc, fastest settings, + noVNC", X11VNC_FASTEST),
  {
    name: "Xtigervnc + noVNC",
    needs: ["Xtigervnc", "websockify"],
    async start() {
      await using stack = new AsyncDisposableStack();
      const { display, port } = await startXtigervnc(stack);
      return await noVnc(stack.move(), display, port);
    },
  },
];

function patchcast(name: string, args: readonly string[]): Candidate {
  return {
    name,
    needs: ["Xvfb"],
    async start() {
      await using stack = new AsyncDisposableStack();
      const { display } = stack.use(await startScreen());
      const program = stack.use(await startProgram(["--source", `x11:${display}`, ...args]));
      return running(stack.move(), display, program.link, "#screen");
    },
  };
}

function x11vnc(name: string, args: readonly string[]): Candidate {
  return {
    name,
    needs: ["Xvfb", "x11vnc", "websockify"],
    async start() {
      await using stack = new AsyncDisposableStack();
      const { display } = stack.use(await startScreen());
      const { port } = await startX11vnc(stack, display, args);
      return await noVnc(stack.move(), display, port);
    },
  };
}

/** An Xvfb of the size that everything is measured at. */
export function startScreen() {
  const screen = `${SCREEN.width}x${SCREEN.height}x24`;
  return startXvfb({ numbers: DISPLAYS, screen });
}

/** A VNC server that listens. */
export interface VncServer {
  readonly port: number;
  readonly pid: number;
}

/** Starts x11vnc on a display; it ends with the stack. */
export async function startX11vnc(
  stack: AsyncDisposableStack,
  display: string,
  args: readonly string[],
): Promise<VncServer> {
  const port = freePort();
  const fixed = ["-display", display, "-localhost", "-nopw", "-forever", "-shared", "-quiet"];
  const pid = spawn(stack, "x11vnc", [...fixed, "-rfbport", String(port), ...args]);
  await listening(port);
  return { port, pid };
}

/** Starts Xtigervnc, an X server that is a VNC server too; it ends with the stack. */
export async function startXtigervnc(
  stack: AsyncDisposableStack,
): Promise<VncServer & { readonly display: string }> {
  const port = freePort();
  const number = freeDisplay();
  const geometry = `${SCREEN.width}x${SCREEN.height}`;
  const security = ["-SecurityTypes", "None", "-localhost", "-AlwaysShared"];
  const args = [`:${number}`, "-geometry", geometry, "-depth", "24", "-rfbport", String(port)];
  const pid = spawn(stack, "Xtigervnc", [...args, ...security]);
  await listening(port);
  return { display: `:${number}`, port, pid };
}

/** Puts noVNC's simple page in front of a VNC server. */
async function noVnc(
  stack: AsyncDisposableStack,
  display: string,
  vncPort: number,
): Promise<Running> {
  await using all = stack;
  const port = freePort();
  spawn(all, "websockify", ["--web", NOVNC, `127.0.0.1:${port}`, `127.0.0.1:${vncPort}`]);
  await listening(port);
  const url = `http://127.0.0.1:${port}/vnc_lite.html?host=127.0.0.1&port=${port}`;
  return running(all.move(), display, url, "#screen canvas");
}

function running(
  stack: AsyncDisposableStack,
  display: string,
  url: string,
  canvas: string,
): Running {
  return { display, url, canvas, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

function spawn(stack: AsyncDisposableStack, command: string, args: readonly string[]): number {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const child = new Deno.Command(command, { args: [...args], ...streams }).spawn();
  stack.defer(async () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await child.status;
  });
  return child.pid;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function freeDisplay(): number {
  const [first, last] = DISPLAYS;
  for (let number = first; number <= last; number++) {
    try {
      Deno.statSync(`/tmp/.X11-unix/X${number}`);
    } catch {
      return number;
    }
  }
  throw new Error(`Cannot start an X server: no display from :${first} to :${last} is free`);
}

async function listening(port: number): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (performance.now() > giveUp) throw new Error(`nothing listens on ${port}: ${error}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
