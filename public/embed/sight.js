/** Whether somebody can see an element: where nobody can, nothing is streamed. */

export class Sight {
  /** @type {Element} */
  #element;
  /** @type {(visible: boolean) => void} */
  #changed;
  /** The element is within the window, or was not looked at yet. */
  #within = true;
  #last = true;
  /** @type {IntersectionObserver | null} */
  #observer = null;

  /**
   * @param {Element} element
   * @param {(visible: boolean) => void} changed
   */
  constructor(element, changed) {
    this.#element = element;
    this.#changed = changed;
  }

  get visible() {
    return this.#within && document.visibilityState === "visible";
  }

  begin() {
    this.end();
    this.#within = true;
    this.#last = this.visible;
    document.addEventListener("visibilitychange", this.#look);
    this.#observer = new IntersectionObserver((entries) => {
      this.#within = entries[entries.length - 1].isIntersecting;
      this.#look();
    });
    this.#observer.observe(this.#element);
  }

  end() {
    document.removeEventListener("visibilitychange", this.#look);
    this.#observer?.disconnect();
    this.#observer = null;
  }

  #look = () => {
    if (this.visible === this.#last) return;
    this.#last = this.visible;
    this.#changed(this.visible);
  };
}
