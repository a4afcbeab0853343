/** The programs that run at the link's ends. */
import { TextLineStream } from "./text_lines.ts";
import type { LinkEnd, ShapedLinks } from "./shaped_link.ts";
import type { Diary } from "./viewer.ts";

const ROOT = new URL("../../", import.meta.url);
const TOKEN = "bench-links-token";
const PORT = 8300;
/** A first picture that takes longer than this will not come. */
const SHOWN_WITHIN_MS = 60_000;

/** What the server shows. */
export interface SourceModule {
  readonly url: string;
  readonly options: unknown;
}

/** All that run. */
const running = new Set<Process>();

/** Ends all processes that are left, whoever waits for them. */
export async function endProcesses(): Promise<void> {
  for (const process of running) await process.end("SIGKILL");
}

/** A process at one end, line by line. */
class Process {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(links: ShapedLinks, namespace: string, args: readonly string[]) {
    this.#child = links.command(namespace, Deno.execPath(), {
      args: ["run", "-A", "--quiet", ...args],
      cwd: ROOT.pathname,
      env: { PATCHCAST_TOKEN: TOKEN, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    running.add(this);
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())[Symbol.asyncIterator]();
  }

  /** The next line; throws when there is none any more. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("A process of the bench ended before its time");
    return value;
  }

  async end(signal: Deno.Signal): Promise<void> {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    running.delete(this);
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
    await this.#lines.return?.();
  }
}

/** The server, in its namespace of `links`. */
export class LinkServer implements AsyncDisposable {
  readonly #process: Process;
  readonly #links: ShapedLinks;
  readonly #viewers = new Set<LinkViewer>();

  private constructor(process: Process, links: ShapedLinks) {
    this.#process = process;
    this.#links = links;
  }

  /** Starts it and waits until it listens. */
  static async start(links: ShapedLinks, source: SourceModule): Promise<LinkServer> {
    const args = ["bench/viewers/server.ts", JSON.stringify(source)]
      .concat(["--host", "0.0.0.0", "--port", String(PORT)]);
    const server = new LinkServer(new Process(links, links.server, args), links);
    const line = await server.#process.line();
    if (line.startsWith("listening on")) return server;
    await server[Symbol.asyncDispose]();
    throw new Error(`The server says: ${line}`);
  }

  /**
   * Starts a viewer and waits for its first picture.
   * @param where across a link, or beside the server
   */
  async watch(where: LinkEnd | "near", acknowledges: boolean): Promise<LinkViewer> {
    const [namespace, host] = where === "near"
      ? [this.#links.server, "127.0.0.1"]
      : [where.namespace, where.server];
    const args = ["bench/links/viewer.ts", `http://${host}:${PORT}/`, TOKEN];
    const process = new Process(this.#links, namespace, [
      ...args,
      acknowledges ? "acks" : "silent",
    ]);
    const viewer = new LinkViewer(process, () => this.#viewers.delete(viewer));
    this.#viewers.add(viewer);
    await viewer.shown();
    return viewer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const viewer of this.#viewers) await viewer[Symbol.asyncDispose]();
    await this.#process.kill();
  }
}

export class LinkViewer implements AsyncDisposable {
  readonly #process: Process;
  readonly #left: () => void;

  constructor(process: Process, left: () => void) {
    this.#process = process;
    this.#left = left;
  }

  /** Resolves with its first picture. */
  async shown(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`A viewer showed nothing within ${SHOWN_WITHIN_MS / 1000} s`);
      timer = setTimeout(() => reject(error), SHOWN_WITHIN_MS);
    });
    try {
      await Promise.race([this.#process.line(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it; @returns what it saw. */
  async leave(): Promise<Diary> {
    const ended = this.#process.end("SIGTERM");
    const diary: Diary = JSON.parse(await this.#process.line());
    await ended;
    this.#left();
    return diary;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
    this.#left();
  }
}
