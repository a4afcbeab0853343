/** Who watches: every open stream, whatever its transport. */
import type { ViewerInfo, Viewers } from "./deps.ts";

/** What the registry asks of a stream. */
export interface OpenStream {
  readonly info: () => ViewerInfo;
  /** Ends the stream with a bye. */
  readonly end: (reason: "shutdown" | "disconnected" | "fault", text: string) => void;
}

export class ViewerRegistry implements Viewers {
  readonly max: number;
  opened = 0;
  refused = 0;
  readonly #streams = new Map<string, OpenStream>();
  readonly #onCount: (count: number) => void;
  #whenEmpty: (() => void)[] = [];

  /**
   * @param max streams that may be open at once
   * @param onCount hears of each change of the count
   */
  constructor(max: number, onCount: (count: number) => void) {
    this.max = max;
    this.#onCount = onCount;
  }

  get count(): number {
    return this.#streams.size;
  }

  list(): ViewerInfo[] {
    return [...this.#streams.values()].map(({ info }) => info());
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
    this.opened++;
    this.#onCount(this.#streams.size);
  }

  /** Forgets a stream that has ended; may be called twice. */
  remove(id: string): void {
    if (!this.#streams.delete(id)) return;
    this.#onCount(this.#streams.size);
    if (this.#streams.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  disconnect(id: string): boolean {
    const stream = this.#streams.get(id);
    stream?.end("disconnected", "disconnected by an administrator");
    return stream !== undefined;
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
