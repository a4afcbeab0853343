/** The picture that packets of slices make: a packet is drawn as a whole or not at all. */
import { BadImage } from "../../images/bad_image.ts";
import { IMAGE_LIMITS } from "../../images/limits.ts";
import type { Pixels } from "../../images/pixels.ts";
import { decodePng } from "../../images/png/decode_png.ts";
import { readPngHeader } from "../../images/png/header.ts";
import type { Rect, Size } from "../../geometry.ts";
import { BadPacket } from "../../slices/bad_packet.ts";
import type { Packet, Slice } from "../../slices/packet.ts";
import type { PushedFrame } from "../../worker_protocol.ts";

/** What a packet made of the picture. */
export interface Drawn {
  readonly frame: PushedFrame;
  readonly damage: readonly Rect[] | "unknown";
}

/** Other things get their turn this often while a packet is decoded, ms. */
const TURN_MS = 10;

export class SliceCanvas {
  readonly #pause: () => Promise<void>;
  readonly #now: () => number;
  #frame: PushedFrame | undefined;

  /**
   * @param pause lets others have their turn
   * @param now steady clock, ms
   */
  constructor(pause: () => Promise<void>, now: () => number) {
    this.#pause = pause;
    this.#now = now;
  }

  /** The picture's size; `undefined` before the first whole one. */
  get size(): Size | undefined {
    return this.#frame;
  }

  /**
   * Decodes all slices, then draws them, onto the frame of the last call where its size stays.
   * @returns the whole picture and where it has changed
   * @throws {BadPacket} when one of them cannot be decoded or has another size than was said; nothing is drawn then
   */
  async draw(packet: Packet): Promise<Drawn> {
    if (packet.kind === "whole") {
      const { size: { width, height }, png } = packet;
      this.#frame = decode({ x: 0, y: 0, w: width, h: height, png }, "the whole picture");
      return { frame: this.#frame, damage: "unknown" };
    }
    const { slices } = packet;
    const pictures: Pixels[] = [];
    let turn = this.#now();
    for (const [i, slice] of slices.entries()) {
      if (this.#now() - turn > TURN_MS) {
        await this.#pause();
        turn = this.#now();
      }
      pictures.push(decode(slice, `slice ${i + 1} of ${slices.length}`));
    }
    const frame = this.#frame;
    if (!frame) throw new BadPacket("Cannot draw slices: there is no whole picture");
    pictures.forEach((pixels, i) => paste(frame, pixels, slices[i]));
    return { frame, damage: slices.map(({ x, y, w, h }) => ({ x, y, w, h })) };
  }
}

/** Alpha is ignored: what grabs of screens have there is anything. */
function decode({ w, h, png }: Slice, name: string): Pixels {
  try {
    const { width, height } = readPngHeader(png);
    if (width !== w || height !== h) {
      throw new BadPacket(
        `Cannot draw slices: ${name} is said to have ${w}×${h} pixels, its PNG has ${width}×${height}`,
      );
    }
    return decodePng(png, IMAGE_LIMITS, "ignore");
  } catch (error) {
    if (!(error instanceof BadImage)) throw error;
    throw new BadPacket(`Cannot draw slices: ${name}: ${error.message}`);
  }
}

function paste(frame: PushedFrame, { bgrx }: Pixels, { x, y, w, h }: Rect): void {
  for (let row = 0; row < h; row++) {
    const pixels = bgrx.subarray(row * w * 4, (row + 1) * w * 4);
    frame.bgrx.set(pixels, ((y + row) * frame.width + x) * 4);
  }
}
