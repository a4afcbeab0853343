/**
 * The recording as it plays: one stream of pictures that ends by itself, is closed, or falls silent.
 *
 * @typedef {import("./history_fetch.js").Instant} Instant
 * @typedef {import("./stream_transport.js").Transport} Transport
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 *
 * @typedef {Instant & { speed: number, skipIdle: boolean }} PlayFrom
 * @typedef {"live" | "end" | "fault"} Ending  it has come to now, to the last picture, or broke off
 *
 * @typedef {Object} FilmOptions
 * @property {string} base  absolute URL of the page's folder
 * @property {import("./clock.js").Clock} clock
 * @property {import("./feeds.js").TransportMakers["stream"]} stream
 * @property {(chunk: Uint8Array) => void} message  of the message stream, cut anywhere
 * @property {(ending: Ending, text: string) => void} ended  by itself; not called after `close`
 */
import { Timer } from "./clock.js";

/** The server promises a heartbeat every 250 ms while it plays. */
const SILENCE_MS = 5000;

export class Film {
  /** @type {FilmOptions} */
  #options;
  /** @type {Transport | null} */
  #transport = null;
  /** @type {Timer} */
  #silence;

  /** @param {FilmOptions} options */
  constructor(options) {
    this.#options = options;
    this.#silence = new Timer(options.clock);
  }

  get playing() {
    return this.#transport !== null;
  }

  /** @param {PlayFrom} from  one that plays already is closed */
  play({ source, time, speed, skipIdle }) {
    this.close();
    const { base, stream, message } = this.#options;
    const url = new URL(`api/history/${encodeURIComponent(source)}/play`, base);
    url.searchParams.set("from", String(time));
    url.searchParams.set("speed", String(speed));
    if (skipIdle) url.searchParams.set("skipIdle", "1");
    this.#transport = stream(url.href, this.#events(), { message, bytes: () => {} });
    this.#listen();
    this.#transport.open();
  }

  /**
   * It has come to its end.
   *
   * @param {Ending} ending
   * @param {string} text  for people
   */
  end(ending, text) {
    if (!this.#transport) return;
    this.close();
    this.#options.ended(ending, text);
  }

  close() {
    this.#silence.clear();
    this.#transport?.close();
    this.#transport = null;
  }

  /** @returns {TransportEvents} */
  #events() {
    return {
      received: () => this.#listen(),
      refused: ({ detail }) => this.end("fault", detail),
      unsupported: (reason) => this.end("fault", `Cannot play: ${reason}`),
      dropped: (reason) => this.end("fault", `Playing broke off: ${reason}`),
    };
  }

  #listen() {
    const fault = () => this.end("fault", "Playing broke off: the server fell silent");
    this.#silence.set(fault, SILENCE_MS);
  }
}
