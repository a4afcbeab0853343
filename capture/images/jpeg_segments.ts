/**
 * A JPEG file as the decoder walks through it (ITU-T T.81, annex B), and the copy that it is given.
 *
 * The decoder says only the first thing it finds wrong in a file, in words that may be harmless, and is silent about the
 * rest. So nothing harmless may be left for it to say: then whatever it says is damage.
 */

/** The copy, and what is known of it. */
export interface CheckedJpeg {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where FF D9 is, behind the last scan; the end of the file where it is missing. */
  readonly end: number;
  /** Its scans are divided into restart intervals. */
  readonly hasIntervals: boolean;
}

const [JFIF, ADOBE] = ["JFIF\0", "Adobe"];
const [TEM, RST0, SOI, EOI, SOS, DRI, APP0, APP14] = [
  ...[0x01, 0xd0, 0xd8, 0xd9, 0xda, 0xdd, 0xe0, 0xee],
];
/** Baseline and extended sequential frames. */
const SEQUENTIAL = new Set([0xc0, 0xc1]);

/** These stand alone; any other is followed by a length. */
export function isWithoutContent(marker: number): boolean {
  return marker === TEM || (marker >= RST0 && marker < SOI);
}

/**
 * Copies a file and corrects what the decoder warns of and then, as everyone, takes for what is written here:
 *
 * - JFIF of another version than 1: 1.01. It is not left out, as it says that the colours are YCbCr.
 * - an Adobe segment with a transform that does not exist: 1, YCbCr.
 * - a scan of a sequential frame with other coefficients than all, mostly zeros: 0 to 63, without approximation.
 *
 * @param file has passed `readJpegHeader()`
 */
export function checkedJpeg(file: Uint8Array): CheckedJpeg {
  const bytes = new Uint8Array(file);
  const view = new DataView(bytes.buffer);
  let [isSequential, hasIntervals] = [false, false];
  for (let at = 2; (at = bytes.indexOf(0xff, at)) !== -1;) {
    while (bytes[at] === 0xff) at++;
    if (at + 2 >= bytes.length && bytes[at] !== EOI) break;
    const marker = bytes[at++];
    if (marker === EOI) return { bytes, end: at - 2, hasIntervals };
    // FF 00 is an FF of the scan's data.
    if (marker === 0 || isWithoutContent(marker)) continue;
    const length = Math.max(2, view.getUint16(at));
    const content = bytes.subarray(at + 2, at + length);
    if (SEQUENTIAL.has(marker)) isSequential = true;
    if (marker === DRI && content.some((byte) => byte !== 0)) hasIntervals = true;
    if (marker === APP0 && beginsWith(content, JFIF) && content.length >= 7) {
      content.set([1, 1], 5);
    }
    if (marker === APP14 && beginsWith(content, ADOBE) && content.length >= 12) {
      content[11] = Math.min(content[11], 1);
    }
    if (marker === SOS && isSequential && content.length >= 4) {
      content.set([0, 63, 0], content.length - 3);
    }
    at += length;
  }
  return { bytes, end: bytes.length, hasIntervals };
}

function beginsWith(content: Uint8Array, text: string): boolean {
  return Array.from(text).every((char, i) => content[i] === char.charCodeAt(0));
}
