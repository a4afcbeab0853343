/** A film in a window: pixels that keep changing and look like a photograph. */
import { missingCommands } from "../../capture/sources/xvfb.ts";
import type { Desktop } from "./desktop.ts";

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A film that is playing. */
export interface Film extends AsyncDisposable {
  /** Stops it in the middle of the picture; the window stays. */
  pause(): void;
  play(): void;
}

/** Whether films can be played here. */
export function canPlay(): boolean {
  return missingCommands(["ffplay"]).length === 0;
}

/** Plays a zoom into the Mandelbrot set, `place.w` × `place.h`, 25 pictures a second, without end. */
export function playFilm(desktop: Desktop, place: Place): Film {
  const { x, y, w, h } = place;
  const child = new Deno.Command("ffplay", {
    args: ["-loglevel", "error", "-noborder", "-left", String(x), "-top", String(y)]
      .concat(["-x", String(w), "-y", String(h)])
      .concat(["-f", "lavfi", "-i", `mandelbrot=size=${w}x${h}:rate=25`]),
    // Nobody listens: without this, SDL looks for a sound card.
    env: { DISPLAY: desktop.display, SDL_AUDIODRIVER: "dummy" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const signal = (name: Deno.Signal) => {
    try {
      child.kill(name);
    } catch {
      // It has ended already.
    }
  };
  return {
    pause: () => signal("SIGSTOP"),
    play: () => signal("SIGCONT"),
    async [Symbol.asyncDispose]() {
      signal("SIGKILL");
      await child.status;
    },
  };
}
