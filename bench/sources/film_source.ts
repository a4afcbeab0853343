/** A camera that shows a film, one frame at each look: the producer takes no time worth mentioning. */
import type { RowRange, Size } from "../../capture/geometry.ts";
import type { Source, SourceNews } from "../../capture/source.ts";
import { filmOf, type FilmOptions } from "./film.ts";

/** Opens it: the entry that `{ kind: "module" }` asks for. `options` are `FilmOptions`. */
export function openSource(options: unknown): Source {
  return new FilmSource(options as FilmOptions);
}

class FilmSource implements Source {
  readonly label = "film";
  readonly size: Size;
  readonly #film: readonly Uint8Array[];
  #next = 0;

  constructor(options: FilmOptions) {
    this.size = { width: options.width, height: options.height };
    this.#film = filmOf(options);
  }

  poll(): SourceNews {
    this.#next = (this.#next + 1) % this.#film.length;
    return { damage: "unknown", resized: false };
  }

  grab(frame: Uint8Array, { top, bottom }: RowRange): void {
    const rowBytes = this.size.width * 4;
    frame.set(this.#film[this.#next].subarray(top * rowBytes, bottom * rowBytes), top * rowBytes);
  }

  close(): void {}
}
