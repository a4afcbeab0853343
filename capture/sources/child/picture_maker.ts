/**
 * From what a child wrote to frames. The newest wins: a picture that is still waiting when the next one is whole is
 * left out, so that a child which is faster than this machine shows what is now, and never piles up.
 */
import { BadImage } from "../../images/bad_image.ts";
import type { PushedFrame } from "../../worker_protocol.ts";
import type { Clock } from "./clock.ts";
import type { FileDecoder } from "./file_decoder.ts";
import type { Bytes, WrittenPicture } from "./parsers/parser.ts";
import type { Spares } from "./parsers/payload.ts";
import { packedToBgrx } from "./pixels/packed.ts";
import { planarToBgrx } from "./pixels/planar.ts";

export interface PictureMakerOptions {
  readonly clock: Clock;
  readonly decoder: FileDecoder;
  /** Gets the buffers of pixels back. */
  readonly spares: Spares;
  /** Takes a frame; its bytes may be drawn on again before the next call. */
  readonly show: (frame: PushedFrame, readAt: number) => void;
  /** A picture cannot be decoded. */
  readonly spoilt: (problem: string) => void;
}

interface Waiting {
  readonly picture: WrittenPicture;
  readonly readAt: number;
}

export class PictureMaker {
  readonly #options: PictureMakerOptions;
  #waiting: Waiting | undefined;
  /** Resolves when nothing waits. */
  #working: Promise<void> | undefined;
  #canvas: Bytes = new Uint8Array();

  constructor(options: PictureMakerOptions) {
    this.#options = options;
  }

  /** @param readAt when its first byte was read; ms, steady */
  take(picture: WrittenPicture, readAt: number): void {
    this.clear();
    this.#waiting = { picture, readAt };
    this.#working ??= this.#work();
  }

  /** Forgets what is waiting. */
  clear(): void {
    this.#giveBack(this.#waiting?.picture);
    this.#waiting = undefined;
  }

  /** Resolves once everything that was taken is shown. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting) {
      // Other pictures may be in the piece of stdout that this one ends in, and others than us want to run.
      await new Promise<void>((resolve) => this.#options.clock.after(0, resolve));
      const next: Waiting | undefined = this.#waiting;
      this.#waiting = undefined;
      if (next) await this.#make(next.picture, next.readAt);
    }
    this.#working = undefined;
  }

  async #make(picture: WrittenPicture, readAt: number): Promise<void> {
    const { decoder, show, spoilt } = this.#options;
    if (picture.kind !== "file") {
      const frame = this.#draw(picture);
      this.#giveBack(picture);
      return show(frame, readAt);
    }
    let frame: PushedFrame;
    try {
      frame = await decoder.decode(picture);
    } catch (error) {
      if (!(error instanceof BadImage)) throw error;
      return spoilt(error.message);
    }
    show(frame, readAt);
  }

  /** Always on the same canvas: what watches compares it with what it showed, and reads it in one go. */
  #draw(picture: Exclude<WrittenPicture, { kind: "file" }>): PushedFrame {
    const { width, height, bytes } = picture;
    const length = width * height * 4;
    if (this.#canvas.length !== length) this.#canvas = new Uint8Array(length);
    const bgrx = this.#canvas;
    if (picture.kind === "packed") packedToBgrx(picture.layout, bytes, bgrx);
    else planarToBgrx(picture.chroma, picture.fullRange, picture, bytes, bgrx);
    return { width, height, bgrx };
  }

  #giveBack(picture: WrittenPicture | undefined): void {
    if (picture && picture.kind !== "file") this.#options.spares.give(picture.bytes);
  }
}
