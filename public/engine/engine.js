/**
 * The viewer without its looks: shows the live picture or the past on one canvas. It runs in a Worker or on the
 * page's thread, takes commands and posts events (messages.js).
 *
 * @typedef {import("./messages.js").Command} Command
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 * @typedef {import("./live_view.js").LiveOptions} EngineOptions
 *
 * @typedef {Object} PastDeps
 * @property {import("./painter.js").PainterOptions["requestFrame"]} requestFrame
 * @property {import("./history_player.js").PlayerOptions["fetchMoment"]} fetchMoment
 * @property {import("./history_player.js").PlayerOptions["afterMessages"]} afterMessages
 * @property {(token: string | null) => void} callAs  from the next request on; null: as the cookie says
 *
 * @typedef {import("./live_view.js").LiveDeps & PastDeps} EngineDeps
 */
import { HistoryPlayer } from "./history_player.js";
import { LiveView } from "./live_view.js";
import { Painter } from "./painter.js";

export class Engine {
  /** @type {Painter} */
  #painter;
  /** @type {LiveView} */
  #live;
  /** @type {HistoryPlayer} */
  #player;
  /** The canvas shows the past; the live connection is closed meanwhile. */
  #past;
  /** @type {(token: string | null) => void} */
  #callAs;

  /**
   * @param {import("./surface.js").Surface} surface
   * @param {EngineOptions} options
   * @param {(event: EngineEvent) => void} post
   * @param {EngineDeps} deps
   */
  constructor(surface, options, post, deps) {
    this.#past = options.past;
    this.#callAs = deps.callAs;
    this.#painter = new Painter(surface, {
      requestFrame: deps.requestFrame,
      painting: () => this.#past ? this.#paintingPast() : this.#live.painting(),
      lost: () => this.#live.open(),
    });
    this.#player = new HistoryPlayer({
      base: options.base,
      painter: this.#painter,
      clock: deps.clock,
      fetchMoment: deps.fetchMoment,
      afterMessages: deps.afterMessages,
      stream: deps.stream,
      post,
    });
    this.#live = new LiveView(options, this.#painter, post, deps);
  }

  /**
   * @param {Exclude<Command, { type: "start" }>} command
   */
  handle(command) {
    switch (command.type) {
      case "visible":
        return this.#live.visible(command.visible);
      case "retry":
        return this.#past ? undefined : this.#live.open();
      case "wake":
        return this.#live.wake();
      case "clock":
        return this.#live.clockOffset(command.offsetMs);
      case "token":
        this.#callAs(command.token);
        return this.#past ? undefined : this.#live.open();
      case "watch":
        return this.#live.watch(command);
      case "source":
        return this.#live.watchSource(command.id);
      case "seek":
        this.#leaveLive();
        return this.#player.seek(command);
      case "play":
        this.#leaveLive();
        return this.#player.play(command);
      case "live":
        return this.#returnToLive();
      case "stop":
        this.#player.leave();
        this.#live.close();
        this.#painter.close();
        return;
    }
  }

  #leaveLive() {
    if (this.#past) return;
    this.#past = true;
    this.#live.leave();
  }

  #returnToLive() {
    if (!this.#past) return;
    this.#past = false;
    this.#player.leave();
    this.#live.comeBack();
  }

  /** @returns {() => void} to be called when it is on the canvas */
  #paintingPast() {
    const shown = this.#player.painting();
    return () => this.#past && shown();
  }
}
