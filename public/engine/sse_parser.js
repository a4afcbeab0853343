/**
 * Text of an event stream to events, as the HTML standard says ("Parsing an event stream"), for where the browser's own
 * EventSource cannot be used. Fields other than `event` and `data` are skipped: nobody here needs them.
 */

/** Characters of one event that may wait for its end: room for one keyframe of any size. */
export const MAX_EVENT_CHARS = 2 ** 27;

export class SseParser {
  /** @type {(name: string, data: string) => void} */
  #emit;
  /** The beginning of a line, in pieces: they are put together once. @type {string[]} */
  #line = [];
  #chars = 0;
  #name = "";
  /** @type {string[]} */
  #data = [];
  /** The last piece ended in "\r": a "\n" that follows belongs to it. */
  #afterReturn = false;
  #begun = false;

  /** @param {(name: string, data: string) => void} emit  `name` is `message` where the event has none */
  constructor(emit) {
    this.#emit = emit;
  }

  /**
   * @param {string} text  the next piece, cut anywhere
   * @throws {RangeError} when an event is longer than `MAX_EVENT_CHARS`
   */
  push(text) {
    if (text === "") return;
    let at = 0;
    if (!this.#begun && text.startsWith("\ufeff")) at = 1;
    this.#begun = true;
    if (this.#afterReturn && text[at] === "\n") at++;
    this.#afterReturn = false;
    const ends = /\r\n|\n|\r/g;
    ends.lastIndex = at;
    for (let end = ends.exec(text); end; end = ends.exec(text)) {
      this.#take(text.slice(at, end.index));
      at = ends.lastIndex;
      this.#afterReturn = end[0] === "\r" && at === text.length;
      const line = this.#line.join("");
      this.#line = [];
      this.#end(line);
    }
    this.#take(text.slice(at));
  }

  /** @param {string} piece */
  #take(piece) {
    if (piece === "") return;
    this.#chars += piece.length;
    if (this.#chars > MAX_EVENT_CHARS) {
      throw new RangeError(`Cannot read an event: got more than ${MAX_EVENT_CHARS} characters`);
    }
    this.#line.push(piece);
  }

  /** @param {string} line */
  #end(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    // What is not kept does not count: comments keep a stream alive for days.
    else this.#chars -= line.length;
  }

  #dispatch() {
    const [name, data] = [this.#name, this.#data];
    this.#name = "";
    this.#data = [];
    this.#chars = 0;
    if (data.length > 0) this.#emit(name === "" ? "message" : name, data.join("\n"));
  }
}
