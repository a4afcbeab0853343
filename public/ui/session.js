/**
 * What the server lets this page do, and what its clock says.
 *
 * @typedef {import("./api.js").Role} Role
 */
import { steadyNow } from "../engine/clock.js";
import { openSession } from "./api.js";

export class Session {
  /** @type {string} */
  #base;
  /** @type {import("../engine/caller.js").Caller} */
  #caller;
  /** @type {() => void} */
  #opened;
  /** The least, until the server has said more. @type {Role} */
  role = "view";
  /** The server's clock minus this machine's steady one; null: not known. @type {number | null} */
  clockOffsetMs = null;

  /**
   * @param {string} base  absolute URL of the page's folder
   * @param {import("../engine/caller.js").Caller} caller  of all requests of the page; gets a token where it needs one
   * @param {() => void} opened  role and clock are known
   */
  constructor(base, caller, opened) {
    this.#base = base;
    this.#caller = caller;
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
    const base = this.#base;
    const { fetch, fetchByCookie } = this.#caller;
    const fetcher = token === null ? fetch : fetchByCookie;
    const answer = await openSession(token, { base, fetcher });
    if (answer.kind === "refused") return answer.detail;
    if (answer.kind === "unreachable") return token === null ? null : answer.detail;
    if (token !== null) {
      // Inside of another site's page, and where a browser keeps no cookies, the one that came does not go back.
      const kept = await openSession(null, { base, fetcher: fetchByCookie });
      this.#caller.token = kept.kind === "refused" ? token : null;
    }
    this.clockOffsetMs = answer.clockOffsetMs;
    this.role = answer.role;
    this.#opened();
    return null;
  }
}
