/**
 * The names of the sources over the wall's picture: buttons that lie exactly over the cells, for keys and screen
 * readers. Pointers go through them to the picture, which can be moved and zoomed everywhere.
 *
 * @typedef {import("./requests.js").Cell} Cell
 * @typedef {import("../ui/geometry.js").Placement} Placement
 */
import { cellBeside } from "./cells.js";

export class WallLabels {
  /** @type {HTMLElement} */
  #list;
  /** @type {(id: string) => void} */
  #choose;
  /** @type {readonly Cell[]} */
  #cells = [];
  /** By the source's id. @type {Map<string, { button: HTMLButtonElement, label: HTMLElement, state: HTMLElement }>} */
  #items = new Map();

  /**
   * @param {HTMLElement} list  a `<ul>` as large as the stage
   * @param {(id: string) => void} choose
   */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
    list.addEventListener("keydown", (event) => this.#key(event));
  }

  /** @param {readonly Cell[]} cells  empty: nothing is shown */
  show(cells) {
    this.#cells = cells;
    this.#list.hidden = cells.length === 0;
    for (const [id, { button }] of this.#items) {
      if (cells.some((cell) => cell.id === id)) continue;
      button.parentElement?.remove();
      this.#items.delete(id);
    }
    for (const { id, label, state } of cells) {
      const item = this.#items.get(id) ?? this.#add(id);
      item.button.dataset.state = state;
      setText(item.label, label);
      setText(item.state, state === "live" ? "" : state);
    }
    // In reading order for the tab key too; what is in its place already keeps the focus.
    cells.forEach(({ id }, i) => {
      const item = this.#items.get(id)?.button.parentElement;
      if (item && this.#list.children[i] !== item) {
        this.#list.insertBefore(item, this.#list.children[i]);
      }
    });
  }

  /** @param {Placement} placement  of the wall's picture */
  place({ scale, x, y }) {
    for (const cell of this.#cells) {
      const style = this.#items.get(cell.id)?.button.style;
      if (!style) continue;
      style.left = `${x + cell.x * scale}px`;
      style.top = `${y + cell.y * scale}px`;
      style.width = `${cell.w * scale}px`;
      style.height = `${cell.h * scale}px`;
    }
  }

  /** @param {string | undefined} id  of the source under the pointer */
  point(id) {
    for (const [each, { button }] of this.#items) button.classList.toggle("over", each === id);
  }

  /** @param {string} id  of the source to put the focus on */
  focus(id) {
    this.#items.get(id)?.button.focus();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (ctrlKey || metaKey || altKey || shiftKey) return;
    const from = this.#cells.find(({ id }) => this.#items.get(id)?.button === target);
    const to = from && cellBeside(this.#cells, from, key);
    if (!to) return;
    event.preventDefault();
    this.focus(to.id);
  }

  /** @param {string} id */
  #add(id) {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const caption = document.createElement("span");
    const label = document.createElement("span");
    const state = document.createElement("span");
    button.type = "button";
    button.dataset.cell = id;
    caption.className = "caption";
    label.className = "name";
    state.className = "state";
    caption.append(label, state);
    button.append(caption);
    button.addEventListener("click", () => this.#choose(id));
    item.append(button);
    this.#list.append(item);
    const made = { button, label, state };
    this.#items.set(id, made);
    return made;
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
