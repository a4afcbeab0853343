/**
 * Encoding 3, context: every pixel predicted from its neighbours, the predictions' outcomes coded
 * arithmetically (docs/PROTOCOL.md, "Context coder").
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
export function drawContext(reader, rect, picture) {
  const length = reader.varint();
  if (length > picture.maxInputBytes) {
    throw new ProtocolError(
      `Cannot draw a context patch of ${length} bytes: at most ${picture.maxInputBytes}`,
    );
  }
  if (!picture.drawContext(reader.bytes(length), rect)) {
    throw new ProtocolError("Cannot draw a context patch: its code ends before its pixels");
  }
}
