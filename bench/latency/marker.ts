/**
 * The marker: a square that real X calls paint on the root window of a display, from this process, so that
 * the moment of drawing and the moment of seeing are told by the same clock.
 */
const LIBRARY = "libX11.so.6";

/** Where the marker is, in pixels of the screen. */
export const MARKER = { x: 32, y: 32, side: 64 } as const;

/** Far enough from each other to be told apart after JPEG, which VNC servers may use. */
const LEVELS = [0x20, 0x80, 0xe0];

const X11 = {
  XOpenDisplay: { parameters: ["buffer"], result: "u64" },
  XCloseDisplay: { parameters: ["u64"], result: "i32" },
  XDefaultRootWindow: { parameters: ["u64"], result: "u64" },
  XCreateGC: { parameters: ["u64", "u64", "u64", "u64"], result: "u64" },
  XSetForeground: { parameters: ["u64", "u64", "u64"], result: "i32" },
  XFillRectangle: {
    parameters: ["u64", "u64", "u64", "i32", "i32", "u32", "u32"],
    result: "i32",
  },
  XFlush: { parameters: ["u64"], result: "i32" },
} as const;

export class Marker implements Disposable {
  readonly #x11: Deno.DynamicLibrary<typeof X11>["symbols"];
  readonly #display: bigint;
  readonly #root: bigint;
  readonly #context: bigint;
  #count = 0;

  /** @throws {Error} when there is no such display */
  constructor(display: string) {
    this.#x11 = Deno.dlopen(LIBRARY, X11).symbols;
    this.#display = this.#x11.XOpenDisplay(new TextEncoder().encode(`${display}\0`));
    if (this.#display === 0n) throw new Error(`Cannot draw on ${display}: no X server answers`);
    this.#root = this.#x11.XDefaultRootWindow(this.#display);
    this.#context = this.#x11.XCreateGC(this.#display, this.#root, 0n, 0n);
  }

  /** The colour of the next `draw`, 0xRRGGBB: one that differs much from the one before, in all channels. */
  nextColour(): number {
    this.#count++;
    // A step of 1 or 2 modulo 3 never stands still.
    const level = (step: number) => LEVELS[(this.#count * step) % LEVELS.length];
    return level(1) << 16 | level(2) << 8 | level(1);
  }

  /** Fills the marker and sends that to the X server. */
  draw(colour: number): void {
    const { XSetForeground, XFillRectangle, XFlush } = this.#x11;
    XSetForeground(this.#display, this.#context, BigInt(colour));
    const { x, y, side } = MARKER;
    XFillRectangle(this.#display, this.#root, this.#context, x, y, side, side);
    XFlush(this.#display);
  }

  [Symbol.dispose](): void {
    this.#x11.XCloseDisplay(this.#display);
  }
}
