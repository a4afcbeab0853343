/**
 * YUV4MPEG2, what video tools give each other through pipes (yuv4mpeg(5) of mjpegtools):
 *
 *     "YUV4MPEG2" { " " TAG VALUE } "\n"          once, and again where the size changes
 *     "FRAME" { " " TAG VALUE } "\n" Y Cb Cr      for each picture
 *
 * Tags that matter here: W and H, the size; C, how colours are sampled (left out: 420jpeg); XCOLORRANGE=FULL or
 * LIMITED, which ffmpeg writes. Rates, aspect ratios and interlacing change no pixel. All planes have 8 bits a sample.
 */
import type { Size } from "../../../geometry.ts";
import {
  BadFrames,
  checkPictureSize,
  type Chroma,
  type FrameParser,
  MAX_HEADER_BYTES,
  quote,
  type TakePicture,
} from "./parser.ts";
import { Payload, type Spares } from "./payload.ts";

/** What a stream header says. */
interface Y4mHeader extends Size {
  readonly chroma: Chroma;
  readonly fullRange: boolean;
  /** Bytes of a picture. */
  readonly length: number;
}

/** The variants of 420 say where in their 2×2 pixels the samples were taken: half a pixel, which is not made up for. */
const CHROMAS: ReadonlyMap<string, Chroma> = new Map([
  ["420", "420"],
  ["420jpeg", "420"],
  ["420mpeg2", "420"],
  ["420paldv", "420"],
  ["422", "422"],
  ["444", "444"],
  ["mono", "mono"],
]);

const NEWLINE = 0x0a;

export class Y4mParser implements FrameParser {
  readonly #payload: Payload;
  readonly #take: TakePicture;
  readonly #line = new Uint8Array(MAX_HEADER_BYTES);
  #lineLength = 0;
  #header: Y4mHeader | undefined;

  constructor(spares: Spares, take: TakePicture) {
    this.#payload = new Payload(spares);
    this.#take = take;
  }

  get isBetween(): boolean {
    return !this.#payload.isOpen && this.#lineLength === 0;
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      at = this.#payload.isOpen ? this.#takePixels(bytes, at) : this.#takeLine(bytes, at);
    }
  }

  #takePixels(bytes: Uint8Array, at: number): number {
    const next = this.#payload.take(bytes, at);
    const header = this.#header;
    if (header && this.#payload.isWhole) {
      const { width, height, chroma, fullRange } = header;
      const pixels = this.#payload.finish();
      this.#take({ kind: "planar", chroma, fullRange, width, height, bytes: pixels });
    }
    return next;
  }

  #takeLine(bytes: Uint8Array, at: number): number {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    if (this.#lineLength + end - at > MAX_HEADER_BYTES) {
      throw new BadFrames(`got a Y4M header of more than ${MAX_HEADER_BYTES} bytes`);
    }
    this.#line.set(bytes.subarray(at, end), this.#lineLength);
    this.#lineLength += end - at;
    if (newline < 0) return end;
    const line = this.#line.subarray(0, this.#lineLength);
    this.#lineLength = 0;
    this.#read(line);
    return newline + 1;
  }

  #read(line: Uint8Array): void {
    const [name, ...tags] = String.fromCharCode(...line).split(" ");
    if (name === "YUV4MPEG2") {
      this.#header = readTags(tags);
    } else if (name !== "FRAME") {
      throw new BadFrames(`got ${quote(line)}, wanted FRAME or YUV4MPEG2 (Y4M)`);
    } else if (this.#header) {
      this.#payload.begin(this.#header.length);
    } else {
      throw new BadFrames("got a Y4M picture before the header, YUV4MPEG2");
    }
  }
}

function readTags(tags: readonly string[]): Y4mHeader {
  const value = (tag: string) => tags.find((one) => one.startsWith(tag))?.slice(tag.length);
  const side = (tag: string) => {
    const text = value(tag) ?? "";
    if (!/^\d{1,9}$/.test(text)) throw new BadFrames(`got a Y4M header without a size (${tag})`);
    return Number(text);
  };
  const size = { width: side("W"), height: side("H") };
  checkPictureSize(size);
  const name = value("C") ?? "420jpeg";
  const chroma = CHROMAS.get(name);
  if (chroma === undefined) {
    const wanted = [...CHROMAS.keys()].join(", ");
    throw new BadFrames(`got Y4M with colours as ${quoteText(name)}, wanted one of ${wanted}`);
  }
  const range = value("XCOLORRANGE=");
  // Nobody limits a picture that is only grey: ffmpeg reads it so, too.
  const fullRange = range === undefined ? chroma === "mono" : range === "FULL";
  return { ...size, chroma, fullRange, length: planarBytes(chroma, size) };
}

/** Bytes of all planes; samples at the right and lower edge may belong to less than their share of pixels. */
export function planarBytes(chroma: Chroma, { width, height }: Size): number {
  const { columns, rows } = chromaSize(chroma, { width, height });
  return width * height + 2 * columns * rows;
}

/** Size of the planes Cb and Cr. */
export function chromaSize(
  chroma: Chroma,
  { width, height }: Size,
): { readonly columns: number; readonly rows: number } {
  if (chroma === "mono") return { columns: 0, rows: 0 };
  return {
    columns: chroma === "444" ? width : Math.ceil(width / 2),
    rows: chroma === "420" ? Math.ceil(height / 2) : height,
  };
}

function quoteText(text: string): string {
  return quote(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
}
