/**
 * What the server lets this page do, and what its clock says.
 *
 * @typedef {import("./api.js").Role} Role
 */
import { steadyNow } from "../engine/clock.js";
import { openSession } from "./api.js";

export class Session {
  /** @type {import("./api.js").ApiOptions} */
  #api;
  /** @type {() => void} */
  #opened;
  /** The least, until the server has said more. @type {Role} */
  role = "view";
  /** The server's clock minus this machine's steady one; null: not known. @type {number | null} */
  clockOffsetMs = null;

  /**
   * @param {import("./api.js").ApiOptions} api
   * @param {() => void} opened  role and clock are known
   */
  constructor(api, opened) {
    this.#api = api;
    this.#opened = opened;
  }

  /** The server's clock, as near as it is known, ms since the Unix epoch. */
  now() {
    return this.clockOffsetMs === null ? Date.now() : steadyNow() + this.clockOffsetMs;
  }

  /**
   * Opens the session, with a token or with the cookie that a token left.
   *
   * @param {string | null} token
   * @returns {Promise<string | null>} why not; null: let in, or the server is away, which the engine deals with
   */
  async open(token) {
    const answer = await openSession(token, this.#api);
    if (answer.kind === "refused") return answer.detail;
    if (answer.kind === "unreachable") return token === null ? null : answer.detail;
    this.clockOffsetMs = answer.clockOffsetMs;
    this.role = answer.role;
    this.#opened();
    return null;
  }
}
