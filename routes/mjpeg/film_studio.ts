/**
 * What an MJPEG Worker does: a viewer of the stream whose picture is made into JPEG files when somebody asks for one.
 */
import { Decoder } from "../../public/decoder/decoder.js";
import { countDifferent } from "../../public/decoder/tile_hash.js";
import type { Rect } from "../../capture/geometry.ts";
import { JpegFilm } from "../jpeg/film.ts";
import { type FilmKind, type JpegFrame, kindName } from "./mjpeg_protocol.ts";
import { type Pointer, pointerRect, withPointer } from "./pointer.ts";

/** Decodes, and encodes what is asked for. */
export class FilmStudio {
  /** Versions of pictures without and with the pointer. */
  plain = 0;
  pointed = 0;
  /** Made for the picture's present size. */
  readonly #films = new Map<string, JpegFilm>();
  #pointer: Pointer | undefined;
  /** The picture has been replaced by a black one, and the update that fills it has not come. */
  #blank = true;
  #time = 0;
  readonly #decoder = new Decoder({
    update: ({ time, rects }) => {
      this.#blank = false;
      this.#time = time;
      this.#drawn(rects);
    },
    resize: () => {
      this.#blank = true;
      this.#films.clear();
    },
    check: ({ hashes }) => {
      const wrong = countDifferent(this.#decoder.picture!.hashTiles(), hashes);
      if (wrong > 0) throw new Error(`the decoded picture is wrong in ${wrong} tiles`);
    },
    cursor: ({ visible, x, y, shape }) => {
      const before = this.#pointer;
      this.#pointer = { visible, x, y, shape: shape ?? before?.shape };
      this.#pointerMoved(before, this.#pointer);
    },
  });

  /** There is something to be seen. */
  get hasPicture(): boolean {
    return !this.#blank;
  }

  /** Takes the next bytes of the stream. Throws when they are wrong. */
  push(bytes: Uint8Array): void {
    this.#decoder.push(bytes);
  }

  /** The picture as it is now. Only while there is one. */
  async encode(kind: FilmKind): Promise<JpegFrame> {
    const picture = this.#decoder.picture!;
    const name = kindName(kind);
    const film = this.#films.get(name) ?? await JpegFilm.open(picture, kind.quality);
    this.#films.set(name, film);
    const encode = () => film.encode(picture.rgba);
    const bytes = kind.pointer
      ? withPointer(picture.rgba, picture, this.#pointer, encode)
      : encode();
    const version = kind.pointer ? this.pointed : this.plain;
    return { version, seq: this.#decoder.seq!, time: this.#time, bytes };
  }

  forget(kind: FilmKind): void {
    this.#films.delete(kindName(kind));
  }

  #drawn(rects: readonly Rect[]): void {
    this.plain++;
    this.pointed++;
    for (const film of this.#films.values()) film.changed(rects);
  }

  #pointerMoved(before: Pointer | undefined, after: Pointer): void {
    const { picture } = this.#decoder;
    if (!picture || this.#blank) return;
    const rects = [before, after].flatMap((pointer) => pointerRect(pointer, picture) ?? []);
    if (rects.length === 0) return;
    this.pointed++;
    // Those without a pointer may code these rows once more than they need to.
    for (const film of this.#films.values()) film.changed(rects);
  }
}
