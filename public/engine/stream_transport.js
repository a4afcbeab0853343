/**
 * One `GET stream` request: streaming fetch, chunk by chunk, no queue of its own (the network's flow
 * control holds back what is not read yet).
 *
 * @typedef {Object} Refusal
 * @property {number} status  HTTP status
 * @property {string} detail  for people
 * @property {number | null} retryAfterMs
 *
 * What any transport reports. After `close()` it reports nothing.
 *
 * @typedef {Object} TransportEvents
 * @property {() => void} received     something arrived: the connection is alive
 * @property {(refusal: Refusal) => void} refused   the server answered, but not with a stream
 * @property {(reason: string) => void} unsupported this browser cannot do it
 * @property {(reason: string) => void} dropped     the stream ended or broke
 *
 * @typedef {{ open(): void, close(): void }} Transport
 */
import { Unzstd } from "./unzstd.js";

/** Data arriving faster than it is decoded must not keep timers, messages and painting from running. */
const BUSY_LIMIT_MS = 8;

export class StreamTransport {
  /** @type {string} */
  #url;
  /** @type {TransportEvents} */
  #events;
  /** @type {{ message(chunk: Uint8Array): void, bytes(count: number, compressed: boolean): void }} */
  #data;
  /** @type {typeof fetch} */
  #fetch;
  #abort = new AbortController();

  /**
   * @param {string} url
   * @param {TransportEvents} events
   * @param {{ message(chunk: Uint8Array): void, bytes(count: number, compressed: boolean): void }} data
   *   `message` may throw: the fault is reported as `dropped`
   * @param {typeof fetch} [fetcher]
   */
  constructor(url, events, data, fetcher = (input, init) => fetch(input, init)) {
    this.#url = url;
    this.#events = events;
    this.#data = data;
    this.#fetch = fetcher;
  }

  /** Starts the request. Call it once. */
  open() {
    this.#run().catch((error) => {
      if (!this.#abort.signal.aborted) this.#events.dropped(describe(error));
    });
  }

  /** Ends the request; no event follows. */
  close() {
    this.#abort.abort();
  }

  async #run() {
    const { signal } = this.#abort;
    const response = await this.#fetch(this.#url, {
      signal,
      cache: "no-store",
      credentials: "same-origin",
      headers: { accept: "application/vnd.patchcast.stream" },
    });
    if (signal.aborted) return;
    if (!response.ok) {
      const refusal = await readRefusal(response);
      if (!signal.aborted) this.#events.refused(refusal);
      return;
    }
    if (!response.body) return this.#events.unsupported("this browser cannot stream a response");
    const reader = response.body.getReader();
    const unzstd = new Unzstd((chunk) => {
      if (!signal.aborted) this.#data.message(chunk);
    });
    let busySince = performance.now();
    while (!signal.aborted) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (done) return this.#events.dropped("the server closed the stream");
      this.#events.received();
      unzstd.push(value);
      this.#data.bytes(value.byteLength, unzstd.compressed === true);
      if (performance.now() - busySince > BUSY_LIMIT_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        busySince = performance.now();
      }
    }
  }
}

/**
 * What a refused response says, in words; understands problem details (RFC 9457).
 *
 * @param {Response} response
 * @returns {Promise<Refusal>}
 */
export async function readRefusal(response) {
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  let detail = `The server answered ${response.status}`;
  try {
    const problem = await response.json();
    const words = problem.detail ?? problem.title;
    if (typeof words === "string" && words !== "") detail = words.slice(0, 500);
  } catch {
    // No JSON, or it broke off: the status has to do.
  }
  return { status: response.status, detail, retryAfterMs };
}

/** @param {unknown} error */
function describe(error) {
  // Browsers say "Failed to fetch" or "network error" for anything from a refused port to lost Wi-Fi.
  if (error instanceof TypeError) return "the server could not be reached";
  return error instanceof Error ? error.message : String(error);
}
