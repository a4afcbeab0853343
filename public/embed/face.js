/**
 * What is seen of the element: the picture, the pointer over it, and what there is to say about the connection.
 *
 * @typedef {import("../ui/geometry.js").Size} Size
 * @typedef {import("../engine/link_state.js").Status} Status
 * @typedef {import("../engine/messages.js").CursorShape} CursorShape
 * @typedef {import("./placing.js").Fit} Fit
 */
import { rendering } from "../ui/geometry.js";
import { place } from "./placing.js";
import { elementSheet } from "./sheet.js";

/** A shape of the element before the first picture. */
const FIRST_SIZE = { width: 16, height: 9 };

export class Face {
  /** The engine draws here, and nobody else. @type {HTMLCanvasElement} */
  screen;
  #view = document.createElement("div");
  #pointer = document.createElement("canvas");
  #status = document.createElement("p");
  /** @type {Size | null} */
  #frame = null;
  /** @type {Fit} */
  #fit = "contain";
  #alt = "";
  #sourceName = "";
  #cursor = { visible: false, x: 0, y: 0 };
  /** The point of the shape that points. @type {{ hotX: number, hotY: number } | null} */
  #hot = null;
  /** Ends watching the size. @type {AbortController | null} */
  #watched = null;

  /** @param {ShadowRoot} root  empty */
  constructor(root) {
    root.adoptedStyleSheets = [elementSheet()];
    this.screen = canvasOf(FIRST_SIZE);
    for (
      const [element, name] of /** @type {const} */ ([
        [this.#view, "view"],
        [this.screen, "screen"],
        [this.#pointer, "pointer"],
        [this.#status, "status"],
      ])
    ) {
      element.className = name;
      element.setAttribute("part", name);
    }
    this.screen.setAttribute("role", "img");
    this.#pointer.setAttribute("aria-hidden", "true");
    this.#pointer.hidden = true;
    this.#status.setAttribute("role", "status");
    this.#view.append(this.screen, this.#pointer);
    root.append(this.#view, this.#status);
    this.#name();
  }

  /** Keeps the picture's place right while the element is in a page. */
  watch() {
    this.#watched?.abort();
    const watched = new AbortController();
    this.#watched = watched;
    const observer = new ResizeObserver(() => this.#place());
    observer.observe(this.screen);
    watched.signal.addEventListener("abort", () => observer.disconnect());
    this.#watchRatio(watched.signal);
    this.#place();
  }

  unwatch() {
    this.#watched?.abort();
    this.#watched = null;
  }

  /** @param {Size} frame */
  setFrame({ width, height }) {
    this.#frame = { width, height };
    this.#name();
    this.#place();
  }

  /** @param {Fit} fit */
  setFit(fit) {
    this.#fit = fit;
    this.#view.dataset.fit = fit;
    // What is larger than its box can be moved with the keyboard, too.
    if (fit === "actual") this.#view.tabIndex = 0;
    else this.#view.removeAttribute("tabindex");
    this.#place();
  }

  /** @param {string} alt  what the picture is, for those who cannot see it; empty: the source's name */
  setAlt(alt) {
    this.#alt = alt;
    this.#name();
  }

  /** @param {string} name  of the source; empty: not known yet */
  setSourceName(name) {
    this.#sourceName = name;
    this.#name();
  }

  /**
   * @param {Status | "idle"} status
   * @param {string} text  for people; empty: nothing to say
   */
  setStatus(status, text) {
    this.#view.dataset.status = status;
    // A live region announces every write.
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  /** @param {{ visible: boolean, x: number, y: number, shape?: CursorShape }} cursor */
  setCursor({ visible, x, y, shape }) {
    this.#cursor = { visible, x, y };
    if (shape) {
      const { width, height, hotX, hotY, rgba } = shape;
      this.#hot = { hotX, hotY };
      this.#pointer.width = width;
      this.#pointer.height = height;
      this.#pointer.getContext("2d")?.putImageData(new ImageData(rgba, width, height), 0, 0);
    }
    this.#placePointer();
  }

  #name() {
    const name = this.#alt || ["Screen", this.#sourceName].filter((part) => part !== "").join(" ");
    const size = this.#frame ? `, ${this.#frame.width} by ${this.#frame.height}` : "";
    const label = `${name}${size}`;
    if (this.screen.getAttribute("aria-label") !== label) {
      this.screen.setAttribute("aria-label", label);
    }
  }

  #place() {
    const frame = this.#frame;
    if (!frame) return;
    const { style } = this.screen;
    const dpr = globalThis.devicePixelRatio || 1;
    // One pixel of the picture on one of the display.
    style.width = this.#fit === "actual" ? `${frame.width / dpr}px` : "";
    style.height = this.#fit === "actual" ? `${frame.height / dpr}px` : "";
    style.imageRendering = rendering(place(this.#box, frame, this.#fit).scale, dpr);
    this.#placePointer();
  }

  #placePointer() {
    const { visible, x, y } = this.#cursor;
    this.#pointer.hidden = !visible || !this.#hot || !this.#frame;
    if (this.#pointer.hidden || !this.#hot || !this.#frame) return;
    const at = place(this.#box, this.#frame, this.#fit);
    const left = at.x + (x - this.#hot.hotX) * at.scale;
    const top = at.y + (y - this.#hot.hotY) * at.scale;
    this.#pointer.style.transform = `translate(${left}px, ${top}px) scale(${at.scale})`;
  }

  get #box() {
    return { width: this.screen.clientWidth, height: this.screen.clientHeight };
  }

  /**
   * The ratio changes with the browser's zoom and when the window moves to another monitor.
   *
   * @param {AbortSignal} signal
   */
  #watchRatio(signal) {
    const query = matchMedia(`(resolution: ${globalThis.devicePixelRatio}dppx)`);
    query.addEventListener("change", () => {
      this.#place();
      this.#watchRatio(signal);
    }, { once: true, signal });
  }
}

/** @param {Size} size */
function canvasOf({ width, height }) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}
