/**
 * Encoding 4, lossy: photographs in motion, close to what they should be (docs/PROTOCOL.md, "Lossy block
 * coder").
 *
 *     length    varint
 *     code      length × u8
 */
import { ProtocolError } from "../reader.js";

/**
 * @param {import("../reader.js").Reader} reader
 * @param {import("../picture.js").Rect} rect
 * @param {import("../picture.js").Picture} picture
 */
export function drawLossy(reader, rect, picture) {
  const length = reader.varint();
  if (length > picture.maxInputBytes) {
    throw new ProtocolError(
      `Cannot draw a lossy patch of ${length} bytes: at most ${picture.maxInputBytes}`,
    );
  }
  if (!picture.drawLossy(reader.bytes(length), rect)) {
    throw new ProtocolError("Cannot draw a lossy patch: its code ends before its pixels");
  }
}
