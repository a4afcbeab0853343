/** Who watches: every open stream, whatever its transport. */
import { Crowds } from "./crowds.ts";
import { DeliveryDelay } from "./delivery_delay.ts";
import type {
  Acknowledgement,
  AcknowledgementAnswer,
  ViewerInfo,
  Viewers,
  ViewerTotals,
} from "./deps.ts";

/** All viewers together are asked for no more acknowledgements a second than this. */
const ACKS_PER_SECOND = 1000;

/** What the registry asks of a stream. */
export interface OpenStream {
  readonly info: () => ViewerInfo;
  /** Ends the stream with a bye. */
  readonly end: (reason: "shutdown" | "disconnected" | "fault", text: string) => void;
  /** Called once, when it is removed. */
  readonly left?: () => void;
  /** Takes an acknowledgement, if the transport has them. @param usualMs asked for where nothing presses */
  readonly acknowledge?: (ack: Acknowledgement, usualMs: number) => AcknowledgementAnswer;
  /** Which browser it is for, where that matters; `onCrowd` hears that it has no connection left. */
  readonly browser?: string;
  readonly onCrowd?: () => void;
}

export class ViewerRegistry implements Viewers {
  readonly max: number;
  opened = 0;
  refused = 0;
  mismatches = 0;
  /** Streams tell it of each update that they hand over. */
  readonly delay = new DeliveryDelay();
  /** Of streams that have ended. */
  #past: ViewerTotals = { bytes: 0, messages: 0, catchUps: 0 };
  readonly #streams = new Map<string, OpenStream>();
  readonly #crowds = new Crowds();
  #whenEmpty: (() => void)[] = [];

  /** @param max streams that may be open at once */
  constructor(max: number) {
    this.max = max;
  }

  get count(): number {
    return this.#streams.size;
  }

  list(): ViewerInfo[] {
    return [...this.#streams.values()].map(({ info }) => info());
  }

  totals(): ViewerTotals {
    let totals = this.#past;
    for (const { info } of this.#streams.values()) totals = sum(totals, info());
    return totals;
  }

  /** Whether one more may come; counts the refusal if not. */
  admit(): boolean {
    if (this.#streams.size < this.max) return true;
    this.refused++;
    return false;
  }

  /** An id for the next stream, hard to guess. */
  newId(): string {
    return crypto.randomUUID().slice(0, 8);
  }

  add(id: string, stream: OpenStream): void {
    this.#streams.set(id, stream);
    if (stream.browser !== undefined) {
      this.#crowds.add(stream.browser, id, stream.onCrowd ?? (() => {}));
    }
    this.opened++;
  }

  /** Forgets a stream that has ended; may be called twice. */
  remove(id: string): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    this.#past = sum(this.#past, stream.info());
    this.#streams.delete(id);
    stream.left?.();
    if (stream.browser !== undefined) this.#crowds.remove(stream.browser, id);
    if (this.#streams.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  disconnect(id: string): boolean {
    const stream = this.#streams.get(id);
    stream?.end("disconnected", "disconnected by an administrator");
    return stream !== undefined;
  }

  acknowledge(id: string, ack: Acknowledgement): AcknowledgementAnswer | undefined {
    const usualMs = this.#streams.size * 1000 / ACKS_PER_SECOND;
    const answer = this.#streams.get(id)?.acknowledge?.(ack, usualMs);
    if (answer && answer.result !== "ahead") this.mismatches += ack.mismatches ?? 0;
    return answer;
  }

  /** Says bye to all; resolves when the last stream is gone, or after `maxMs`. */
  async endAll(text: string, maxMs: number): Promise<void> {
    for (const { end } of this.#streams.values()) end("shutdown", text);
    if (this.#streams.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await Promise.race([
      new Promise<void>((resolve) => this.#whenEmpty.push(resolve)),
      new Promise<void>((resolve) => timer = setTimeout(resolve, maxMs)),
    ]);
    clearTimeout(timer);
  }
}

function sum(a: ViewerTotals, b: ViewerTotals): ViewerTotals {
  return {
    bytes: a.bytes + b.bytes,
    messages: a.messages + b.messages,
    catchUps: a.catchUps + b.catchUps,
  };
}
