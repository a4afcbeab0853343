/**
 * How a zlib stream says what it says: everything about it that does not follow from the bytes it inflates to.
 *
 * An encoder chooses which bytes to send as matches, of what length and from how far back, where blocks end, and
 * with which codes. With these choices and the bytes, the stream can be written again, bit for bit, whichever encoder it
 * came from (deflate_writer.ts). Of two pictures that differ in a corner, the choices are the same nearly everywhere,
 * whereas the streams differ in all bits behind the first difference.
 */

/** In the order of the stream; the lists of matches and of blocks are written as bytes. */
export interface DeflatePlan {
  /** The two bytes in front (RFC 1950). */
  readonly head: Uint8Array;
  /**
   * For each block: kind × 2 + 1 for the last one (u8); then for a dynamic one the counts of its three codes (u8 each,
   * as in the stream), the lengths of the third one (u8 each), and how many bytes of symbols there are (varint) and they;
   * then how many literals and matches it has (varint); of a stored one how many bytes.
   */
  readonly blocks: Uint8Array;
  /** For each match: the literals in front of it (varint), length − 3 (u8), distance − 1 (u16, little-endian). */
  readonly matches: Uint8Array;
  /** The last byte's bits that belong to nothing, and those in front of stored blocks (u8 each, those first). */
  readonly padding: Uint8Array;
  /** What follows: the check sum, and whatever else. */
  readonly tail: Uint8Array;
}
