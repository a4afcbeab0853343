/** What messages begin with, without decoding them (docs/PROTOCOL.md). */
import { Reader } from "../../public/decoder/reader.js";
import { readUpdateHeader } from "../../public/decoder/update.js";

const UPDATE = 0x03;

/**
 * The first update among whole messages of our own making.
 * @returns `undefined` where there is none
 */
export function firstUpdateOf(messages: Uint8Array): "keyframe" | "update" | undefined {
  const reader = new Reader(messages);
  while (reader.left > 0) {
    const kind = reader.u8();
    const body = reader.bytes(reader.varint());
    if (kind === UPDATE) return readUpdateHeader(new Reader(body)).keyframe ? "keyframe" : "update";
  }
  return undefined;
}
