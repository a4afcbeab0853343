/** A desktop that tests make up, in the place of the operating system's, and the time that passes there. */
import { openNativeSource } from "../../../../capture/sources/native/native.ts";
import { Garbage } from "../../../../capture/sources/native/garbage.ts";
import type {
  Grabbable,
  NativeLibrary,
  NativeMonitor,
  NativeWindow,
  Shot,
} from "../../../../capture/sources/native/library.ts";
import type { Source, SourceNews } from "../../../../capture/source.ts";
import { type Target, WHOLE_DISPLAY } from "../../../../capture/targets.ts";
import { ManualTimers } from "../../../helpers/manual_timers.ts";

/** Something on it, of one colour. */
export interface FakeThing {
  name: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0xRRGGBB. */
  colour: number;
  /** Pixels for each unit of size; default 1. */
  scale?: number;
  primary?: boolean;
  app?: string;
  minimized?: boolean;
  /** What everything that is asked of it fails with. */
  error?: string;
}

/** A red monitor of 2×2 pixels, called one. */
export function monitor(more: Partial<FakeThing> = {}): FakeThing {
  return { name: "one", x: 0, y: 0, width: 2, height: 2, colour: 0xff0000, ...more };
}

export class FakeScreens {
  monitors: FakeThing[];
  windows: FakeThing[];
  /** What listing windows fails with. */
  windowsError: string | undefined;
  /** Grabs that were begun and wait for `finish`. */
  readonly #grabs: (() => void)[] = [];
  /** Begun so far, those that `captureImageSync` made aside. */
  begun = 0;
  now = 0;
  readonly timers = new ManualTimers();
  collections = 0;

  constructor(monitors: FakeThing[], windows: FakeThing[] = []) {
    this.monitors = monitors;
    this.windows = windows;
  }

  readonly library: NativeLibrary = {
    Monitor: { all: () => this.monitors.map((thing) => this.#monitor(thing)) },
    Window: {
      all: () => {
        if (this.windowsError) throw new Error(this.windowsError);
        return this.windows.map((thing, index) => this.#window(thing, index));
      },
    },
  };

  open(target: Target = WHOLE_DISPLAY): Source {
    return openNativeSource(target, {
      library: this.library,
      garbage: new Garbage(() => this.collections++),
      now: () => this.now,
      after: this.timers.after,
    });
  }

  /** Lets time pass, a millisecond at a time. */
  pass(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.now++;
      this.timers.pass(1);
    }
  }

  /** How many grabs are under way. */
  get underWay(): number {
    return this.#grabs.length;
  }

  /** Ends all grabs that are under way: they show what is there now. */
  async finish(): Promise<void> {
    for (const finish of this.#grabs.splice(0)) finish();
    await settled();
  }

  #grabbable(thing: FakeThing): Grabbable {
    const ask = <T>(what: () => T) => {
      if (thing.error) throw new Error(thing.error);
      return what();
    };
    return {
      x: () => ask(() => thing.x),
      y: () => ask(() => thing.y),
      width: () => ask(() => thing.width),
      height: () => ask(() => thing.height),
      captureImageSync: () => ask(() => shotOf(thing)),
      captureImage: () => {
        this.begun++;
        return new Promise((resolve, reject) => {
          this.#grabs.push(() => {
            if (thing.error) reject(new Error(thing.error));
            else resolve(shotOf(thing));
          });
        });
      },
    };
  }

  #monitor(thing: FakeThing): NativeMonitor {
    return {
      ...this.#grabbable(thing),
      name: () => thing.name,
      isPrimary: () => thing.primary ?? false,
    };
  }

  #window(thing: FakeThing, index: number): NativeWindow {
    return {
      ...this.#grabbable(thing),
      id: () => 100 + index,
      title: () => thing.name,
      appName: () => thing.app ?? "",
      isMinimized: () => thing.minimized ?? false,
    };
  }
}

function shotOf({ width, height, colour, scale = 1 }: FakeThing): Shot {
  const size = { width: width * scale, height: height * scale };
  const pixel = [colour >> 16, colour >> 8 & 255, colour & 255, 255];
  // One byte further on than numbers can be read from, as a library may give them.
  const bytes = new Uint8Array(1 + size.width * size.height * 4).subarray(1);
  for (let i = 0; i < bytes.length; i += 4) bytes.set(pixel, i);
  return { ...size, toRawSync: () => bytes };
}

/** Lets everything happen that waits for promises only. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

/** The picture as 0xRRGGBB numbers, row by row; all of it is grabbed. */
export function pixelsOf(source: Source): number[] {
  const { width, height } = source.size;
  const frame = new Uint8Array(width * height * 4);
  source.grab(frame, { top: 0, bottom: height });
  return Array.from(new Uint32Array(frame.buffer), (pixel) => pixel & 0xffffff);
}

/** Waits as the loop does, and polls once it has heard of something or `act` is done. */
export async function newsAfter(source: Source, act: () => Promise<void>): Promise<SourceNews> {
  let heard = false;
  const wait = source.wait!(Infinity).then(() => heard = true);
  await act();
  if (!heard) source.interrupt!();
  await wait;
  return source.poll();
}
