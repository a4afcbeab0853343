/**
 * Feeds the programs that `--slices-to` names: connects, and sends the picture and its changes as long as the
 * connection lives; then connects again. Nothing is captured for a receiver that is not there.
 */
import { parseIdentity } from "../capture/slices/packet.ts";
import type { SlicesTarget } from "../config/slices_to.ts";
import { afterTimeout } from "../slices/after.ts";
import type { SliceFeeds, SliceSource } from "../slices/feeds.ts";
import { SliceReader } from "../slices/reader.ts";

/** The wait after the first failure, ms; it doubles up to the last. */
const FIRST_DELAY_MS = 250;
const LAST_DELAY_MS = 10_000;
/** A connection that lasted so long was a good one: the next wait is the first again, ms. */
const GOOD_MS = 2000;
/** Between two looks for a source that is not there, ms. */
const LOOK_MS = 500;

/** A source that can be followed; `HeldSource` is one. */
export interface FollowedSource {
  readonly id: string;
  readonly engine: SliceSource;
  /** Keeps the engine awake; returns what is called when it leaves. */
  follow(fps: number): () => void;
}

/** The part of a connection in use here; `Deno.TcpConn` is one. */
export interface ReceiverConnection {
  read(bytes: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

export interface SlicesOutOptions {
  readonly targets: readonly SlicesTarget[];
  readonly sources: { get(id: string | undefined): FollowedSource | undefined };
  readonly feeds: Pick<SliceFeeds, "of">;
  /** Says a line to whoever runs the program. */
  readonly say: (line: string) => void;
  readonly connect?: (target: SlicesTarget) => Promise<ReceiverConnection>;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after?: (ms: number, action: () => void) => () => void;
  /** Steady clock, ms. */
  readonly now?: () => number;
}

const defaults = {
  connect: connectTo,
  after: afterTimeout,
  now: () => performance.now(),
} as const satisfies Partial<SlicesOutOptions>;

/** All receivers. */
export class SlicesOut {
  readonly #options: Required<SlicesOutOptions>;
  #outlets: Outlet[] = [];

  constructor(options: SlicesOutOptions) {
    this.#options = { ...defaults, ...options };
  }

  /** Begins to connect. To be called once. */
  start(): void {
    this.#outlets = this.#options.targets.map((target) => new Outlet(target, this.#options));
    for (const outlet of this.#outlets) outlet.run();
  }

  /** Closes all connections; may be called twice. */
  stop(): void {
    for (const outlet of this.#outlets) outlet.stop();
  }
}

/** One receiver. */
class Outlet {
  readonly #target: SlicesTarget;
  readonly #options: Required<SlicesOutOptions>;
  readonly #name: string;
  #stopped = false;
  #connection: ReceiverConnection | undefined;
  #reader: SliceReader | undefined;
  #endPause = () => {};

  constructor(target: SlicesTarget, options: Required<SlicesOutOptions>) {
    this.#target = target;
    this.#options = options;
    const { host, port } = target;
    this.#name = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /** Connects and feeds until it is stopped; never throws. */
  async run(): Promise<void> {
    const { connect, now, say } = this.#options;
    let delayMs = FIRST_DELAY_MS;
    let told: string | undefined;
    while (!this.#stopped) {
      let connectedAt = Infinity;
      let reason = "it has closed the connection";
      try {
        const connection = await connect(this.#target);
        connectedAt = now();
        if (this.#stopped) return connection.close();
        say(`Patchcast sends slices to ${this.#name}`);
        told = undefined;
        await this.#feed(connection);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      if (this.#stopped) return;
      if (now() - connectedAt >= GOOD_MS) delayMs = FIRST_DELAY_MS;
      // Once for each reason: a receiver may be away for days.
      if (reason !== told) {
        say(`Patchcast: no slices reach ${this.#name}, trying on: ${reason}`);
        told = reason;
      }
      await this.#pause(delayMs);
      delayMs = Math.min(LAST_DELAY_MS, delayMs * 2);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#hangUp();
    this.#endPause();
  }

  /** Sends what there is until the receiver goes; throws why, if that is known. */
  async #feed(connection: ReceiverConnection): Promise<void> {
    this.#connection = connection;
    // Receivers say nothing: what is read is the end. While nothing changes, only this tells of it.
    const left = this.#untilEnd(connection).finally(() => {
      if (this.#connection === connection) this.#hangUp();
    });
    left.catch(() => {});
    try {
      while (this.#connection === connection) {
        // A source that is begun anew has another engine, and starts with a whole picture.
        const source = this.#options.sources.get(this.#target.source);
        if (source) await this.#send(source, connection);
        if (this.#connection === connection) await this.#pause(LOOK_MS);
      }
    } finally {
      if (this.#connection === connection) this.#hangUp();
    }
    await left;
  }

  /** Sends one source's slices until the connection or the source ends. */
  async #send(source: FollowedSource, connection: ReceiverConnection): Promise<void> {
    const { feeds, now, after } = this.#options;
    const { format, identity, fps = Infinity } = this.#target;
    const leave = source.follow(fps);
    const reader = new SliceReader({
      feed: feeds.of(source.id, source.engine),
      format,
      identity: identity === undefined ? undefined : parseIdentity(identity),
      fps,
      now,
      after,
    });
    this.#reader = reader;
    try {
      for (let parts; (parts = await reader.next());) {
        for (const part of parts) await writeAll(connection, part);
      }
    } finally {
      reader.end();
      leave();
    }
  }

  async #untilEnd(connection: ReceiverConnection): Promise<void> {
    const bytes = new Uint8Array(1024);
    while (await connection.read(bytes) !== null);
  }

  #hangUp(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
    this.#reader?.end();
    this.#reader = undefined;
    this.#endPause();
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.after(ms, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = () => {};
  }
}

async function connectTo({ host, port }: SlicesTarget): Promise<ReceiverConnection> {
  const connection = await Deno.connect({ hostname: host, port });
  connection.setNoDelay(true);
  connection.setKeepAlive(true);
  return connection;
}

async function writeAll(connection: ReceiverConnection, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
