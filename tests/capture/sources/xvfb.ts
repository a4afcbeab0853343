/**
 * Real X servers for tests, on display numbers that nobody uses.
 */

/** Where to look for a free display number. */
const FIRST_DISPLAY = 60;
const LAST_DISPLAY = 69;

export interface XvfbOptions {
  /** Default: the first free one of `numbers`. */
  readonly number?: number;
  /** The first and the last display number to try. Default: 60 to 69. */
  readonly numbers?: readonly [number, number];
  /** `WIDTHxHEIGHTxDEPTH`, default 640x480x24. */
  readonly screen?: string;
  /** More arguments for Xvfb. */
  readonly args?: readonly string[];
}

export interface Xvfb extends AsyncDisposable {
  readonly number: number;
  /** The display's name, like ":60". */
  readonly display: string;
  /** Of the server's process. */
  readonly pid: number;
  /** Runs an X client to its end and returns what it wrote to stdout. Throws when it fails. */
  run(command: string, ...args: string[]): Promise<Uint8Array>;
  /** Starts an X client that runs until the server is killed. */
  start(command: string, ...args: string[]): void;
  /** Ends the server, at once and for good. May be called twice. */
  kill(): Promise<void>;
}

/** Those of `commands` that are not installed. */
export function missingCommands(commands: readonly string[]): string[] {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return commands.filter((command) => !folders.some((folder) => isFile(`${folder}/${command}`)));
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Starts an X server and waits until it takes connections. */
export async function startXvfb(options: XvfbOptions = {}): Promise<Xvfb> {
  const [lowest, highest] = options.numbers ?? [FIRST_DISPLAY, LAST_DISPLAY];
  const first = options.number ?? lowest;
  const last = options.number ?? highest;
  for (let number = first; number <= last; number++) {
    if (options.number === undefined && isFile(`/tmp/.X${number}-lock`)) continue;
    const server = await tryStart(number, options);
    if (server !== undefined) return server;
  }
  throw new Error(`Cannot start Xvfb: no display from :${first} to :${last} is free`);
}

async function tryStart(number: number, options: XvfbOptions): Promise<Xvfb | undefined> {
  const display = `:${number}`;
  const screen = options.screen ?? "640x480x24";
  // Without -noreset the server forgets all when its last client leaves.
  const fixed = ["-screen", "0", screen, "-noreset", "-nolisten", "tcp", "-displayfd", "1"];
  const child = new Deno.Command("Xvfb", {
    args: [display, ...fixed, ...options.args ?? []],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // It writes its number and closes stdout once it is ready; it writes nothing when it gives up.
  // Reading to the end matters: a server that cannot finish writing ends itself.
  if (await new Response(child.stdout).text() === "") {
    await child.status;
    return undefined;
  }
  const clients: Deno.ChildProcess[] = [];
  const env = { DISPLAY: display };
  async function kill(): Promise<void> {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await Promise.all([child, ...clients].map((process) => process.status));
    // What a killed server leaves behind; the lock last, since without it the number is another one's to take.
    for (const file of [`/tmp/.X11-unix/X${number}`, `/tmp/.X${number}-lock`]) {
      await Deno.remove(file).catch(() => {});
    }
  }
  return {
    number,
    display,
    pid: child.pid,
    async run(command, ...args) {
      const output = await new Deno.Command(command, { args, env }).output();
      if (output.success) return output.stdout;
      throw new Error(`${command} failed: ${new TextDecoder().decode(output.stderr)}`);
    },
    start(command, ...args) {
      const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
      clients.push(new Deno.Command(command, { args, env, ...streams }).spawn());
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** The picture of the root window as `xwd` sees it, as 0xRRGGBB numbers. For 32 bits a pixel only. */
export async function screenshot(server: Xvfb): Promise<Uint32Array> {
  const dump = await server.run("xwd", "-root", "-silent");
  const view = new DataView(dump.buffer, dump.byteOffset, dump.byteLength);
  // X11/XWDFile.h: 25 big-endian words, a name, `ncolors` colours of 12 bytes, the rows.
  const field = (index: number) => view.getUint32(index * 4);
  const [width, height, bitsPerPixel, bytesPerLine] = [field(4), field(5), field(11), field(12)];
  const littleEndian = field(7) === 0;
  if (bitsPerPixel !== 32) throw new Error(`Cannot read xwd: got ${bitsPerPixel} bits, wanted 32`);
  const start = field(0) + field(19) * 12;
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = start + y * bytesPerLine + x * 4;
      pixels[y * width + x] = view.getUint32(at, littleEndian) & 0xffffff;
    }
  }
  return pixels;
}
