/** As much of elements and of a document as the page's parts use: no layout, no painting. */

/** Stands for any element; a dialog, a button, an image and so on use what they have of it. */
export class FakeElement extends EventTarget {
  hidden = false;
  open = false;
  disabled = false;
  readOnly = false;
  value = "";
  label = "";
  textContent = "";
  title = "";
  selectedIndex = -1;
  readonly children: FakeElement[] = [];
  readonly style: Record<string, string> = {};
  readonly attributes = new Map<string, string>();
  readonly classes = new Set<string>();
  readonly classList = {
    toggle: (name: string, on: boolean): void => {
      if (on) this.classes.add(name);
      else this.classes.delete(name);
    },
  };
  // Of an image.
  src = "";
  complete = true;
  naturalWidth = 0;

  /** The same thing for those who want a real one. */
  as<T>(): T {
    return this as unknown as T;
  }

  append(...children: FakeElement[]): void {
    this.children.push(...children);
  }

  replaceChildren(...children: FakeElement[]): void {
    this.children.length = 0;
    this.append(...children);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  querySelectorAll(): FakeElement[] {
    return [];
  }

  closest(): null {
    return null;
  }

  contains(): boolean {
    return false;
  }

  focus(): void {}

  setPointerCapture(): void {}

  getBoundingClientRect() {
    return { left: 0, top: 0 };
  }

  show(): void {
    this.open = true;
  }

  close(): void {
    this.open = false;
  }

  /** Somebody does something to it: what is disabled does not listen. */
  fire(type: string, event: Record<string, unknown> = {}): void {
    if (this.disabled) return;
    this.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), event));
  }
}

/**
 * Has the page's parts make such elements.
 *
 * @returns gives back what there was before
 */
export function fakeDocument(): Disposable {
  const globals = globalThis as unknown as Record<string, unknown>;
  const before = { document: globals.document, Option: globals.Option };
  const createElement = () => new FakeElement();
  Object.assign(globals, { document: { createElement, activeElement: null }, Option: FakeElement });
  return { [Symbol.dispose]: () => void Object.assign(globals, before) };
}

/** A server that answers when the test says so. */
export class FakeServer {
  /** What was asked and is not answered yet, oldest first. */
  readonly #asked: { words: string; answer: (response: Response) => void }[] = [];

  readonly fetcher: typeof fetch = (input, init) => {
    const { pathname, search } = new URL(String(input));
    const words = `${init?.method} ${pathname}${search} ${init?.body ?? ""}`.trim();
    return new Promise((answer) => this.#asked.push({ words, answer }));
  };

  /** What waits for an answer. */
  get waiting(): string[] {
    return this.#asked.map(({ words }) => words);
  }

  /** Answers the oldest question, and lets the page do what follows from it. */
  async answer(body: unknown, status = 200): Promise<void> {
    this.#asked.shift()?.answer(Response.json(body, { status }));
    await settled();
  }
}

/** Everything has happened that waits for nothing from outside. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
