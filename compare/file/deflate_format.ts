/** The tables of deflate (RFC 1951, section 3.2.5 to 3.2.7). */

/** Symbols above 256 stand for a match: the shortest length of each, and how many bits tell the rest. */
export const LENGTH_BASE = [
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115],
  ...[131, 163, 195, 227, 258],
];
export const LENGTH_BITS = [
  ...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0],
];
/** The same for the symbols of distances. */
export const DISTANCE_BASE = [
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537],
  ...[2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577],
];
export const DISTANCE_BITS = [
  ...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12],
  ...[13, 13],
];
export const END_OF_BLOCK = 256;
export const MIN_MATCH = 3;
export const MAX_MATCH = 258;

/** Kinds of blocks. */
export const BLOCK = { stored: 0, fixed: 1, dynamic: 2 } as const;

/** In which order the lengths of the code for code lengths are sent. */
export const CODE_LENGTH_ORDER = [
  ...[16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15],
];
/** Bits behind the symbols 16, 17 and 18 of that code, which repeat. */
export const REPEAT_BITS = [2, 3, 7];

/** Code lengths of fixed blocks. */
export function fixedLengths(): { literals: Uint8Array; distances: Uint8Array } {
  const literals = new Uint8Array(288).fill(8);
  literals.fill(9, 144, 256).fill(7, 256, 280);
  return { literals, distances: new Uint8Array(30).fill(5) };
}
