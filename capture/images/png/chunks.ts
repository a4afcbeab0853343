/**
 * The chunks of a PNG file: length u32, name of four letters, content, check sum u32. What is not needed to draw the
 * picture is skipped; what would be needed and is not known is refused.
 */
import { crc32 } from "node:zlib";
import { BadImage } from "../bad_image.ts";
import { PNG_COLOUR, type PngHeader, readPngHeader } from "./header.ts";

/** What a PNG file consists of. */
export interface PngChunks {
  readonly header: PngHeader;
  /** R, G, B bytes, 1 to 256 times three; `undefined` where there is none. */
  readonly palette: Uint8Array | undefined;
  /** The content of tRNS. */
  readonly transparency: Uint8Array | undefined;
  /** The zlib stream in its pieces, views into the file. */
  readonly data: readonly Uint8Array[];
}

/** A lower-case first letter means that a decoder may ignore the chunk. */
const ANCILLARY_BIT = 0x20;

/**
 * Takes a PNG file apart. What follows IEND is ignored, as browsers do.
 * @throws {BadImage} when it is damaged, cut off, or lacks something
 */
export function readPngChunks(bytes: Uint8Array): PngChunks {
  const header = readPngHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let dataEnded = false;
  for (let at = 8;;) {
    if (at + 12 > bytes.length) throw new BadImage("The PNG file is cut off: it has no end, IEND");
    const length = view.getUint32(at);
    if (length > bytes.length - at - 12) {
      throw new BadImage(`The PNG file is cut off: a chunk at byte ${at} wants ${length} bytes`);
    }
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw new BadImage(
        `The PNG file is damaged: the check sum of its chunk at byte ${at} is wrong`,
      );
    }
    if (data.length > 0 && name !== "IDAT") dataEnded = true;
    if (name === "IEND") break;
    if (name === "IDAT") {
      if (dataEnded) throw new BadImage("The PNG file has other chunks between its data, IDAT");
      data.push(content);
    } else if (name === "PLTE") {
      if (palette || data.length > 0) {
        throw new BadImage("The PNG file's palette, PLTE, is misplaced");
      }
      palette = checkedPalette(content, header);
    } else if (name === "tRNS") {
      transparency = checkedTransparency(content, header, palette);
    } else if ((bytes[at + 4] & ANCILLARY_BIT) === 0 && at !== 8) {
      throw new BadImage(`The PNG file has an unknown chunk at byte ${at} that cannot be left out`);
    }
    at += 12 + length;
  }
  if (data.length === 0) throw new BadImage("The PNG file has no data, IDAT");
  if (header.colour === PNG_COLOUR.palette && !palette) {
    throw new BadImage("The PNG file has no palette, PLTE");
  }
  return { header, palette, transparency, data };
}

function checkedPalette(content: Uint8Array, { colour, depth }: PngHeader): Uint8Array {
  const colours = content.length / 3;
  const most = colour === PNG_COLOUR.palette ? 2 ** depth : 256;
  if (!Number.isInteger(colours) || colours < 1 || colours > most) {
    throw new BadImage(
      `The PNG file's palette has ${content.length} bytes, wanted 3 to ${3 * most}`,
    );
  }
  return content;
}

function checkedTransparency(
  content: Uint8Array,
  { colour }: PngHeader,
  palette: Uint8Array | undefined,
): Uint8Array {
  const wanted = colour === PNG_COLOUR.grey ? 2 : colour === PNG_COLOUR.rgb ? 6 : undefined;
  const fits = colour === PNG_COLOUR.palette
    ? palette !== undefined && content.length <= palette.length / 3
    : content.length === wanted;
  if (!fits) throw new BadImage("The PNG file's transparency, tRNS, does not fit its colours");
  return content;
}
