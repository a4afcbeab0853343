/**
 * Undoes PNG's filters in place. Each row is a byte with the filter's number and then the row, every byte the
 * difference from a guess (https://www.w3.org/TR/png-3/#9Filters).
 */
import { BadImage } from "../bad_image.ts";

/**
 * @param data rows of `1 + rowBytes`; the filter bytes stay as they are
 * @param start where the first row's filter byte is
 * @param rows how many
 * @param pixelBytes bytes from a byte to the same one of the pixel to its left, at least 1
 * @throws {BadImage} for a filter that does not exist
 */
export function unfilter(
  data: Uint8Array,
  start: number,
  rows: number,
  rowBytes: number,
  pixelBytes: number,
): void {
  const stride = rowBytes + 1;
  for (let row = 0; row < rows; row++) {
    const filter = data[start + row * stride];
    const from = start + row * stride + 1;
    const end = from + rowBytes;
    const left = Math.min(from + pixelBytes, end);
    // Above the first row, all is 0: "up" is then nothing, "average" half of the left, "paeth" the left.
    const top = row === 0;
    switch (filter) {
      case 0:
        break;
      case 1:
        addLeft(data, left, end, pixelBytes);
        break;
      case 2:
        if (!top) { for (let i = from; i < end; i++) data[i] += data[i - stride]; }
        break;
      case 3:
        if (!top) { for (let i = from; i < left; i++) data[i] += data[i - stride] >> 1; }
        for (let i = left; i < end; i++) {
          data[i] += (data[i - pixelBytes] + (top ? 0 : data[i - stride])) >> 1;
        }
        break;
      case 4:
        if (top) {
          addLeft(data, left, end, pixelBytes);
        } else {
          for (let i = from; i < left; i++) data[i] += data[i - stride];
          paeth(data, left, end, pixelBytes, stride);
        }
        break;
      default:
        throw new BadImage(`The PNG file has a row with filter ${filter}, wanted 0 to 4`);
    }
  }
}

function addLeft(data: Uint8Array, from: number, end: number, pixelBytes: number): void {
  for (let i = from; i < end; i++) data[i] += data[i - pixelBytes];
}

/** The neighbour, left (a), above (b) or between (c), that is nearest to a + b - c. */
function paeth(
  data: Uint8Array,
  from: number,
  end: number,
  pixelBytes: number,
  stride: number,
): void {
  // Channel by channel, so that two of the three neighbours are at hand from the step before.
  for (let channel = 0; channel < pixelBytes; channel++) {
    let a = data[from + channel - pixelBytes];
    let c = data[from + channel - pixelBytes - stride];
    for (let i = from + channel; i < end; i += pixelBytes) {
      const b = data[i - stride];
      const pa = Math.abs(b - c);
      const pb = Math.abs(a - c);
      const pc = Math.abs(a + b - 2 * c);
      const guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      a = (data[i] + guess) & 255;
      data[i] = a;
      c = b;
    }
  }
}
