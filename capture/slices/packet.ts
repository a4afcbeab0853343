/**
 * The simple packet format (docs/SLICES.md): a change of a picture as PNGs. All numbers are u32, big-endian.
 *
 * ```text
 * +-------------+-------+--------------------------------------------+------------------------+
 * | identity    | count | count × (size, height, width, x, y)        | count × PNG            |
 * | 16 B or none| u32   | 20 B each                                  | size bytes each        |
 * +-------------+-------+--------------------------------------------+------------------------+
 * ```
 *
 * A `count` of 0 says that one descriptor and one PNG follow, which replace the whole picture, size included.
 */
import type { Rect, Size } from "../geometry.ts";

export const IDENTITY_BYTES = 16;
export const COUNT_BYTES = 4;
export const DESCRIPTOR_BYTES = 20;
/** Slices of a packet. */
export const MAX_SLICES = 3000;
/** Bytes of a packet's PNGs together: a 4K picture of noise with alpha takes 33 MB. */
export const MAX_PACKET_BYTES = 64 * 2 ** 20;
/** Signature, IHDR, an IDAT chunk without data, IEND: no PNG is shorter. */
export const MIN_PNG_BYTES = 8 + 25 + 12 + 12;
/** Pixels a side, and in all: the limits of capture/images/limits.ts. */
export const MAX_SIDE = 16_384;
export const MAX_PIXELS = 2 ** 25;
/** A packet's slices may overlap: together they have at most so many times the picture's pixels. */
export const MAX_COVER = 4;

/** A rectangle of new pixels. */
export interface Slice extends Rect {
  readonly png: Uint8Array;
}

/** One change of the picture. */
export type Packet =
  /** The picture is another one now, of this size. */
  | { readonly kind: "whole"; readonly size: Size; readonly png: Uint8Array }
  /** Parts of it are, drawn in this order. */
  | { readonly kind: "slices"; readonly slices: readonly Slice[] };

/**
 * Writes a packet, without an identity.
 * @throws {RangeError} when it has no slice, or more than 3000
 */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  const slices = packet.kind === "whole"
    ? [{ x: 0, y: 0, w: packet.size.width, h: packet.size.height, png: packet.png }]
    : packet.slices;
  if (slices.length === 0 || slices.length > MAX_SLICES) {
    throw new RangeError(
      `Cannot write a packet: got ${slices.length} slices, wanted 1 to ${MAX_SLICES}`,
    );
  }
  const headBytes = COUNT_BYTES + slices.length * DESCRIPTOR_BYTES;
  const bytes = new Uint8Array(slices.reduce((sum, { png }) => sum + png.length, headBytes));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, packet.kind === "whole" ? 0 : slices.length);
  let at = COUNT_BYTES;
  let pngAt = headBytes;
  for (const { x, y, w, h, png } of slices) {
    for (const value of [png.length, h, w, x, y]) {
      view.setUint32(at, value);
      at += 4;
    }
    bytes.set(png, pngAt);
    pngAt += png.length;
  }
  return bytes;
}

/** The bytes of an identity from its 32 hexadecimal digits; `undefined` for any other text. */
export function parseIdentity(hex: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[0-9a-f]{32}$/i.test(hex)) return undefined;
  return Uint8Array.from(
    { length: IDENTITY_BYTES },
    (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
