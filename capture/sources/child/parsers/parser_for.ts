/** The parser for what a child writes. */
import type { FrameFormat } from "../../../worker_protocol.ts";
import { JpegSequenceParser } from "./jpeg_sequence.ts";
import type { FrameParser, TakePicture } from "./parser.ts";
import type { Spares } from "./payload.ts";
import { PngSequenceParser } from "./png_sequence.ts";
import { PnmParser } from "./pnm.ts";
import { RawParser } from "./raw.ts";
import { sniff } from "./sniff.ts";
import { Y4mParser } from "./y4m.ts";

/**
 * @param spares where buffers of pixels come from; who takes a picture gives them back
 * @throws {BadFrames} when no picture may have the size that `format` states
 */
export function parserFor(format: FrameFormat, spares: Spares, take: TakePicture): FrameParser {
  switch (format.kind) {
    case "sniff":
      return new SniffingParser(spares, take);
    case "raw":
      return new RawParser(format.pixels, format, spares, take);
    case "y4m":
      return new Y4mParser(spares, take);
    case "pnm":
      return new PnmParser(spares, take);
    case "png":
      return new PngSequenceParser(take);
    case "mjpeg":
      return new JpegSequenceParser(take);
  }
}

/** Keeps the first bytes until they tell which parser is the right one. */
class SniffingParser implements FrameParser {
  readonly #spares: Spares;
  readonly #take: TakePicture;
  #parser: FrameParser | undefined;
  #first = new Uint8Array();

  constructor(spares: Spares, take: TakePicture) {
    this.#spares = spares;
    this.#take = take;
  }

  get isBetween(): boolean {
    return this.#parser?.isBetween ?? this.#first.length === 0;
  }

  feed(bytes: Uint8Array): void {
    if (this.#parser) return this.#parser.feed(bytes);
    const first = new Uint8Array(this.#first.length + bytes.length);
    first.set(this.#first);
    first.set(bytes, this.#first.length);
    this.#first = first;
    const kind = sniff(first);
    if (kind === undefined) return;
    this.#parser = parserFor({ kind }, this.#spares, this.#take);
    this.#parser.feed(first);
  }
}
