/**
 * A window whose every pixel is known, of an X client in this process: stripes of colours that `stripe` tells.
 */

const LIBX11 = {
  XOpenDisplay: { parameters: ["buffer"], result: "u64" },
  XCloseDisplay: { parameters: ["u64"], result: "i32" },
  XDefaultRootWindow: { parameters: ["u64"], result: "u64" },
  XMatchVisualInfo: { parameters: ["u64", "i32", "i32", "i32", "buffer"], result: "i32" },
  XCreateColormap: { parameters: ["u64", "u64", "u64", "i32"], result: "u64" },
  XCreateWindow: {
    parameters: [
      "u64",
      "u64",
      "i32",
      "i32",
      "u32",
      "u32",
      "u32",
      "i32",
      "u32",
      "u64",
      "u64",
      "buffer",
    ],
    result: "u64",
  },
  XCreateGC: { parameters: ["u64", "u64", "u64", "u64"], result: "u64" },
  XSetForeground: { parameters: ["u64", "u64", "u64"], result: "i32" },
  XFillRectangle: {
    parameters: ["u64", "u64", "u64", "i32", "i32", "u32", "u32"],
    result: "i32",
  },
  XInternAtom: { parameters: ["u64", "buffer", "i32"], result: "u64" },
  XChangeProperty: {
    parameters: ["u64", "u64", "u64", "u64", "i32", "i32", "buffer", "i32"],
    result: "i32",
  },
  XMapRaised: { parameters: ["u64", "u64"], result: "i32" },
  XUnmapWindow: { parameters: ["u64", "u64"], result: "i32" },
  XRaiseWindow: { parameters: ["u64", "u64"], result: "i32" },
  XMoveWindow: { parameters: ["u64", "u64", "i32", "i32"], result: "i32" },
  XResizeWindow: { parameters: ["u64", "u64", "u32", "u32"], result: "i32" },
  XDestroyWindow: { parameters: ["u64", "u64"], result: "i32" },
  XSetInputFocus: { parameters: ["u64", "u64", "i32", "u64"], result: "i32" },
  XGetInputFocus: { parameters: ["u64", "buffer", "buffer"], result: "i32" },
  XSync: { parameters: ["u64", "i32"], result: "i32" },
} as const;

const TRUE_COLOR = 4;
const INPUT_OUTPUT = 1;
/** X11/X.h: CWBackPixel, CWBorderPixel, CWOverrideRedirect. */
const ATTRIBUTES = 1n << 1n | 1n << 3n | 1n << 9n;
/** X11/X.h: CWColormap. */
const WITH_COLORMAP = 1n << 13n;
/** X11/X.h, and atoms of X11/Xatom.h. */
const REPLACE = 0;
const XA_STRING = 31n;
const XA_WM_CLASS = 67n;
const REVERT_TO_ROOT = 1;

export interface TestWindowOptions {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Name of the program; default: none. */
  readonly app?: string;
  /** Default 24; 32 has an alpha channel. */
  readonly depth?: 24 | 32;
  /** Pixels; default 0. */
  readonly border?: number;
  readonly overrideRedirect?: boolean;
}

/** Height of a stripe, pixels. */
const STRIPE = 10;

/** The colour of row `y` of a window, 0xRRGGBB. */
export function stripe(y: number, seed = 0): number {
  return ((Math.floor(y / STRIPE) + 1) * 0x2b5d17 + seed * 0x10203) & 0xffffff;
}

/** What a window of that size shows, as 0xRRGGBB numbers. */
export function stripes(width: number, height: number, seed = 0): Uint32Array {
  return Uint32Array.from(
    { length: width * height },
    (_, i) => stripe(Math.floor(i / width), seed),
  );
}

export class TestWindow implements Disposable {
  readonly #x11: Deno.DynamicLibrary<typeof LIBX11>;
  readonly #display: bigint;
  readonly #window: bigint;
  readonly #gc: bigint;
  readonly root: bigint;
  #open = true;

  /** Shows a window on `display`, in front of all others. */
  constructor(display: string, options: TestWindowOptions) {
    this.#x11 = Deno.dlopen(`/usr/lib/${Deno.build.arch}-linux-gnu/libX11.so.6`, LIBX11);
    const { symbols } = this.#x11;
    this.#display = symbols.XOpenDisplay(text(display));
    if (this.#display === 0n) throw new Error(`cannot open ${display}`);
    this.root = symbols.XDefaultRootWindow(this.#display);
    const { x, y, width, height, border = 0, depth = 24 } = options;
    const visualInfo = new DataView(new ArrayBuffer(64));
    if (symbols.XMatchVisualInfo(this.#display, 0, depth, TRUE_COLOR, visualInfo) === 0) {
      throw new Error(`the server has no visual of depth ${depth}`);
    }
    // The parent's otherwise: on a screen with windows of two visuals, xwd writes something else than pixels.
    const visual = depth === 32 ? visualInfo.getBigUint64(0, true) : 0n;
    // XSetWindowAttributes: background_pixel, border_pixel, override_redirect, colormap.
    const attributes = new DataView(new ArrayBuffer(112));
    attributes.setBigUint64(8, 0xff000000n, true);
    attributes.setBigUint64(24, 0xffff0000n, true);
    attributes.setInt32(88, options.overrideRedirect ? 1 : 0, true);
    if (visual !== 0n) {
      const colormap = symbols.XCreateColormap(this.#display, this.root, visual, 0);
      attributes.setBigUint64(96, colormap, true);
    }
    this.#window = symbols.XCreateWindow(
      this.#display,
      this.root,
      x,
      y,
      width,
      height,
      border,
      depth,
      INPUT_OUTPUT,
      visual,
      visual === 0n ? ATTRIBUTES : ATTRIBUTES | WITH_COLORMAP,
      attributes,
    );
    this.#gc = symbols.XCreateGC(this.#display, this.#window, 0n, 0n);
    this.retitle(options.title);
    if (options.app) this.#setText(XA_WM_CLASS, XA_STRING, `instance\0${options.app}\0`);
    this.show();
    this.draw(width, height);
  }

  get id(): string {
    return `0x${this.#window.toString(16)}`;
  }

  /** Fills it with `stripes(width, height, seed)`. */
  draw(width: number, height: number, seed = 0, alpha = 0x80): void {
    const { symbols } = this.#x11;
    for (let y = 0; y < height; y += STRIPE) {
      const pixel = BigInt(alpha) << 24n | BigInt(stripe(y, seed));
      symbols.XSetForeground(this.#display, this.#gc, pixel);
      this.fill(0, y, width, Math.min(STRIPE, height - y));
    }
    this.sync();
  }

  /** Fills a part with the colour used last. */
  fill(x: number, y: number, width: number, height: number): void {
    const { symbols } = this.#x11;
    symbols.XFillRectangle(this.#display, this.#window, this.#gc, x, y, width, height);
    this.sync();
  }

  retitle(title: string): void {
    const { symbols } = this.#x11;
    const name = symbols.XInternAtom(this.#display, text("_NET_WM_NAME"), 0);
    const utf8 = symbols.XInternAtom(this.#display, text("UTF8_STRING"), 0);
    this.#setText(name, utf8, title);
  }

  show(): void {
    this.#x11.symbols.XMapRaised(this.#display, this.#window);
    this.sync();
  }

  hide(): void {
    this.#x11.symbols.XUnmapWindow(this.#display, this.#window);
    this.sync();
  }

  raise(): void {
    this.#x11.symbols.XRaiseWindow(this.#display, this.#window);
    this.sync();
  }

  move(x: number, y: number): void {
    this.#x11.symbols.XMoveWindow(this.#display, this.#window, x, y);
    this.sync();
  }

  resize(width: number, height: number): void {
    this.#x11.symbols.XResizeWindow(this.#display, this.#window, width, height);
    this.sync();
  }

  focus(): void {
    this.#x11.symbols.XSetInputFocus(this.#display, this.#window, REVERT_TO_ROOT, 0n);
    this.sync();
  }

  get hasFocus(): boolean {
    const [window, revert] = [new DataView(new ArrayBuffer(8)), new DataView(new ArrayBuffer(8))];
    this.#x11.symbols.XGetInputFocus(this.#display, window, revert);
    return window.getBigUint64(0, true) === this.#window;
  }

  /** Destroys the window. May be called twice. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    this.#x11.symbols.XDestroyWindow(this.#display, this.#window);
    this.sync();
    this.#x11.symbols.XCloseDisplay(this.#display);
    this.#x11.close();
  }

  /** Waits until the server has done all that. */
  sync(): void {
    this.#x11.symbols.XSync(this.#display, 0);
  }

  #setText(property: bigint, type: bigint, value: string): void {
    const bytes = new TextEncoder().encode(value);
    const { symbols } = this.#x11;
    symbols.XChangeProperty(
      this.#display,
      this.#window,
      property,
      type,
      8,
      REPLACE,
      bytes,
      bytes.length,
    );
    this.sync();
  }
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}
