/**
 * Portable any-maps, whose every picture says its size, so that it may change (netpbm's pgm(5), ppm(5), pam(5)):
 *
 *     "P5" grey, "P6" red, green, blue: then width, height and the largest value (255), apart by white space,
 *          with comments from # to the end of a line; one white space; the pixels
 *     "P7" "\n" lines WIDTH, HEIGHT, DEPTH, MAXVAL (255), TUPLTYPE; "ENDHDR" "\n"; the pixels, DEPTH bytes each
 *
 * DEPTH 1 is grey, 3 red, green, blue; 2 and 4 have alpha, which is ignored: what shows is opaque.
 */
import type { Size } from "../../../geometry.ts";
import {
  BadFrames,
  checkPictureSize,
  type FrameParser,
  MAX_HEADER_BYTES,
  type PackedLayout,
  quote,
  type TakePicture,
} from "./parser.ts";
import { Payload, type Spares } from "./payload.ts";
import { BYTES_A_PIXEL } from "./raw.ts";

/** What a header says. */
export interface PnmHeader extends Size {
  readonly layout: PackedLayout;
}

export class PnmParser implements FrameParser {
  readonly #payload: Payload;
  readonly #take: TakePicture;
  #text = "";
  #header: PnmHeader | undefined;

  constructor(spares: Spares, take: TakePicture) {
    this.#payload = new Payload(spares);
    this.#take = take;
  }

  get isBetween(): boolean {
    return !this.#payload.isOpen && this.#text === "";
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (!this.#payload.isOpen) {
        this.#takeHeader(bytes[at++]);
        continue;
      }
      at = this.#payload.take(bytes, at);
      if (!this.#header || !this.#payload.isWhole) return;
      this.#take({ kind: "packed", ...this.#header, bytes: this.#payload.finish() });
    }
  }

  #takeHeader(byte: number): void {
    this.#text += String.fromCharCode(byte);
    const header = isSpace(byte) ? readPnmHeader(this.#text) : undefined;
    if (!header) {
      if (this.#text.length < MAX_HEADER_BYTES) return;
      throw new BadFrames(`got a PNM header of more than ${MAX_HEADER_BYTES} bytes`);
    }
    this.#text = "";
    this.#header = header;
    this.#payload.begin(header.width * header.height * BYTES_A_PIXEL[header.layout]);
  }
}

/**
 * Reads a header from its first letter to the white space that ends it.
 * @returns `undefined` where there has to be more of it
 * @throws {BadFrames} when it is none, or one of a picture that cannot be shown
 */
export function readPnmHeader(text: string): PnmHeader | undefined {
  const kind = text.slice(0, 3).trimEnd();
  if (kind === "P7") return readPamHeader(text);
  if (kind !== "P5" && kind !== "P6") {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    throw new BadFrames(`got ${quote(bytes)}, wanted P5, P6 or P7 (PNM)`);
  }
  const clean = text.replace(/#[^\n\r]*[\n\r]/g, " ");
  if (clean.includes("#")) return undefined;
  const [, width, height, max] = clean.split(/\s+/);
  // The last piece is what follows the white space at the end: nothing.
  if (max === undefined || max === "" || !/\s$/.test(clean)) return undefined;
  return checked(width, height, max, kind === "P5" ? "grey" : "rgb24");
}

const LAYOUTS: ReadonlyMap<string, PackedLayout> = new Map([
  ["1", "grey"],
  ["2", "grey_alpha"],
  ["3", "rgb24"],
  ["4", "rgbx"],
]);

function readPamHeader(text: string): PnmHeader | undefined {
  if (!/\nENDHDR\s*\n$/.test(text)) return undefined;
  const value = (name: string) => new RegExp(`^${name}\\s+(\\S+)`, "m").exec(text)?.[1] ?? "";
  const layout = LAYOUTS.get(value("DEPTH"));
  if (!layout) throw new BadFrames(`got a PAM with depth ${value("DEPTH")}, wanted 1 to 4`);
  return checked(value("WIDTH"), value("HEIGHT"), value("MAXVAL"), layout);
}

function checked(width: string, height: string, max: string, layout: PackedLayout): PnmHeader {
  if (![width, height].every((text) => /^\d{1,9}$/.test(text))) {
    throw new BadFrames("got a PNM header without width and height");
  }
  if (max !== "255") {
    throw new BadFrames(`got a PNM whose largest value is ${max.slice(0, 12)}, wanted 255`);
  }
  const size = { width: Number(width), height: Number(height) };
  checkPictureSize(size);
  return { ...size, layout };
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
