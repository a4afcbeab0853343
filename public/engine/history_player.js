/**
 * Pictures of the past on the canvas: goes to instants, and plays from one.
 *
 * It has a decoder of its own, whose picture is what the last answer led to: the next one brings only the tiles that
 * differ. At most one question is under way; of those asked meanwhile only the newest counts, so that the picture
 * follows a pointer as fast as answers come and never lags behind by more than one.
 *
 * @typedef {import("./history_fetch.js").Instant} Instant
 * @typedef {import("./history_fetch.js").Neighbours} Neighbours
 * @typedef {import("./history_fetch.js").MomentAnswer} MomentAnswer
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./stream_transport.js").Transport} Transport
 * @typedef {import("./stream_transport.js").TransportEvents} TransportEvents
 *
 * @typedef {Instant & { speed: number, skipIdle: boolean }} PlayFrom
 *
 * @typedef {Object} PlayerOptions
 * @property {string} base  absolute URL of the page's folder
 * @property {import("./painter.js").Painter} painter
 * @property {import("./clock.js").Clock} clock
 * @property {(url: string, signal: AbortSignal) => Promise<MomentAnswer>} fetchMoment
 * @property {(url: string, events: TransportEvents, data: import("./engine.js").StreamData) => Transport} stream
 * @property {(event: EngineEvent) => void} post
 */
import { Decoder, ProtocolError } from "../decoder/decoder.js";
import { Timer } from "./clock.js";
import { momentUrl } from "./history_fetch.js";
import { words } from "./sse_notice.js";

/** The server promises a heartbeat every 250 ms while it plays. */
const SILENCE_MS = 5000;

export class HistoryPlayer {
  /** @type {PlayerOptions} */
  #options;
  /** @type {Decoder} */
  #decoder;
  /** Whose picture the decoder has, and of which version of its history. */
  #shown = { source: "", version: "" };
  /** Asked for next. @type {Instant | null} */
  #wanted = null;
  /** The question under way. @type {AbortController | null} */
  #asking = null;
  /** @type {Transport | null} */
  #playing = null;
  /** @type {Timer} */
  #silence;
  /** What is told once it is on the canvas. @type {(() => void) | null} */
  #unpainted = null;

  /** @param {PlayerOptions} options */
  constructor(options) {
    this.#options = options;
    this.#silence = new Timer(options.clock);
    this.#decoder = new Decoder({
      hello: ({ source }) => options.post({ type: "source", name: words(source) }),
      update: ({ seq, rects }) => {
        const { picture } = this.#decoder;
        if (!picture) return;
        if (this.#playing) this.#unpainted = () => this.#tellMoment(seq, seq, unknown);
        options.painter.show(picture, rects);
      },
      heartbeat: ({ time }) => options.post({ type: "played", time }),
      state: ({ state, text }) => {
        if (!this.#playing) return;
        options.post({ type: "playState", text: state === "live" ? "" : words(text) });
      },
      bye: ({ text }) => this.#playedTo(text === "live" ? "live" : "end", ""),
    });
  }

  /**
   * Shows an instant. Ends playing.
   *
   * @param {Instant} instant
   */
  seek(instant) {
    this.#stopPlaying();
    this.#wanted = instant;
    if (!this.#asking) this.#ask();
  }

  /**
   * Plays from an instant on.
   *
   * @param {PlayFrom} from
   */
  play({ speed, skipIdle, ...from }) {
    this.#stop();
    this.#use(from);
    const { base, stream } = this.#options;
    const url = new URL(`api/history/${encodeURIComponent(from.source)}/play`, base);
    url.searchParams.set("from", String(from.time));
    url.searchParams.set("speed", String(speed));
    if (skipIdle) url.searchParams.set("skipIdle", "1");
    this.#decoder.restart();
    this.#playing = stream(url.href, this.#playEvents(), {
      message: (chunk) => this.#push(chunk),
      bytes: () => {},
    });
    this.#listen();
    this.#playing.open();
  }

  /** The canvas is somebody else's from here on. */
  leave() {
    this.#stop();
    this.#unpainted = null;
  }

  /** The painter paints. @returns {() => void} what to call when it has painted */
  painting() {
    const tell = this.#unpainted;
    this.#unpainted = null;
    return () => tell?.();
  }

  /** Answers the newest question, then the one that is the newest then. */
  async #ask() {
    for (let instant = this.#wanted; instant; instant = this.#wanted) {
      this.#wanted = null;
      const asking = this.#asking = new AbortController();
      try {
        this.#use(instant);
        const { base, fetchMoment } = this.#options;
        const url = momentUrl(base, instant, this.#decoder.picture && this.#decoder.seq);
        const answer = await fetchMoment(url, asking.signal);
        if (asking.signal.aborted) return;
        this.#show(instant, answer);
      } catch (error) {
        if (asking.signal.aborted) return;
        if (error instanceof ProtocolError) this.#decoder.reset();
        this.#options.post({ type: "pastFault", status: 0, text: describe(error) });
      }
    }
    this.#asking = null;
  }

  /**
   * @param {Instant} instant
   * @param {MomentAnswer} answer
   */
  #show(instant, answer) {
    if (answer.kind === "refused") {
      const { status, detail } = answer.refusal;
      return this.#options.post({ type: "pastFault", status, text: detail });
    }
    const decoder = this.#decoder;
    decoder.restart();
    for (const chunk of answer.bytes) decoder.push(chunk);
    const { picture, seq } = decoder;
    if (!picture || seq === null) throw new ProtocolError("The answer held no picture");
    this.#unpainted = () => this.#tellMoment(instant.time, seq, answer.neighbours);
    // Also where the answer was "the same picture": then nothing was shown yet.
    this.#options.painter.show(picture, []);
  }

  /**
   * @param {number} at
   * @param {number} time
   * @param {Neighbours} neighbours
   */
  #tellMoment(at, time, neighbours) {
    const { picture } = this.#decoder;
    if (!picture) return;
    const { width, height } = picture;
    const { source } = this.#shown;
    this.#options.post({ type: "moment", source, at, time, width, height, ...neighbours });
  }

  /**
   * Pictures of another source, or from before something was forgotten, are nothing to go on from.
   *
   * @param {Instant} instant
   */
  #use({ source, version }) {
    if (source === this.#shown.source && version === this.#shown.version) return;
    this.#decoder.reset();
    this.#shown = { source, version };
  }

  /** @param {Uint8Array} chunk */
  #push(chunk) {
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#decoder.reset();
      this.#playedTo("fault", `The recording was damaged on its way: ${error.message}`);
    }
  }

  /** @returns {TransportEvents} */
  #playEvents() {
    return {
      received: () => this.#listen(),
      refused: ({ detail }) => this.#playedTo("fault", detail),
      unsupported: (reason) => this.#playedTo("fault", `Cannot play: ${reason}`),
      dropped: (reason) => this.#playedTo("fault", `Playing broke off: ${reason}`),
    };
  }

  #listen() {
    const fault = () => this.#playedTo("fault", "Playing broke off: the server fell silent");
    this.#silence.set(fault, SILENCE_MS);
  }

  /**
   * @param {"live" | "end" | "fault"} reason
   * @param {string} text
   */
  #playedTo(reason, text) {
    if (!this.#playing) return;
    this.#stopPlaying();
    this.#options.post({ type: "playEnd", reason, text });
  }

  #stopPlaying() {
    this.#silence.clear();
    this.#playing?.close();
    this.#playing = null;
  }

  #stop() {
    this.#stopPlaying();
    this.#wanted = null;
    this.#asking?.abort();
    this.#asking = null;
  }
}

/** While playing nobody asks what comes next. @type {Neighbours} */
const unknown = { previous: null, next: null, gap: false };

/** @param {unknown} error */
function describe(error) {
  if (error instanceof TypeError) return "The server could not be reached";
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return "The server did not answer in time";
  }
  return error instanceof Error ? error.message : String(error);
}
