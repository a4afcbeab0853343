/** What numbers in the stream may be, and how long its messages. */

/**
 * Whether a seq or a time may have this value.
 * @param {number} value
 */
export function isCount(value) {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * The longest body a decoder takes: twice what the worst update of such a picture needs (every patch
 * a pixel: 1 + 4 × 2 bytes of header, 3 of payload), and room for a hello or a cursor.
 * @param {number} pixels
 */
export function maxBodyBytes(pixels) {
  return 2 ** 20 + 16 * pixels;
}
