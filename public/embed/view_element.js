/**
 * `<patchcast-view src token source fit alt>`: the live picture of a Patchcast server in any page. To look at only:
 * it has no controls, and nothing in it changes anything at the server. docs/EMBED.md is its manual.
 *
 * @typedef {import("../engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("../engine/link_state.js").LinkStatus | "idle"} ViewStatus  `idle`: in no page
 */
import { hostEngine } from "../engine/host.js";
import { statusDetail, statusWord } from "../ui/status.js";
import { readAddress } from "./address.js";
import { Face } from "./face.js";
import { readFit } from "./placing.js";
import { Sight } from "./sight.js";
import { Watching } from "./watching.js";

/** The server that this script comes from. */
const HOME = new URL("../", import.meta.url).href;

/** Each is a property, too. */
const ATTRIBUTES = /** @type {const} */ (["src", "source", "token", "fit", "alt"]);

export class PatchcastView extends HTMLElement {
  static observedAttributes = ATTRIBUTES;

  /** @type {Face} */
  #face;
  /** @type {Watching} */
  #watching;
  /** @type {Sight} */
  #sight;
  /** From `setToken()`; null: the attribute counts. @type {string | null} */
  #secret = null;
  /** It is in a page, and has an engine or says why not. */
  #begun = false;
  /** @type {ViewStatus} */
  #status = "idle";
  #statusText = "";
  #size = { width: 0, height: 0 };

  constructor() {
    super();
    const face = new Face(this.attachShadow({ mode: "open" }));
    this.#face = face;
    this.#watching = new Watching({
      host: (start, onEvent) => hostEngine(face.screen, start, { inPage: false }, onEvent),
      tell: (event) => this.#receive(event),
    });
    this.#sight = new Sight(this, (visible) => this.#watching.send({ type: "visible", visible }));
  }

  /** Address of the server; empty: the one that this script comes from. */
  get src() {
    return this.getAttribute("src") ?? "";
  }

  set src(src) {
    this.setAttribute("src", src);
  }

  /** Id of the source; empty: the server's own. */
  get source() {
    return this.getAttribute("source") ?? "";
  }

  set source(id) {
    this.setAttribute("source", id);
  }

  /** The attribute, which every script of the page can read; `setToken()` is better. */
  get token() {
    return this.getAttribute("token") ?? "";
  }

  set token(token) {
    this.setAttribute("token", token);
  }

  /** `contain`, `cover`, or `actual`: one pixel of the picture on one of the display. */
  get fit() {
    return readFit(this.getAttribute("fit"));
  }

  set fit(fit) {
    this.setAttribute("fit", fit);
  }

  /** What the picture is, for those who cannot see it. */
  get alt() {
    return this.getAttribute("alt") ?? "";
  }

  set alt(alt) {
    this.setAttribute("alt", alt);
  }

  /** @returns {ViewStatus} */
  get status() {
    return this.#status;
  }

  /** The status in sentences; empty while the picture is live. */
  get statusText() {
    return this.#statusText;
  }

  /** Of the picture, in its pixels; 0 before the first. */
  get screenWidth() {
    return this.#size.width;
  }

  get screenHeight() {
    return this.#size.height;
  }

  /**
   * Gives the token without writing it into the page. It goes before the attribute.
   *
   * @param {string | null} token  null: forget it
   */
  setToken(token) {
    const before = this.#tokenNow;
    this.#secret = token === "" ? null : token;
    this.#tokenChanged(before);
  }

  /** Connects now: after `ended`, or instead of waiting for the next attempt. */
  reconnect() {
    if (this.#watching.active) this.#watching.send({ type: "retry" });
    else if (this.#begun) this.#start();
  }

  connectedCallback() {
    // Moved within the page: its stream goes on.
    if (this.#begun) return;
    for (const name of ATTRIBUTES) this.#adoptProperty(name);
    this.#begin();
  }

  disconnectedCallback() {
    // Moving an element takes it out and puts it in again.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  /** With this, `moveBefore()` does not even take it out. */
  connectedMoveCallback() {}

  /**
   * @param {typeof ATTRIBUTES[number]} name
   * @param {string | null} before
   * @param {string | null} now
   */
  attributeChangedCallback(name, before, now) {
    if (before === now) return;
    switch (name) {
      case "fit":
        return this.#face.setFit(this.fit);
      case "alt":
        return this.#face.setAlt(this.alt);
      case "src":
        return this.#begun ? this.#start() : undefined;
      case "source":
        return this.#watching.send({ type: "source", id: this.source || null });
      case "token":
        return this.#tokenChanged(this.#secret ?? (before || null));
    }
  }

  get #tokenNow() {
    return this.#secret ?? (this.token || null);
  }

  /** @param {string | null} before */
  #tokenChanged(before) {
    const token = this.#tokenNow;
    if (this.#begun && token !== before) this.#watching.send({ type: "token", token });
  }

  #begin() {
    this.#begun = true;
    this.#face.setFit(this.fit);
    this.#face.watch();
    this.#sight.begin();
    globalThis.addEventListener("online", this.#online);
    this.#start();
  }

  #end() {
    if (!this.#begun) return;
    this.#begun = false;
    this.#watching.stop();
    this.#sight.end();
    this.#face.unwatch();
    globalThis.removeEventListener("online", this.#online);
    this.#setStatus("idle", "");
  }

  #start() {
    const address = readAddress(this.src || HOME, document.baseURI);
    if ("problem" in address) {
      this.#watching.stop();
      return this.#setStatus("ended", address.problem);
    }
    this.#setStatus("connecting", inWords("connecting", "", false));
    this.#face.setCursor({ visible: false, x: 0, y: 0 });
    this.#watching.start({
      type: "start",
      base: address.base,
      forced: null,
      visible: this.#sight.visible,
      source: this.source || null,
      past: false,
      token: this.#tokenNow,
    });
  }

  /** @param {EngineEvent} event */
  #receive(event) {
    switch (event.type) {
      case "status": {
        const { status, detail, quietMs } = event;
        // There is no past here.
        if (status === "past") return;
        // Who has brought none need not hear how programs send one.
        const why = status === "unauthorised" && this.#tokenNow === null ? "" : detail;
        return this.#setStatus(status, inWords(status, why, quietMs !== null));
      }
      case "source":
        return this.#face.setSourceName(event.name);
      case "size": {
        const { width, height } = event;
        this.#size = { width, height };
        this.#face.setFrame(this.#size);
        return this.#dispatch("patchcast-size", { width, height });
      }
      case "cursor":
        return this.#face.setCursor(event);
      case "fault":
        this.#watching.stop();
        return this.#setStatus("ended", `The picture cannot be drawn: ${event.text}`);
    }
  }

  /**
   * @param {ViewStatus} status
   * @param {string} text
   */
  #setStatus(status, text) {
    if (status === this.#status && text === this.#statusText) return;
    this.#status = status;
    this.#statusText = text;
    this.#face.setStatus(status, text);
    this.#dispatch("patchcast-status", { status, text });
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} detail
   */
  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  #online = () => this.#watching.send({ type: "wake" });

  /**
   * A property that was set before this script came hides the accessor.
   *
   * @param {typeof ATTRIBUTES[number]} name
   */
  #adoptProperty(name) {
    const early = Object.getOwnPropertyDescriptor(this, name);
    if (!early) return;
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, early.value);
  }
}

/**
 * @param {import("../engine/link_state.js").LinkStatus} status
 * @param {string} detail  from the engine; may be empty
 * @param {boolean} hasPicture  false: nothing ever came from the server
 * @returns {string} empty when there is nothing to say
 */
function inWords(status, detail, hasPicture) {
  // Nobody sees it then, and nobody wants to hear of it.
  if (status === "live" || status === "hidden") return "";
  return `${statusWord(status)}. ${statusDetail(status, detail, hasPicture)}`.trim();
}
