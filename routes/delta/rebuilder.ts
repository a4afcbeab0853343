/** Decodes the past and keeps the pictures that are wanted of it. */
import type { Picture } from "../../compare/picture.ts";
import { helloMessage } from "../../capture/messages.ts";
import { expandFrame } from "../../capture/zstd.ts";
import { Decoder } from "../../public/decoder/decoder.js";
import type { Leg } from "./rebuild_plan.ts";

export class Rebuilder {
  readonly #wanted: ReadonlySet<number>;
  readonly #pictures = new Map<number, Picture>();
  #decoder: Decoder | undefined;

  /** @param wanted seqs */
  constructor(...wanted: readonly number[]) {
    this.#wanted = new Set(wanted);
  }

  /** @throws {ProtocolError} when the messages are no stream that goes on from the ones before */
  add({ start, messages }: Leg): void {
    if (start) {
      const { width, height, frame } = start;
      const decoder = new Decoder({ update: ({ seq }) => this.#keep(decoder, seq) });
      this.#decoder = decoder;
      decoder.push(helloMessage({ width, height, source: "", viewer: "", heartbeatMs: 1 }));
      if (frame) decoder.push(expandFrame(frame));
    }
    for (const one of messages) this.#decoder?.push(one);
  }

  /** @throws {Error} when the way did not lead past that picture */
  picture(seq: number): Picture {
    const picture = this.#pictures.get(seq);
    if (!picture) throw new Error(`the picture at seq ${seq} was not among what was decoded`);
    return picture;
  }

  #keep({ picture }: Decoder, seq: number): void {
    if (!picture || !this.#wanted.has(seq)) return;
    const { width, height, rgba } = picture;
    this.#pictures.set(seq, { width, height, depth: 8, samples: new Uint8Array(rgba) });
  }
}
