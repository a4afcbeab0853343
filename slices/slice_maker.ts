/**
 * From the stream of a source to packets of slices: a decoder, and what has changed since when. A version counts what
 * the picture was; each packet brings whoever has one version to the newest.
 */
import type { Rect } from "../capture/geometry.ts";
import { encodePngRect } from "../capture/images/png/encode_png.ts";
import { encodePacket } from "../capture/slices/packet.ts";
import { Decoder } from "../public/decoder/decoder.js";
import { countDifferent } from "../public/decoder/tile_hash.js";
import { TileChanges } from "./changes.ts";
import type { MadePacket, SliceFormat } from "./worker_protocol.ts";

/** Sent where nothing has changed: it draws what is there already. */
const PULSE: Rect = { x: 0, y: 0, w: 1, h: 1 };

export class SliceMaker {
  #version: number;
  /** Who has no later version needs the whole picture. */
  #wholeSince: number;
  #changes: TileChanges | undefined;
  #drawn: Rect[] = [];
  #resized = false;
  readonly #decoder = new Decoder({
    update: ({ rects }) => this.#drawn.push(...rects),
    resize: () => {
      this.#drawn = [];
      this.#resized = true;
    },
    check: ({ hashes }) => {
      const wrong = countDifferent(this.#decoder.picture!.hashTiles(), hashes);
      if (wrong > 0) throw new Error(`the decoded picture is wrong in ${wrong} tiles`);
    },
  });

  /** @param version of the picture before; whoever has that, or an earlier one, gets the whole picture */
  constructor(version: number) {
    this.#version = version;
    this.#wholeSince = version;
  }

  /**
   * Takes the next message bytes of the stream.
   * @returns the newest version, greater than before where the picture has changed; `undefined` while there is none
   * @throws {Error} when they break the protocol; then it is of no use any more
   */
  push(parts: readonly Uint8Array[]): number | undefined {
    for (const part of parts) this.#decoder.push(part);
    const { picture, seq } = this.#decoder;
    // A new size alone shows nothing: its keyframe follows.
    if (!picture || seq === null || this.#drawn.length === 0) return this.#shown;
    this.#version++;
    if (this.#resized) {
      this.#wholeSince = this.#version - 1;
      this.#changes = new TileChanges(picture);
      this.#resized = false;
    }
    for (const rect of this.#drawn) this.#changes!.add(rect, this.#version);
    this.#drawn = [];
    return this.#version;
  }

  /**
   * What brings somebody to the newest picture.
   * @param since the version that they have, 0 for none; the newest: the packet changes nothing
   * @returns `undefined` while there is no picture
   */
  packet(since: number, format: SliceFormat): MadePacket | undefined {
    const { picture, seq } = this.#decoder;
    if (!picture || seq === null || this.#shown === undefined) return undefined;
    const channels = format === "bgra" ? "rgba" : "rgb";
    const { width, height } = picture;
    if (since <= this.#wholeSince) {
      const png = encodePngRect(picture, { x: 0, y: 0, w: width, h: height }, channels);
      const bytes = encodePacket({ kind: "whole", size: { width, height }, png });
      return { version: this.#version, seq, whole: true, bytes };
    }
    const rects = this.#changes!.since(since);
    const slices = (rects.length > 0 ? rects : [PULSE]).map((rect) => {
      return { ...rect, png: encodePngRect(picture, rect, channels) };
    });
    const bytes = encodePacket({ kind: "slices", slices });
    return { version: this.#version, seq, whole: false, bytes };
  }

  /** The version of the picture, where there is one and it is whole. */
  get #shown(): number | undefined {
    return this.#changes && !this.#resized ? this.#version : undefined;
  }
}
