/** The program under test: the process that `deno task start` starts, with exactly its permissions. */
import config from "../../../deno.json" with { type: "json" };
import type { CaptureStats, RingStats, ViewerInfo } from "../../../routes/deps.ts";
import type { LiveSettings } from "../../../config.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Admin token of programs that are started here. */
export const TOKEN = "e2e-admin-token";

/** What `GET /api/stats` answers. */
export type Stats = CaptureStats & {
  readonly settings: LiveSettings;
  readonly ring: RingStats;
  readonly viewers: { readonly count: number; readonly opened: number };
};

/** How a process ended. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process with all that it writes. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<Ending>;
  /** Resolves with the address once it listens; rejects when it ends before. */
  readonly listening: Promise<string>;
  kill(signal: Deno.Signal): void;
}

/** A program that listens. */
export interface Program extends Running {
  /** `http://127.0.0.1:PORT`, `https` where it was given a certificate. */
  readonly url: string;
  readonly port: number;
  /** The link that lets in. */
  readonly link: string;
  /** A request as administrator. */
  request(path: string, init?: RequestInit): Promise<Response>;
  stats(): Promise<Stats>;
  viewers(): Promise<ViewerInfo[]>;
  /** Changes settings; throws when they are refused. */
  change(settings: Partial<LiveSettings>): Promise<void>;
}

/**
 * Runs the start task's command with more arguments. It is killed when it goes out of scope.
 * @param v8Flags in the place of the task's own
 */
export function run(
  args: readonly string[],
  env: Record<string, string> = {},
  v8Flags?: string,
): Running {
  // Without the task runner in between, the process is ours to signal and to measure.
  const [command, ...fixed] = config.tasks.start.command.split(" ");
  if (command !== "deno") throw new Error(`cannot run ${command}: wanted deno`);
  const flags = fixed.map((flag) => {
    return v8Flags !== undefined && flag.startsWith("--v8-flags=") ? `--v8-flags=${v8Flags}` : flag;
  });
  return spawn([...flags, ...args], env, "SIGKILL");
}

/** Runs `deno task start` itself. */
export function runTask(args: readonly string[], env: Record<string, string> = {}): Running {
  // The task runner passes SIGTERM on; after a SIGKILL the program would run on without it.
  return spawn(["task", "start", ...args], env, "SIGTERM");
}

/** Starts the program with the admin token `TOKEN` and waits until it listens. */
export async function startProgram(
  args: readonly string[],
  { port = 0, env = {}, caCert, v8Flags }: {
    port?: number;
    env?: Record<string, string>;
    /** In the place of the task's own. */
    v8Flags?: string;
    /** PEM: whom to trust where the program speaks TLS. */
    caCert?: string;
  } = {},
): Promise<Program> {
  // Programs that run at the same time would not get the same history, and most tests want none.
  const fixed = { PATCHCAST_TOKEN: TOKEN, PATCHCAST_HISTORY: "off" };
  const running = run([...args, "--port", String(port)], { ...fixed, ...env }, v8Flags);
  const url = (await running.listening).replace("//0.0.0.0:", "//127.0.0.1:");
  let disposing = false;
  running.ended.then(({ code, stderr }) => {
    if (code === 0 || disposing) return;
    // Whatever the test now complains about, this is why.
    const words = `the program ended by itself with code ${code}:\n${stderr}`;
    Deno.stderr.writeSync(new TextEncoder().encode(words));
  });
  const client = caCert === undefined ? undefined : Deno.createHttpClient({ caCerts: [caCert] });
  const request = (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    // Deno's own member of the options; the types of browsers do not know it.
    const options: RequestInit & { client?: Deno.HttpClient } = { ...init, headers };
    if (client) options.client = client;
    return fetch(new URL(path, url), options);
  };
  const json = async (path: string, init?: RequestInit) => {
    const response = await request(path, init);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
  };
  return {
    ...running,
    url,
    port: Number(new URL(url).port),
    link: `${url}/#token=${TOKEN}`,
    request,
    stats: () => json("/api/stats"),
    viewers: async () => (await json("/api/viewers")).viewers,
    change: (settings) => json("/api/config", { method: "PATCH", body: JSON.stringify(settings) }),
    async [Symbol.asyncDispose]() {
      disposing = true;
      client?.close();
      await running[Symbol.asyncDispose]();
    },
  };
}

function spawn(args: string[], env: Record<string, string>, atExit: Deno.Signal): Running {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const address = Promise.withResolvers<string>();
  const stdout = collect(child.stdout, (text) => {
    const line = /^listening on (https?:\/\/\S+)\n/m.exec(text);
    if (line) address.resolve(line[1]);
  });
  const stderr = collect(child.stderr);
  const ended = Promise.all([child.status, stdout, stderr])
    .then(([{ code }, out, err]) => ({ code, stdout: out, stderr: err }));
  ended.then(({ code, stderr }) => {
    address.reject(new Error(`the program ended with code ${code}: ${stderr}`));
  });
  // Whoever only wants to know how it ends does not wait for the address.
  address.promise.catch(() => {});
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended already.
    }
  };
  return {
    pid: child.pid,
    ended,
    listening: address.promise,
    kill,
    async [Symbol.asyncDispose]() {
      kill(atExit);
      await ended;
    },
  };
}

/** All text of a stream; `seen` gets what there is so far, whenever there is more. */
async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  seen: (text: string) => void = () => {},
): Promise<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    seen(text);
  }
  return text;
}
