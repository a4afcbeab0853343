/** Whatever happens to a window in whatever order, following its news alone shows it exactly in the end. */
import fc from "fast-check";
import type { Source } from "../../../../capture/source.ts";
import { newFrame, until, xtest } from "./harness.ts";
import { stripes, TestWindow } from "./test_window.ts";
import { cover, SHOWN } from "./window_scene.ts";
import type { Xvfb } from "../xvfb.ts";

const place = { x: fc.integer({ min: -250, max: 700 }), y: fc.integer({ min: -250, max: 540 }) };
const size = { width: fc.integer({ min: 2, max: 300 }), height: fc.integer({ min: 2, max: 300 }) };

/** Something that happens to a window, or that it is looked at. */
const change = fc.oneof(
  fc.record({ what: fc.constant("move" as const), ...place }),
  fc.record({ what: fc.constant("resize" as const), ...size }),
  fc.record({
    what: fc.constant("open" as const),
    ...place,
    ...size,
    border: fc.nat(3),
    depth: fc.constantFrom(24 as const, 32 as const),
  }),
  fc.record({ what: fc.constantFrom("close", "hide", "show", "cover", "look", "glance") }),
  fc.record({ what: fc.constant("draw" as const), seed: fc.nat(99) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** A picture that is kept up to date as the loop does it: only where there was damage. */
class Follower {
  readonly #source: Source;
  #frame: Uint8Array = new Uint8Array();

  constructor(source: Source) {
    this.#source = source;
  }

  look(thorough: boolean): void {
    const { damage, resized } = this.#source.poll(thorough);
    const { height } = this.#source.size;
    if (resized || this.#frame.length === 0) this.#frame = newFrame(this.#source);
    const rows = damage === "unknown" || resized ? [{ y: 0, h: height }] : damage;
    for (const { y, h } of rows) this.#source.grab(this.#frame, { top: y, bottom: y + h });
  }

  get pixels(): Uint32Array {
    return new Uint32Array(this.#frame.buffer).map((pixel) => pixel & 0xffffff);
  }
}

/** The window, if there is one, and what is in front. */
class Scene implements Disposable {
  readonly #server: Xvfb;
  readonly #cover: TestWindow;
  #window: TestWindow | undefined;
  size = { width: 0, height: 0 };

  constructor(server: Xvfb) {
    this.#server = server;
    this.#cover = cover(server);
  }

  apply(change: Change): void {
    const window = this.#window;
    if (change.what === "open" && "depth" in change) {
      window?.[Symbol.dispose]();
      this.#window = new TestWindow(this.#server.display, { ...change, title: "Shown one" });
      this.size = change;
    } else if (change.what === "cover") this.#cover.raise();
    else if (!window) return;
    else if ("seed" in change) window.draw(this.size.width, this.size.height, change.seed);
    else if (change.what === "hide") window.hide();
    else if (change.what === "show") window.show();
    else if ("width" in change) {
      window.resize(change.width, change.height);
      this.size = change;
    } else if ("x" in change) window.move(change.x, change.y);
    else if (change.what === "close") {
      window[Symbol.dispose]();
      this.#window = undefined;
    }
  }

  /** Makes sure that there is a window and that it is shown; its content is then drawn as told. */
  finish(seed: number): void {
    const { width, height } = this.#window ? this.size : { width: 70, height: 60 };
    this.size = { width, height };
    this.#window ??= new TestWindow(this.#server.display, {
      title: "Shown one",
      x: 1,
      y: 2,
      ...this.size,
    });
    this.#window.show();
    this.#window.draw(width, height, seed);
  }

  [Symbol.dispose](): void {
    this.#window?.[Symbol.dispose]();
    this.#cover[Symbol.dispose]();
  }
}

xtest("x11 shows a window exactly after whatever happened to it", async (server, open) => {
  const source = open(SHOWN);
  const follower = new Follower(source);
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), fc.nat(99), async (changes, seed) => {
      using scene = new Scene(server);
      for (const one of changes) {
        if (one.what === "look" || one.what === "glance") follower.look(one.what === "look");
        else scene.apply(one);
      }
      const shows = (wanted: number) => {
        follower.look(false);
        const { width, height } = scene.size;
        const pixels = stripes(width, height, wanted);
        return source.size.width === width && source.size.height === height &&
          follower.pixels.every((pixel, i) => pixel === pixels[i]);
      };
      await until("it is followed", () => {
        // Again and again: what is drawn off the screen before it is followed goes nowhere.
        scene.finish(seed);
        return shows(seed);
      });
      scene.finish(seed + 1);
      await until("it shows what was drawn last", () => shows(seed + 1));
    }),
    // Each that fails takes long, so the first one has to do.
    { numRuns: 60, endOnFailure: true },
  );
});
