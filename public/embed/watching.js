/**
 * The engine's life in an element: started, told things, ended, while its Worker may still be loading.
 *
 * @typedef {import("../engine/messages.js").StartCommand} StartCommand
 * @typedef {import("../engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("../engine/host.js").EngineHandle} EngineHandle
 * @typedef {Parameters<EngineHandle["send"]>[0]} Command
 *
 * @typedef {Object} WatchingOptions
 * @property {(start: StartCommand, onEvent: (event: EngineEvent) => void) => Promise<EngineHandle>} host
 * @property {(event: EngineEvent) => void} tell  never of an engine that was ended
 */

export class Watching {
  /** @type {WatchingOptions} */
  #options;
  /** Counts the starts and the ends: an engine that comes after its end is sent away. */
  #turn = 0;
  #active = false;
  /** @type {EngineHandle | null} */
  #handle = null;
  /** What was said while the engine was loading: the newest of each kind. @type {Map<string, Command>} */
  #waiting = new Map();

  /** @param {WatchingOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** There is an engine, or one to come. */
  get active() {
    return this.#active;
  }

  /** @param {StartCommand} command  ends what was there before */
  start(command) {
    this.stop();
    this.#active = true;
    const turn = this.#turn;
    const { host, tell } = this.#options;
    const tellNow = (/** @type {EngineEvent} */ event) => {
      if (turn === this.#turn) tell(event);
    };
    host(command, tellNow).then((handle) => {
      if (turn !== this.#turn) return handle.close();
      this.#handle = handle;
      for (const command of this.#waiting.values()) handle.send(command);
      this.#waiting.clear();
    }, (error) => {
      tellNow({ type: "fault", text: error instanceof Error ? error.message : String(error) });
    });
  }

  /** @param {Command} command  does nothing where there is no engine */
  send(command) {
    if (this.#handle) this.#handle.send(command);
    else this.#waiting.set(command.type, command);
  }

  /** Ends the stream and frees the Worker. */
  stop() {
    this.#turn++;
    this.#active = false;
    this.#waiting.clear();
    this.#handle?.close();
    this.#handle = null;
  }
}
