/**
 * A child process whose stdout is read: started as the leader of a session and process group of its own, so that ending
 * it ends the whole pipeline that a shell has made of it.
 */
import type { Clock } from "./clock.ts";
import type { ChildCommand } from "./command.ts";
import { StderrTail } from "./stderr_tail.ts";

/** How a child ended. */
export interface ChildEnding {
  /** 0: it says that all went well. */
  readonly code: number;
  readonly signal: string | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

/** A child that runs. */
export interface Child {
  /** The next bytes of stdout; `undefined` at its end, and once it is being stopped. */
  read(): Promise<Uint8Array | undefined>;
  /**
   * How it ended. It has some time to do so after its stdout has ended.
   * @returns `undefined` when it goes on without a stdout
   */
  ending(): Promise<ChildEnding | undefined>;
  /** Ends it and all that it started: first politely, then not. Resolves when it is gone. May be called twice. */
  stop(): Promise<void>;
}

/** Between being asked to end and being ended, ms. */
const GRACE_MS = 2000;

/** What the program was told in confidence is not for its children. */
const SECRETS = ["TOKEN", "VIEW_TOKEN", "HISTORY_TOKEN", "PUSH_TOKEN"];

/**
 * Starts a child.
 * @throws {Error} when it cannot be started; the message says why, for people
 */
export function startChild({ program, args }: ChildCommand, clock: Clock): Child {
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(program, {
      args: [...args],
      env: Object.fromEntries(SECRETS.map((name) => [`PATCHCAST_${name}`, ""])),
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new Error(`cannot be started: ${reasonOf(error, program)}`, { cause: error });
  }
  return new ChildProcess(process, clock);
}

class ChildProcess implements Child {
  readonly #process: Deno.ChildProcess;
  readonly #clock: Clock;
  readonly #stdout: ReadableStreamDefaultReader<Uint8Array>;
  readonly #stderr: StderrTail;
  #stopped: Promise<void> | undefined;

  constructor(process: Deno.ChildProcess, clock: Clock) {
    this.#process = process;
    this.#clock = clock;
    this.#stdout = process.stdout.getReader();
    this.#stderr = new StderrTail(process.stderr);
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#stopped) return undefined;
    try {
      return (await this.#stdout.read()).value;
    } catch {
      return undefined;
    }
  }

  async ending(): Promise<ChildEnding | undefined> {
    const status = await this.#within(GRACE_MS, this.#process.status);
    if (!status) return undefined;
    // What it started may hold on to stderr.
    await this.#within(GRACE_MS, this.#stderr.ended);
    return { code: status.code, signal: status.signal, stderr: this.#stderr.text };
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#stop();
  }

  async #stop(): Promise<void> {
    endGroup(this.#process.pid, "SIGTERM");
    // Whoever still writes gets to know that nobody reads.
    this.#stdout.cancel().catch(() => {});
    // A pipeline's other ends take their time, too: all of them hold stderr.
    const allEnded = Promise.all([this.#process.status, this.#stderr.ended]);
    await this.#within(GRACE_MS, allEnded);
    // Whatever is left of the group did not listen.
    endGroup(this.#process.pid, "SIGKILL");
    await this.#within(GRACE_MS, allEnded);
  }

  async #within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#clock.after(ms, () => resolve(undefined));
    try {
      return await Promise.race([promise, late]);
    } finally {
      cancel();
    }
  }
}

/** Sends a signal to the group that a child leads. */
function endGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    if (Deno.build.os !== "windows") return Deno.kill(-pid, signal);
    // Windows knows no groups, and no way to ask.
    new Deno.Command("taskkill", { args: ["/t", "/f", "/pid", String(pid)] }).outputSync();
  } catch {
    // Nobody of it is left.
  }
}

function reasonOf(error: unknown, program: string): string {
  if (error instanceof Deno.errors.NotFound) {
    return `${program} is not installed, or not on the PATH`;
  }
  if (error instanceof Deno.errors.NotCapable) return "Deno was started without --allow-run";
  return error instanceof Error ? error.message : String(error);
}
