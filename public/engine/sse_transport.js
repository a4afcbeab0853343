/**
 * One `GET events` connection: Server-Sent Events with PNG patches, for where the binary stream cannot get
 * through. Slower and bigger, and needs nothing but EventSource and a PNG decoder.
 *
 * Decoding PNGs takes time, and events must be applied in order: they wait in a queue, which is bounded. A
 * viewer that falls behind further than that drops the connection and starts anew with the newest picture.
 *
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 * @typedef {import("./stream_transport.js").Refusal} Refusal
 * @typedef {import("./sse_event.js").SseUpdate} SseUpdate
 * @typedef {{ x: number, y: number, bitmap: ImageBitmap }} Piece
 *
 * @typedef {Object} SseData
 * @property {(update: SseUpdate, pieces: Piece[]) => Promise<void>} update  resolves when it has been drawn; the
 *   transport closes the bitmaps then
 * @property {(count: number) => void} bytes
 * @property {(name: string, value: Record<string, unknown>) => void} notice  a named event: hello, heartbeat,
 *   state, cursor, check or bye, with its JSON object; a check comes when the updates before it have been applied
 */
import { parseSseUpdate } from "./sse_event.js";
import { readRefusal } from "./stream_transport.js";

/** @typedef {import("./event_links.js").Connect} Connect */

/** Events that may wait for the ones before them: about four seconds of a busy screen. */
export const MAX_QUEUED_EVENTS = 128;
/** Characters that may wait: room for one keyframe of any size and some updates. */
export const MAX_QUEUED_CHARS = 2 ** 27;
/** An ordinary request that takes longer than this is not answered. */
const PROBE_MS = 5000;
/** PNGs decoded at the same time: more only costs memory. */
const DECODE_BATCH = 16;

/** What the canvas should look like behind the updates so far. */
const CHECK = "check";
const NOTICES = ["hello", "heartbeat", "state", "cursor", "bye"];

export class SseTransport {
  /** @type {string} */
  #url;
  /** @type {TransportEvents} */
  #events;
  /** @type {SseData} */
  #data;
  /** @type {() => Promise<Refusal | null>} */
  #probe;
  /** @type {import("./event_links.js").EventLink | null} */
  #source = null;
  /** @type {Connect | null} */
  #connect;
  /** Nothing that comes is taken any more. */
  #closed = false;
  /** Nothing is reported any more: the owner has closed it, and may have another one. */
  #over = false;
  /** Updates, and named events that have to wait for those before them. @type {{ name: string, text: string }[]} */
  #queue = [];
  #queuedChars = 0;
  #working = false;

  /**
   * @param {string} url
   * @param {TransportEvents} events
   * @param {SseData} data
   * @param {Object} server
   * @param {Connect | null} server.connect  null: this browser cannot
   * @param {() => Promise<Refusal | null>} server.probe  asks why it refused, since EventSource hides it
   */
  constructor(url, events, data, { connect, probe }) {
    this.#url = url;
    this.#events = events;
    this.#data = data;
    this.#connect = connect;
    this.#probe = probe;
  }

  /** Connects. Call it once. */
  open() {
    if (!this.#connect) return this.#events.unsupported("this browser has no EventSource");
    this.#source = this.#connect(this.#url, [CHECK, ...NOTICES], {
      event: (name, data) => {
        if (name === "message") this.#enqueue("", data);
        else if (name === CHECK) this.#enqueue(CHECK, data);
        else this.#notice(name, data);
      },
      failed: () => this.#failed(),
    });
  }

  /** Ends the connection and forgets what waits; no event follows. */
  close() {
    this.#over = true;
    this.#quit();
  }

  #quit() {
    this.#closed = true;
    this.#source?.close();
    this.#queue = [];
    this.#queuedChars = 0;
  }

  /** @param {string} reason */
  #drop(reason) {
    if (this.#closed) return;
    this.#quit();
    this.#events.dropped(reason);
  }

  /**
   * EventSource would reconnect by itself, without limits or a word. The one backoff of the page does
   * that instead.
   */
  async #failed() {
    if (this.#closed) return;
    this.#quit();
    const refusal = await this.#probe().catch(() => null);
    if (this.#over) return;
    if (refusal) this.#events.refused(refusal);
    else this.#events.dropped("the event stream broke off");
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #notice(name, text) {
    if (this.#closed) return;
    this.#data.bytes(text.length);
    this.#events.received();
    this.#tell(name, text);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #tell(name, text) {
    // A reader that does not know our notices would be right too: a bad one is skipped, not fatal.
    let value;
    try {
      value = JSON.parse(text);
    } catch {
      return;
    }
    if (typeof value === "object" && value !== null) this.#data.notice(name, value);
  }

  /**
   * @param {string} name  of the event; empty: an update
   * @param {string} text
   */
  #enqueue(name, text) {
    if (this.#closed) return;
    this.#data.bytes(text.length);
    this.#events.received();
    this.#queuedChars += text.length;
    if (this.#queue.length >= MAX_QUEUED_EVENTS || this.#queuedChars > MAX_QUEUED_CHARS) {
      return this.#drop("this browser could not keep up");
    }
    this.#queue.push({ name, text });
    if (!this.#working) this.#work();
  }

  async #work() {
    this.#working = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        this.#queuedChars -= next.text.length;
        if (next.name === "") await this.#apply(next.text);
        else this.#tell(next.name, next.text);
      }
    } catch (error) {
      this.#drop(error instanceof Error ? error.message : String(error));
    } finally {
      this.#working = false;
    }
  }

  /** @param {string} text */
  async #apply(text) {
    const update = parseSseUpdate(text);
    /** @type {Piece[]} */
    const pieces = [];
    try {
      for (let from = 0; from < update.patches.length; from += DECODE_BATCH) {
        const batch = update.patches.slice(from, from + DECODE_BATCH);
        pieces.push(...await decodeAll(batch));
      }
      if (!this.#closed) await this.#data.update(update, pieces);
    } finally {
      for (const { bitmap } of pieces) bitmap.close();
    }
  }
}

/**
 * @param {import("./sse_event.js").PngPatch[]} patches
 * @returns {Promise<Piece[]>}
 */
async function decodeAll(patches) {
  const results = await Promise.allSettled(patches.map(({ png }) =>
    // Without these options a browser may convert colours, and the canvas would not be exact.
    createImageBitmap(new Blob([png], { type: "image/png" }), {
      colorSpaceConversion: "none",
      premultiplyAlpha: "none",
    })
  ));
  const pieces = [];
  let broken = false;
  for (const [i, result] of results.entries()) {
    if (result.status === "rejected") broken = true;
    else pieces.push({ x: patches[i].x, y: patches[i].y, bitmap: result.value });
  }
  if (broken) {
    for (const { bitmap } of pieces) bitmap.close();
    throw new Error("the server sent a PNG that this browser cannot read");
  }
  return pieces;
}

/**
 * Asks the server whether this page may watch, and whether the source is there, after an event stream failed without
 * saying why.
 *
 * @param {string} base  absolute URL of the page's folder
 * @param {string} url   of the events
 * @param {typeof fetch} fetcher
 * @returns {Promise<Refusal | null>} null: nothing against it
 */
export async function probeWatched(base, url, fetcher) {
  const source = new URL(url).searchParams.get("source");
  const response = await askConfig(base, source, fetcher);
  if ([401, 403, 404].includes(response.status)) return await readRefusal(response);
  await response.body?.cancel();
  return null;
}

/**
 * @param {string} base  absolute URL of the page's folder
 * @param {typeof fetch} fetcher
 * @returns {Promise<boolean>} the server answers an ordinary request, whatever it says
 */
export async function serverAnswers(base, fetcher) {
  const response = await askConfig(base, null, fetcher);
  await response.body?.cancel();
  // A gateway that cannot reach the server says so with 502 or 504.
  return response.status < 500;
}

/**
 * An ordinary request that whoever may watch may make, pages of other sites too.
 *
 * @param {string} base
 * @param {string | null} source
 * @param {typeof fetch} fetcher
 */
async function askConfig(base, source, fetcher) {
  const url = new URL("api/config", base);
  if (source !== null) url.searchParams.set("source", source);
  return await fetcher(url, { cache: "no-store", signal: AbortSignal.timeout(PROBE_MS) });
}
