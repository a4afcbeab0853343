/**
 * Who asks the server: whoever this browser is signed in as, by the cookie of the page's own site; or the bearer of
 * a token, where that cookie is not to be had: in pages of other sites. The token is kept nowhere but in memory, and
 * never stands in an address.
 */
export class Caller {
  /** Null: the cookie has to do. @type {string | null} */
  token;
  /** @type {typeof fetch} */
  #send;

  /**
   * @param {string | null} token
   * @param {typeof fetch} [send]
   */
  constructor(token, send = (input, init) => fetch(input, init)) {
    this.token = token;
    this.#send = send;
  }

  /**
   * The same as `fetch`, as this caller.
   *
   * @type {typeof fetch}
   */
  fetch = (input, init = {}) => {
    if (this.token === null) return this.fetchByCookie(input, init);
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${this.token}`);
    return this.#send(input, { ...init, headers, credentials: "omit" });
  };

  /**
   * The same as `fetch`, with what the browser has for the server, where that is the page's own.
   *
   * @type {typeof fetch}
   */
  fetchByCookie = (input, init = {}) => this.#send(input, { ...init, credentials: "same-origin" });
}
