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
 *
 * @typedef {Object} PlayerOptions
 * @property {string} base  absolute URL of the page's folder
 * @property {import("./painter.js").Painter} painter
 * @property {import("./clock.js").Clock} clock
 * @property {(url: string, signal: AbortSignal) => Promise<MomentAnswer>} fetchMoment
 * @property {() => Promise<void>} afterMessages  resolves once the commands that wait have been handled
 * @property {import("./feeds.js").TransportMakers["stream"]} stream
 * @property {(event: EngineEvent) => void} post
 */
import { Decoder, ProtocolError } from "../decoder/decoder.js";
import { Film } from "./film.js";
import { momentUrl } from "./history_fetch.js";
import { MomentsAhead } from "./moments_ahead.js";
import { words } from "./sse_notice.js";
import { Stretch } from "./stretch.js";

/** Tiles kept decoded, for the way back: three large screens full, 24 MiB at most. */
const KEPT_TILES = 1536;

export class HistoryPlayer {
  /** @type {PlayerOptions} */
  #options;
  /** @type {Decoder} */
  #decoder;
  /** Whose picture the decoder has, and of which version of its history. */
  #shown = { source: "", version: "" };
  /** Instants that are known to have the decoder's picture. */
  #stretch = new Stretch();
  /** Asked for next. @type {Instant | null} */
  #wanted = null;
  /** The question under way. @type {AbortController | null} */
  #asking = null;
  /** @type {MomentsAhead} */
  #ahead;
  /** @type {Film} */
  #film;
  /** What is told once it is on the canvas. @type {(() => void) | null} */
  #unpainted = null;

  /** @param {PlayerOptions} options */
  constructor(options) {
    this.#options = options;
    this.#ahead = new MomentsAhead(options);
    this.#film = new Film({
      base: options.base,
      clock: options.clock,
      stream: options.stream,
      message: (chunk) => this.#push(chunk),
      ended: (reason, text) => options.post({ type: "playEnd", reason, text }),
    });
    this.#decoder = new Decoder({
      hello: ({ source }) => options.post({ type: "source", name: words(source) }),
      update: ({ seq, rects }) => {
        const { picture } = this.#decoder;
        if (!picture) return;
        if (this.#film.playing) this.#unpainted = () => this.#tellMoment(seq, seq, unknown);
        options.painter.show(picture, rects);
      },
      heartbeat: ({ time }) => options.post({ type: "played", time }),
      state: ({ state, text }) => {
        if (!this.#film.playing) return;
        options.post({ type: "playState", text: state === "live" ? "" : words(text) });
      },
      bye: ({ text }) => this.#film.end(text === "live" ? "live" : "end", ""),
    }, { keptTiles: KEPT_TILES });
  }

  /**
   * Shows an instant. Ends playing.
   *
   * @param {Instant} instant
   */
  seek(instant) {
    this.#film.close();
    this.#wanted = instant;
    if (!this.#asking) this.#ask();
  }

  /**
   * Plays from an instant on.
   *
   * @param {import("./film.js").PlayFrom} from
   */
  play(from) {
    this.#stop();
    this.#use(from);
    this.#stretch.forget();
    this.#decoder.restart();
    this.#film.play(from);
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
        await this.#goTo(instant, asking.signal);
      } catch (error) {
        if (asking.signal.aborted) return;
        if (error instanceof ProtocolError) this.#reset();
        this.#options.post({ type: "pastFault", status: 0, text: describe(error) });
      }
      // Decoding takes as long as a pointer needs for several places: the one it is at now counts.
      await this.#options.afterMessages();
      if (asking.signal.aborted) return;
    }
    this.#asking = null;
  }

  /**
   * @param {Instant} instant
   * @param {AbortSignal} signal
   */
  async #goTo(instant, signal) {
    this.#use(instant);
    const known = this.#stretch.at(instant.time);
    if (known) return this.#showPicture(instant.time, known);
    const url = this.#urlOf(instant);
    const answer = await (this.#ahead.take(url) ?? this.#options.fetchMoment(url, signal));
    if (signal.aborted) return;
    if (answer.kind === "refused") {
      const { status, detail } = answer.refusal;
      return this.#options.post({ type: "pastFault", status, text: detail });
    }
    const before = this.#decoder.seq;
    this.#decoder.restart();
    for (const chunk of answer.bytes) this.#decoder.push(chunk);
    this.#showPicture(instant.time, answer.neighbours);
    this.#stretch.learn(this.#decoder.seq ?? 0, instant.time, answer.neighbours);
    this.#lookAhead(instant, answer.neighbours, before);
  }

  /**
   * Shows what the decoder has, also where the answer was "the same picture".
   *
   * @param {number} at  the instant asked for
   * @param {Neighbours} neighbours
   */
  #showPicture(at, neighbours) {
    const { picture, seq } = this.#decoder;
    if (!picture || seq === null) throw new ProtocolError("The answer held no picture");
    this.#unpainted = () => this.#tellMoment(at, seq, neighbours);
    this.#options.painter.show(picture, []);
  }

  /**
   * Fetches the pictures around this one, that first which lies in the direction of the last move.
   *
   * @param {Instant} instant
   * @param {Neighbours} neighbours
   * @param {number | null} before  the instant of the picture that was shown before
   */
  #lookAhead(instant, { previous, next }, before) {
    const backwards = before !== null && before > (this.#decoder.seq ?? 0);
    const times = backwards ? [previous, next] : [next, previous];
    this.#ahead.expect(
      times.filter((time) => time !== null).map((time) => this.#urlOf({ ...instant, time })),
    );
  }

  /** @param {Instant} instant */
  #urlOf(instant) {
    return momentUrl(this.#options.base, instant, this.#decoder.picture && this.#decoder.seq);
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
    this.#reset();
    this.#shown = { source, version };
  }

  #reset() {
    this.#decoder.reset();
    this.#stretch.forget();
  }

  /** @param {Uint8Array} chunk  of a film */
  #push(chunk) {
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#reset();
      this.#film.end("fault", `The recording was damaged on its way: ${error.message}`);
    }
  }

  #stop() {
    this.#film.close();
    this.#ahead.clear();
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
