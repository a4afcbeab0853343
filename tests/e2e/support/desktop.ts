/**
 * A real screen: Xvfb with a window manager, terminals that scroll and a clock, which can be stopped in the
 * middle of whatever they do, so that there is a moment at which pictures can be compared.
 */
import { screenshot, startXvfb } from "../../capture/sources/xvfb.ts";
import { eventually } from "./eventually.ts";
import type { Picture } from "./picture.ts";

/** Display numbers of these tests; those of the x11 source's tests are others. */
const DISPLAYS = [70, 89] as const;

/** The largest size, which the server starts with: Xvfb cannot grow beyond it. */
export const FULL_SIZE = { width: 800, height: 600 };

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Desktop extends AsyncDisposable {
  readonly display: string;
  readonly number: number;
  /** The root window as `xwd` sees it. */
  picture(): Promise<Picture>;
  /** Starts an X client that `freeze` stops. */
  start(command: string, ...args: string[]): void;
  /** Runs an X client to its end. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Waits until a window with that name is on the screen. */
  shown(name: string): Promise<void>;
  /** Stops all clients, wherever they are. */
  freeze(): void;
  thaw(): void;
  /** Changes the size of the screen, each side at most that of `FULL_SIZE`. */
  resize(size: Size): Promise<void>;
  /** Ends the X server, at once. */
  kill(): Promise<void>;
}

/** Starts an X server with nothing on it. Default number: the first free one. */
export async function startScreen(number?: number): Promise<Desktop> {
  const { width, height } = FULL_SIZE;
  const screen = `${width}x${height}x24`;
  const server = await startXvfb({ number, numbers: DISPLAYS, screen });
  const clients: Deno.ChildProcess[] = [];
  const signal = (name: Deno.Signal) => {
    for (const client of clients) {
      try {
        client.kill(name);
      } catch {
        // It has ended already.
      }
    }
  };
  let size: Size = FULL_SIZE;
  const modes = new Set([nameOf(FULL_SIZE)]);
  const run = async (command: string, ...args: string[]) =>
    new TextDecoder().decode(await server.run(command, ...args));
  async function kill() {
    await server.kill();
    // Clients without a server end by themselves, but not while they are stopped.
    signal("SIGCONT");
    await Promise.all(clients.map(({ status }) => status));
  }
  return {
    display: server.display,
    number: server.number,
    async picture() {
      return { ...size, pixels: await screenshot(server) };
    },
    start(command, ...args) {
      const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
      const env = { DISPLAY: server.display };
      clients.push(new Deno.Command(command, { args, env, ...streams }).spawn());
    },
    run,
    // The tool's own `--sync` would wait for ever.
    shown: (name) =>
      eventually(`a window ${name} is shown`, async () => {
        await run("xdotool", "search", "--onlyvisible", "--name", `^${name}$`);
      }),
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    async resize(wanted) {
      const mode = nameOf(wanted);
      if (!modes.has(mode)) {
        const { width: w, height: h } = wanted;
        // Xvfb has no monitor: any timings will do that grow.
        const timings = [w, w + 1, w + 2, w + 3, h, h + 1, h + 2, h + 3].map(String);
        await run("xrandr", "--newmode", mode, "10", ...timings);
        await run("xrandr", "--addmode", "screen", mode);
        modes.add(mode);
      }
      await run("xrandr", "--output", "screen", "--mode", mode);
      size = wanted;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** A screen with a window manager, two terminals that scroll without end, and a clock. */
export async function startDesktop(number?: number): Promise<Desktop> {
  const desktop = await startScreen(number);
  await desktop.run("xsetroot", "-mod", "9", "6", "-fg", "#28527a", "-bg", "#163048");
  desktop.start("openbox");
  // A window that is mapped while the window manager takes over may never be shown.
  await eventually("the window manager has taken over", () => {
    return desktop.run("xdotool", "get_num_desktops");
  });
  const terminal = (name: string, geometry: string, ...args: string[]) =>
    desktop.start("xterm", "-T", name, "-geometry", geometry, ...args);
  // Words in many colours, lines of many lengths: about ten lines a second.
  const colourful =
    'i=0; while :; do i=$((i+1)); printf "\\033[3$((i%8))mline %d: %0$((i%40+1))d ' +
    '\\033[4$((i%7))m..\\033[0m\\n" $i $i; sleep 0.1; done';
  terminal("scroller", "48x16+20+30", "-e", "sh", "-c", colourful);
  const flood =
    "while :; do for f in /proc/[0-9]*/stat; do cat $f; sleep 0.02; done; done 2>/dev/null";
  terminal("flood", "50x12+330+260", "-bg", "#102018", "-fg", "#c0ffc0", "-e", "sh", "-c", flood);
  desktop.start("xclock", "-update", "1", "-geometry", "150x150+600+30");
  for (const name of ["scroller", "flood", "xclock"]) await desktop.shown(name);
  return desktop;
}

function nameOf({ width, height }: Size): string {
  return `${width}x${height}`;
}
