/**
 * Reads PNGs the way the specification says, with zlib's inflate: imagescript's decoder refuses some valid
 * ones, its own encoder's among them (small pictures of noise: "failed to decode (-8)").
 */
import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";

export interface Png {
  readonly width: number;
  readonly height: number;
  /** R, G, B, A. */
  readonly rgba: Uint8Array;
}

const SIGNATURE = "89504e470d0a1a0a";
/** Bytes a pixel by colour type: RGB, RGBA. */
const CHANNELS = new Map([[2, 3], [6, 4]]);

/** Decodes an RGB or RGBA picture of 8 bits a channel, not interlaced; throws on anything else. */
export function readPng(bytes: Uint8Array): Png {
  const file = Buffer.from(bytes);
  if (file.subarray(0, 8).toString("hex") !== SIGNATURE) throw new Error("no PNG");
  let header: Buffer | undefined;
  const data: Buffer[] = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    const body = file.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") header = body;
    if (type === "IDAT") data.push(body);
    at += 12 + length;
  }
  if (!header) throw new Error("no IHDR");
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colourType, , , interlaced] = header.subarray(8);
  const channels = CHANNELS.get(colourType);
  if (depth !== 8 || !channels || interlaced) throw new Error("a PNG of another kind");
  const rows = unfilter(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgba.set(rows.subarray(pixel * channels, (pixel + 1) * channels), pixel * 4);
  }
  return { width, height, rgba };
}

/** Undoes the filters (PNG specification, section 9): each row has its filter's type in front. */
function unfilter(
  data: Uint8Array,
  rowBytes: number,
  height: number,
  channels: number,
): Uint8Array {
  const out = new Uint8Array(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (rowBytes + 1)];
    for (let i = 0; i < rowBytes; i++) {
      const at = y * rowBytes + i;
      const left = i >= channels ? out[at - channels] : 0;
      const up = y > 0 ? out[at - rowBytes] : 0;
      const upLeft = y > 0 && i >= channels ? out[at - rowBytes - channels] : 0;
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)];
      out[at] = data[y * (rowBytes + 1) + 1 + i] + guesses[filter];
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
