/** Which frame of the film a picture shows, if any: what a viewer shows is right when it is one of them, exactly. */
import type { Size } from "../../capture/geometry.ts";
import { Picture } from "../../public/decoder/picture.js";
import { downscale } from "../../routes/snapshot/downscale.ts";
import { filmOf, type FilmOptions } from "./film.ts";

export class KnownFrames {
  readonly #hashes = new Set<string>();

  /**
   * Makes the film, and each frame's picture at size `shown` by another way than the server does.
   * @param shown at most the film's size
   */
  constructor(film: FilmOptions, shown: Size) {
    const picture = new Picture(shown.width, shown.height);
    for (const frame of filmOf(film)) {
      const scaled = shown.width === film.width ? frame : downscale(frame, film, shown);
      for (let at = 0; at < scaled.length; at += 4) {
        picture.rgba[at] = scaled[at + 2];
        picture.rgba[at + 1] = scaled[at + 1];
        picture.rgba[at + 2] = scaled[at];
        picture.rgba[at + 3] = 255;
      }
      this.#hashes.add(hashOf(picture));
    }
    if (this.#hashes.size !== film.frames) throw new Error("The film has frames that are the same");
  }

  /** Whether `rgba` of the picture is a frame of the film, to the last bit. */
  has(picture: Picture): boolean {
    return this.#hashes.has(hashOf(picture));
  }
}

function hashOf(picture: Picture): string {
  return picture.hashTiles().join();
}
