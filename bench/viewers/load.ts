/**
 * The load generator's process: opens N streams at once, follows each of them, and says what came.
 *
 *     load.ts '{"url", "token", "viewers", "seconds"}'
 *
 * It writes lines of JSON (`LoadReport`): when every viewer has its first picture, when the span that counts begins
 * and ends, and the figures. It is one loop without promises, so that its own delays stay small.
 */
import { Sockets } from "./sockets.ts";
import { Tally } from "./tally.ts";
import { Viewer } from "./viewer.ts";
import { FrameStore } from "./zstd_blocks.ts";

/** What the process is told. */
export interface LoadOrder {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly token: string;
  readonly viewers: number;
  /** Length of the span that counts. */
  readonly seconds: number;
}

/** What came of it. */
export interface LoadFigures {
  /** Viewers that were there to the end. */
  readonly connected: number;
  readonly lost: number;
  /** Why the first of them was lost; `null` where none was. */
  readonly firstLoss: string | null;
  /** From the first connect until the last viewer had its first picture, ms. */
  readonly allConnectedMs: number;
  /** Updates that were captured in the span. */
  readonly updates: number;
  /** How many of these all viewers together received. */
  readonly delivered: number;
  /** Seqs that viewers in sync were not sent, from their first picture to the end. */
  readonly missed: number;
  /** Viewers that got catch-ups. */
  readonly caughtUp: number;
  readonly bytesPerSecond: number;
  readonly delayMsP50: number;
  readonly delayMsP99: number;
  readonly delayMsMax: number;
}

/** One line. */
export type LoadReport =
  | { readonly event: "begin" | "end" }
  | { readonly event: "figures"; readonly figures: LoadFigures };

/** All viewers must have their first picture after this. */
const CONNECT_MS = 60_000;
/** Connecting leaves garbage and full queues behind: the span begins this long after it. */
const SETTLE_MS = 2000;
/** How long after the span its last updates may arrive. */
const DRAIN_MS = 1000;

class Load {
  readonly #order: LoadOrder;
  readonly #tally = new Tally();
  readonly #viewers: Viewer[] = [];
  readonly #sockets: Sockets;
  #lost = 0;
  #firstLoss: string | null = null;

  constructor(order: LoadOrder) {
    this.#order = order;
    const frames = new FrameStore();
    for (let id = 0; id < order.viewers; id++) this.#viewers.push(new Viewer(this.#tally, frames));
    const { host } = new URL(order.url);
    const request = new TextEncoder().encode(
      `GET /stream HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${order.token}\r\n\r\n`,
    );
    this.#sockets = new Sockets({
      connected: () => request,
      received: (id, bytes) => this.#viewers[id].push(bytes, Date.now()),
      lost: (_id, why) => this.#lose(why),
    });
  }

  run(): LoadFigures {
    const { viewers, seconds, url } = this.#order;
    const { hostname, port } = new URL(url);
    const address = hostname.split(".").map(Number);
    const opened = Date.now();
    for (let id = 0; id < viewers; id++) this.#sockets.open(id, address, Number(port));
    this.#follow(opened + CONNECT_MS, () => this.#allHavePictures());
    const allConnectedMs = Date.now() - opened;
    this.#follow(Date.now() + SETTLE_MS);

    const from = Date.now();
    const span = { from, until: from + seconds * 1000 };
    this.#tally.span = span;
    report({ event: "begin" });
    this.#follow(span.until);
    report({ event: "end" });
    this.#follow(span.until + DRAIN_MS);

    const waiting = this.#viewers.filter(({ seq }) => seq === undefined).length;
    const lost = Math.max(this.#lost, waiting);
    this.#sockets[Symbol.dispose]();
    const tally = this.#tally;
    return {
      connected: viewers - lost,
      lost,
      firstLoss: this.#firstLoss ?? (waiting > 0 ? "no picture came" : null),
      allConnectedMs,
      updates: tally.seqs.size,
      delivered: tally.delivered,
      missed: tally.missed,
      caughtUp: tally.caughtUp,
      bytesPerSecond: tally.bytes / seconds,
      delayMsP50: tally.delayMs(0.5),
      delayMsP99: tally.delayMs(0.99),
      delayMsMax: tally.maxDelayMs,
    };
  }

  /** Reads what comes, until then (ms since the Unix epoch) or until it is enough. */
  #follow(until: number, isEnough: () => boolean = () => false): void {
    for (let now = Date.now(); now < until && !isEnough(); now = Date.now()) {
      this.#sockets.poll(Math.min(100, until - now));
    }
  }

  #allHavePictures(): boolean {
    return this.#lost > 0 || this.#viewers.every(({ seq }) => seq !== undefined);
  }

  #lose(why: string): void {
    this.#lost++;
    this.#firstLoss ??= why;
  }
}

function report(line: LoadReport): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(line) + "\n"));
}

if (import.meta.main) {
  const figures = new Load(JSON.parse(Deno.args[0])).run();
  report({ event: "figures", figures });
}
