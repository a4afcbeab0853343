/** Grabs what was chosen: at once, or on threads of the library's. */
import { SourceLost } from "../../source.ts";
import { type Target, type Targets, TargetUnknown } from "../../targets.ts";
import { Desktop, lost } from "./desktop.ts";
import type { Garbage } from "./garbage.ts";
import type { Grabbable, NativeLibrary } from "./library.ts";
import { type Grabbed, grabbedOf, type Picture, pictureOf } from "./picture.ts";

export class Grabber {
  readonly #desktop: Desktop;
  readonly #garbage: Garbage;
  #target: Target;
  /** A window is found once, since others may match later; monitors are looked for at each grab: they come and go. */
  #window: readonly Grabbable[] | undefined;

  /** Grabs nothing yet. */
  constructor(library: NativeLibrary, garbage: Garbage, target: Target) {
    this.#desktop = new Desktop(library);
    this.#garbage = garbage;
    this.#target = target;
  }

  get target(): Target {
    return this.#target;
  }

  /** What there is. Throws `SourceLost` when nothing can be listed. */
  targets(): Targets {
    return this.#desktop.targets();
  }

  /**
   * Grabs something else from now on.
   * @throws {TargetUnknown} when there is no such thing; it goes on with what it has
   */
  select(target: Target): void {
    const found = this.#desktop.find(target);
    this.#target = target;
    this.#window = target.kind === "window" ? found : undefined;
  }

  /** Grabs and waits for it. Throws `SourceLost` when there is nothing to grab. */
  now(): Picture {
    try {
      const from = this.#found();
      return this.#picture(from.map((one) => grabbedOf(one.captureImageSync(), one)));
    } catch (error) {
      throw asLost(error);
    }
  }

  /** Grabs elsewhere. Rejects with `SourceLost` when there is nothing to grab. */
  async later(): Promise<Picture> {
    try {
      const from = this.#found();
      const shots = await Promise.all(from.map((one) => one.captureImage()));
      return this.#picture(shots.map((shot, i) => grabbedOf(shot, from[i])));
    } catch (error) {
      throw asLost(error);
    }
  }

  #found(): readonly Grabbable[] {
    const found = this.#window ?? this.#desktop.find(this.#target);
    if (this.#target.kind === "window") this.#window = found;
    return found;
  }

  #picture(grabbed: readonly Grabbed[]): Picture {
    this.#garbage.add(grabbed.reduce((bytes, { rgba }) => bytes + rgba.byteLength, 0));
    return pictureOf(grabbed, this.#desktop.corner);
  }
}

function asLost(error: unknown): SourceLost {
  if (error instanceof SourceLost) return error;
  return error instanceof TargetUnknown ? new SourceLost(error.message) : lost("a picture", error);
}
