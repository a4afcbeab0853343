/**
 * Live, standing in the past, or playing: what the timeline's buttons and keys mean in each of them, and what the
 * engine is told. No elements and no timers here.
 *
 *     live ──pause, seek──▶ past ──play──▶ playing ──pause, seek──▶ past
 *       ▲                    │                │
 *       └────────live────────┴──live, end─────┘
 *
 * @typedef {import("../engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("../engine/messages.js").Command} Command
 * @typedef {"live" | "past" | "playing"} Mode
 *
 * @typedef {Object} DeckOptions
 * @property {(command: Exclude<Command, { type: "start" }>) => void} send
 * @property {() => number} now   the server's clock, ms since the Unix epoch
 * @property {() => void} changed  anything that is shown is another one now
 */

/** Speeds of playing, slowest first. */
export const SPEEDS = [0.5, 1, 2, 4, 8, 16, 32, 64];
/** Steps that may wait for the answers to those before. */
const MAX_STEPS = 50;

export class Deck {
  /** @type {DeckOptions} */
  #options;
  /** @type {Mode} */
  #mode = "live";
  /** The instant under the playhead; while live it is now. */
  #at = 0;
  /** The picture on the canvas. @type {Extract<EngineEvent, { type: "moment" }> | null} */
  #moment = null;
  /** Steps to take once it is known where they lead; below 0: back. */
  #steps = 0;
  #fault = "";

  /** Whose history. */
  source = "";
  /** Of that history: see requests.js. */
  version = "";
  /** From when to when there are pictures. @type {import("./span.js").Span | null} */
  span = null;
  /** The source is being captured: its newest picture is the live one. */
  isLive = true;
  speed = 1;
  skipIdle = true;

  /** @param {DeckOptions} options */
  constructor(options) {
    this.#options = options;
  }

  get mode() {
    return this.#mode;
  }

  /** The instant under the playhead. */
  get at() {
    return this.#mode === "live" ? this.#options.now() : this.#at;
  }

  /** When the picture on the canvas came to be; null while live, and before the first one. */
  get shownTime() {
    return this.#mode === "live" ? null : this.#moment?.time ?? null;
  }

  /** Nothing was recorded at the instant under the playhead. */
  get inGap() {
    return this.#mode !== "live" && this.#moment?.gap === true;
  }

  /** Why the picture is not the one asked for; empty when it is. */
  get fault() {
    return this.#fault;
  }

  /** The newest instant there is to go to. */
  get newest() {
    const { now } = this.#options;
    return this.isLive ? now() : this.span?.to ?? now();
  }

  /** Back to now. */
  live() {
    if (this.#mode === "live" || !this.isLive) return;
    this.#mode = "live";
    this.#moment = null;
    this.#settle();
    this.#options.send({ type: "live" });
    this.#options.changed();
  }

  /** @param {number} time  ms; brought into the span */
  seek(time) {
    this.#steps = 0;
    this.#go(time);
  }

  /** Stands still where it is, live too. */
  pause() {
    if (this.#mode !== "past") this.seek(this.at);
  }

  play() {
    if (this.#mode === "live") return;
    this.#settle();
    this.#mode = "playing";
    const { source, version, speed, skipIdle } = this;
    this.#options.send({ type: "play", source, version, time: this.#at, speed, skipIdle });
    this.#options.changed();
  }

  togglePlay() {
    if (this.#mode === "past") this.play();
    else this.pause();
  }

  /**
   * To the picture before or after.
   *
   * @param {1 | -1} direction
   */
  step(direction) {
    const waiting = this.#steps !== 0;
    this.#steps = Math.max(-MAX_STEPS, Math.min(MAX_STEPS, this.#steps + direction));
    if (waiting) return;
    if (this.#mode === "past" && this.#moment?.at === this.#at) this.#takeStep();
    else this.#go(this.at);
  }

  /** @param {number} ms  from the playhead */
  jump(ms) {
    const to = this.at + ms;
    if (to >= this.newest && this.isLive) this.live();
    else this.seek(to);
  }

  /** To the oldest picture. */
  home() {
    if (this.span) this.seek(this.span.from);
  }

  /** To the newest one: live, where it is. */
  end() {
    if (this.isLive) this.live();
    else this.seek(this.newest);
  }

  /** @param {number} speed  one of SPEEDS */
  setSpeed(speed) {
    this.speed = speed;
    if (this.#mode === "playing") this.play();
    else this.#options.changed();
  }

  /** @param {boolean} on  pauses without a change take a second at most */
  setSkipIdle(on) {
    this.skipIdle = on;
    if (this.#mode === "playing") this.play();
    else this.#options.changed();
  }

  /** Plays, or plays faster. */
  faster() {
    if (this.#mode === "past") return this.play();
    if (this.#mode === "playing") this.setSpeed(this.#neighbour(1));
  }

  /** Plays slower; standing still, goes back 10 s. */
  slower() {
    if (this.#mode === "playing") this.setSpeed(this.#neighbour(-1));
    else this.jump(-10_000);
  }

  /** Shows the instant anew: what was there may have been forgotten. */
  refresh() {
    if (this.#mode === "past") this.seek(this.#at);
    if (this.#mode === "playing") this.play();
  }

  /**
   * What the engine tells of the past.
   *
   * @param {EngineEvent} event
   */
  receive(event) {
    if (this.#mode === "live") return;
    switch (event.type) {
      case "moment":
        if (event.source !== this.source) return;
        this.#fault = "";
        this.#moment = event;
        if (this.#mode === "playing") this.#at = event.at;
        else if (event.at === this.#at) this.#takeStep();
        return this.#options.changed();
      case "played":
        if (this.#mode === "playing") this.#at = event.time;
        return this.#options.changed();
      case "playState":
        this.#fault = event.text;
        return this.#options.changed();
      case "playEnd":
        if (event.reason === "live" && this.isLive) return this.live();
        // Also brings the neighbours of where it stopped.
        this.seek(this.#at);
        this.#fault = event.text;
        return this.#options.changed();
      case "pastFault":
        this.#steps = 0;
        this.#fault = event.text;
        return this.#options.changed();
    }
  }

  /** @param {number} time */
  #go(time) {
    const oldest = this.span?.from ?? -Infinity;
    this.#at = Math.round(Math.min(Math.max(time, oldest), this.newest));
    this.#mode = "past";
    this.#fault = "";
    const { source, version } = this;
    this.#options.send({ type: "seek", source, version, time: this.#at });
    this.#options.changed();
  }

  #takeStep() {
    const steps = this.#steps;
    if (steps === 0 || !this.#moment) return;
    const { previous, next } = this.#moment;
    const to = steps < 0 ? previous : next;
    this.#steps = to === null ? 0 : steps - Math.sign(steps);
    if (to !== null) this.#go(to);
  }

  #settle() {
    this.#steps = 0;
    this.#fault = "";
  }

  /** @param {1 | -1} direction */
  #neighbour(direction) {
    const place = SPEEDS.indexOf(this.speed) + direction;
    return SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))];
  }
}
