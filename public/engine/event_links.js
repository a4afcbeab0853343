/**
 * The two ways to read an event stream: the browser's own EventSource, and `fetch`, which can bring a token. Neither
 * reconnects: the connection's own backoff does that.
 *
 * @typedef {Object} Heard
 * @property {(name: string, data: string) => void} event  `message` is the name of events without one
 * @property {() => void} failed  it has ended or never began; nothing follows
 *
 * @typedef {{ close: () => void }} EventLink  after `close()`, nothing is heard any more
 *
 * Connects at once; what comes is told later.
 * @typedef {(url: string, names: readonly string[], heard: Heard) => EventLink} Connect
 */
import { SseParser } from "./sse_parser.js";

/** @returns {Connect | null} null: this browser has no EventSource */
export function browsersOwn() {
  if (typeof EventSource === "undefined") return null;
  return (url, names, heard) => {
    const source = new EventSource(url);
    // Not `onopen`: where something holds back the body, the headers may come all the same.
    for (const name of ["message", ...names]) {
      source.addEventListener(name, ({ data }) => heard.event(name, String(data)));
    }
    source.onerror = () => {
      source.close();
      heard.failed();
    };
    return source;
  };
}

/**
 * @param {typeof fetch} fetcher  asks as whoever has the token
 * @returns {Connect}
 */
export function fetched(fetcher) {
  return (url, names, heard) => {
    const abort = new AbortController();
    const { signal } = abort;
    readEvents(url, fetcher, signal, (name, data) => {
      if (name === "message" || names.includes(name)) heard.event(name, data);
    }).catch(() => {}).finally(() => {
      if (signal.aborted) return;
      abort.abort();
      heard.failed();
    });
    return { close: () => abort.abort() };
  };
}

/**
 * @param {string} url
 * @param {typeof fetch} fetcher
 * @param {AbortSignal} signal
 * @param {(name: string, data: string) => void} emit
 * @returns {Promise<void>} when it has ended, or was refused
 */
async function readEvents(url, fetcher, signal, emit) {
  const headers = { accept: "text/event-stream" };
  const response = await fetcher(url, { signal, cache: "no-store", headers });
  if (!response.ok || !response.body) return void await response.body?.cancel();
  const parser = new SseParser((name, data) => {
    if (!signal.aborted) emit(name, data);
  });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    parser.push(decoder.decode(read.value, { stream: true }));
  }
}
