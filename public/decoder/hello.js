/** What a hello says, and the sizes that a canvas may have (docs/PROTOCOL.md). */
import { ProtocolError } from "./reader.js";

/** @typedef {{ width: number, height: number, source: string, viewer: string, heartbeatMs: number } & Record<string, unknown>} Hello */

const MAX_SIDE = 16384;
const MAX_PIXELS = 2 ** 26;

/**
 * Reads the JSON of a hello.
 * @param {string} text
 * @returns {Hello}
 * @throws {ProtocolError} when a member is missing or out of its range
 */
export function parseHello(text) {
  let hello;
  try {
    hello = JSON.parse(text);
  } catch {
    throw new ProtocolError("Cannot read the hello: it is not JSON");
  }
  if (typeof hello !== "object" || hello === null) {
    throw new ProtocolError("Cannot read the hello: it is not a JSON object");
  }
  checkSize(hello.width, hello.height);
  const { source, viewer, heartbeatMs } = hello;
  if (
    typeof source !== "string" || typeof viewer !== "string" ||
    !(Number.isFinite(heartbeatMs) && heartbeatMs > 0)
  ) {
    throw new ProtocolError("Cannot read the hello: source, viewer or heartbeatMs is missing");
  }
  return hello;
}

/**
 * Refuses canvases larger than the protocol allows.
 * @param {number} width
 * @param {number} height
 * @throws {ProtocolError}
 */
export function checkSize(width, height) {
  const valid = Number.isInteger(width) && Number.isInteger(height) &&
    width >= 1 && height >= 1 && width <= MAX_SIDE && height <= MAX_SIDE &&
    width * height <= MAX_PIXELS;
  if (!valid) {
    throw new ProtocolError(
      `Cannot show ${width}×${height}: 1 to ${MAX_SIDE} pixels a side, at most 2^26 in all`,
    );
  }
}
