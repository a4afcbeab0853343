/**
 * The part of a JPEG file before its first scan (ITU-T T.81, annex B):
 *
 *     FF D8, then segments: FF, marker, length u16 (counts itself), content; … FF DA begins the scan
 *     SOF (FF C0 baseline, C1 extended, C2 progressive): precision u8, height u16, width u16, components u8, …
 */
import type { Size } from "../geometry.ts";
import { BadImage } from "./bad_image.ts";
import { isWithoutContent } from "./jpeg_segments.ts";

const SOF_MARKERS = new Set([0xc0, 0xc1, 0xc2]);
/** Lossless, differential and arithmetic coding: nobody's screenshots, and no decoder here. */
const OTHER_SOF_MARKERS = new Set([
  ...[0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf],
]);
/** T.81 reserves those below, and gives them no length; for FF 00, see below. */
const FIRST_MARKER = 0xc0;
const [END_OF_IMAGE, START_OF_SCAN] = [0xd9, 0xda];

/**
 * Reads the size of a JPEG picture.
 * @param bytes begin with FF D8
 * @throws {BadImage} when there is no frame header, more than one, or one of a kind that is not supported
 */
export function readJpegHeader(bytes: Uint8Array): Size {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: Size | undefined;
  for (let at = 2;;) {
    if (at >= bytes.length) throw new BadImage("The JPEG file ends before its picture begins");
    if (bytes[at] !== 0xff) throw new BadImage(`The JPEG file is damaged at byte ${at}`);
    // Any number of FF may stand before a marker.
    while (bytes[at] === 0xff) at++;
    const marker = bytes[at++];
    if (marker === START_OF_SCAN) break;
    if (marker === END_OF_IMAGE) throw new BadImage("The JPEG file has no picture in it");
    if (isWithoutContent(marker)) continue;
    // The decoder takes FF 00 for rubbish and looks on right behind it: a frame header in there would be the one it uses.
    if (marker < FIRST_MARKER) throw new BadImage(`The JPEG file is damaged at byte ${at - 1}`);
    if (at + 2 > bytes.length) throw new BadImage("The JPEG file ends before its picture begins");
    const length = view.getUint16(at);
    if (length < 2 || at + length > bytes.length) {
      throw new BadImage(`The JPEG file has a segment of ${length} bytes at byte ${at}`);
    }
    if (OTHER_SOF_MARKERS.has(marker)) {
      throw new BadImage(
        "The JPEG file is lossless, hierarchical or arithmetic coded: wanted Huffman",
      );
    }
    if (SOF_MARKERS.has(marker)) {
      if (size) throw new BadImage("The JPEG file has more than one frame");
      size = readFrameHeader(view, at + 2, length - 2);
    }
    at += length;
  }
  if (!size) throw new BadImage("The JPEG file has a scan before its frame header");
  return size;
}

function readFrameHeader(view: DataView, at: number, length: number): Size {
  if (length < 6) throw new BadImage("The JPEG file's frame header is too short");
  const [precision, components] = [view.getUint8(at), view.getUint8(at + 5)];
  if (precision !== 8) {
    throw new BadImage(`The JPEG file has ${precision} bits a sample, wanted 8`);
  }
  if (components !== 1 && components !== 3) {
    throw new BadImage(`The JPEG file has ${components} colour channels, wanted 1 or 3 (no CMYK)`);
  }
  if (length !== 6 + 3 * components) {
    throw new BadImage("The JPEG file's frame header has the wrong length");
  }
  return { height: view.getUint16(at + 1), width: view.getUint16(at + 3) };
}
