/** One patch at a time, in an encoding of one's choice: from the encoder's kernels to the page's decoder. */
import assert from "node:assert/strict";
import { ByteWriter } from "../../capture/byte_writer.ts";
import type { Rect, Size } from "../../capture/geometry.ts";
import { Arena, type Kernels, loadKernels } from "../../capture/kernels/kernels.ts";
import { concat, epochMessage, frameMessage, helloMessage } from "../../capture/messages.ts";
import { ENCODING } from "../../capture/patch_plan.ts";
import { Decoder } from "../../public/decoder/decoder.js";
import type { Picture } from "../../public/decoder/picture.js";

export type EncodingName = keyof typeof ENCODING;
export const ENCODINGS = Object.keys(ENCODING) as EncodingName[];

/** More than any encoding writes for a pixel at its worst (`MAX_CONTEXT_BYTES_PER_PIXEL`). */
const OUT_BYTES_PER_PIXEL = 128;
const EXTRA_BYTES = 65536;
const UPDATE = 3;

/** A patch to send; its payload is drawn on the encoder's canvas already. */
export interface CodedPatch {
  readonly encoding: EncodingName;
  readonly rect: Rect;
  readonly payload: Uint8Array;
  /** Colours that the palette took in, 0xRRGGBB. */
  readonly colours: readonly number[];
}

/** An encoder and a decoder whose canvases are black to begin with. */
export class PatchPair {
  readonly size: Size;
  readonly decoder = new Decoder();
  readonly #kernels: Kernels;
  readonly #frame: number;
  readonly #canvas: number;
  readonly #out: number;
  #announced = 0;

  private constructor(kernels: Kernels, size: Size) {
    this.size = size;
    this.#kernels = kernels;
    const arena = new Arena(kernels.memory);
    const pixels = size.width * size.height;
    this.#frame = arena.take(pixels * 4);
    this.#canvas = arena.take(pixels * 4);
    this.#out = arena.take(pixels * OUT_BYTES_PER_PIXEL + EXTRA_BYTES);
    kernels.paletteReset();
    kernels.contextReset();
    kernels.lossyReset();
    const hello = { ...size, source: "", viewer: "", heartbeatMs: 1 };
    // A keyframe without patches is black.
    const keyframe = frameMessage(
      UPDATE,
      new ByteWriter().bytes(Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0)),
    );
    this.decoder.push(concat([helloMessage(hello), epochMessage(1, 0, 0), keyframe]));
  }

  static async open(width: number, height: number): Promise<PatchPair> {
    return new PatchPair(await loadKernels(), { width, height });
  }

  /** What the encoder shall show, 0xRRGGBB and a byte that means nothing. */
  get frame(): Uint32Array {
    return this.#pixels(this.#frame);
  }

  /** What the encoder says decoders show. */
  get canvas(): Uint32Array {
    return this.#pixels(this.#canvas).map((pixel) => pixel & 0xffffff);
  }

  /** What the decoder shows. */
  get picture(): Picture {
    const { picture } = this.decoder;
    assert.ok(picture);
    return picture;
  }

  #pixels(address: number): Uint32Array {
    const { width, height } = this.size;
    return new Uint32Array(this.#kernels.memory.buffer, address, width * height);
  }

  /**
   * Encodes the frame's pixels in `rect` and draws them on the encoder's canvas.
   * @param quality of the lossy encoding, 1 to 100
   */
  encode(encoding: EncodingName, rect: Rect, quality = 50): CodedPatch {
    const { x, y, w, h } = rect;
    const { width, height } = this.size;
    const [kernels, frame, canvas, out] = [this.#kernels, this.#frame, this.#canvas, this.#out];
    const written = (length: number) => new Uint8Array(kernels.memory.buffer, out, length).slice();
    const withLength = (length: number) =>
      new ByteWriter().varint(length).bytes(written(length)).finish();
    const coded = (payload: Uint8Array): CodedPatch => {
      const colours = new Uint32Array(
        kernels.memory.buffer,
        kernels.paletteColours(),
        kernels.paletteSize(),
      );
      const fresh = [...colours.subarray(this.#announced)];
      this.#announced = colours.length;
      return { encoding, rect, payload, colours: fresh };
    };
    if (encoding === "context") {
      return coded(withLength(kernels.contextEncode(frame, canvas, width, x, y, w, h, out)));
    }
    if (encoding === "lossy") {
      const length = kernels.lossyEncode(frame, canvas, width, height, x, y, w, h, quality, out);
      return coded(withLength(length));
    }
    if (encoding === "solid") {
      kernels.fillRect(canvas, width, x, y, w, h, this.frame[y * width + x] & 0xffffff);
      return coded(new ByteWriter().rgb(this.frame[y * width + x]).finish());
    }
    kernels.copyRect(frame, canvas, width, x, y, w, h);
    const length = encoding === "indexed"
      ? kernels.encodeIndexed(frame, width, x, y, w, h, true, out)
      : kernels.encodePlanar(frame, width, x, y, w, h, out);
    return coded(written(length));
  }

  /** An update with one patch and nothing else. */
  message({ encoding, rect: { x, y, w, h }, payload, colours }: CodedPatch): Uint8Array {
    const body = new ByteWriter().u8(0).varint(1).varint(0).varint(0).varint(0).varint(0);
    body.varint(colours.length);
    for (const colour of colours) body.rgb(colour);
    body.varint(1).u8(ENCODING[encoding]).varint(x).varint(y).varint(w).varint(h);
    return frameMessage(UPDATE, body.bytes(payload));
  }
}
