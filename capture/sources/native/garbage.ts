/**
 * Keeps grabbed pictures from piling up: their bytes lie outside JavaScript's own memory, which sees but small
 * objects and no reason to collect them. Left alone, a process that grabs a large screen grows to gigabytes.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of pictures after which garbage is collected: this much lies about at most. A collection takes 5 to 10 ms. */
const COLLECT_AFTER_BYTES = 128 * 2 ** 20;

export class Garbage {
  readonly #collect: () => void;
  #bytes = 0;

  /** @param collect default: V8's collector */
  constructor(collect: () => void = collector()) {
    this.#collect = collect;
  }

  /** A picture of so many bytes was grabbed. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < COLLECT_AFTER_BYTES) return;
    this.#bytes = 0;
    this.#collect();
  }
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  // The flag counts in contexts that are made after it was set.
  const collect: unknown = runInNewContext("globalThis.gc");
  return typeof collect === "function" ? () => collect({ type: "minor" }) : () => {};
}
