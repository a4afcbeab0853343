/**
 * A string of bytes told by another: which parts of it can be copied from there, and what is new.
 *
 *     length varint, bytes of operations varint, operations, new bytes
 *     operation: new bytes varint, copied bytes varint; if not 0: where from, svarint, counted from the end of
 *                the copy before
 */
import { ByteWriter } from "../../capture/byte_writer.ts";
import { ProtocolError, Reader } from "../../public/decoder/reader.js";

/** The shortest run worth a copy. */
const MIN_COPY = 12;
/** Places of the base are found by what their first bytes hash to; two to the power of this are remembered. */
const HASH_BITS = 20;

/** Tells `target` by `base`. */
export function encodeByteDelta(base: Uint8Array, target: Uint8Array): Uint8Array<ArrayBuffer> {
  const places = indexOf(base);
  const operations = new ByteWriter();
  const fresh = new ByteWriter();
  let told = 0;
  let baseEnd = 0;
  const copy = (at: number, from: number, length: number) => {
    operations.varint(at - told).varint(length).svarint(from - baseEnd);
    fresh.bytes(target.subarray(told, at));
    told = at + length;
    baseEnd = from + length;
  };
  for (let at = 0; at + MIN_COPY <= target.length;) {
    const found = bestCopy(base, target, at, [places[hashAt(target, at)] - 1, baseEnd + at - told]);
    if (!found) {
      at++;
      continue;
    }
    // What stands in front of it may be the same, too.
    let { from, length } = found;
    let start = at;
    while (start > told && from > 0 && target[start - 1] === base[from - 1]) {
      start--;
      from--;
      length++;
    }
    copy(start, from, length);
    at = start + length;
  }
  operations.varint(target.length - told).varint(0);
  fresh.bytes(target.subarray(told));
  const head = new ByteWriter().varint(target.length).varint(operations.length);
  return head.bytes(operations.finish()).bytes(fresh.finish()).finish();
}

/**
 * Undoes `encodeByteDelta()`.
 * @param maxBytes what may come out
 * @throws {ProtocolError} when the delta is damaged, for another base, or gives more
 */
export function decodeByteDelta(
  base: Uint8Array,
  delta: Uint8Array,
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  const reader = new Reader(delta);
  const length = reader.varint();
  if (length > maxBytes) {
    throw new ProtocolError(`Cannot restore ${length} bytes: wanted at most ${maxBytes}`);
  }
  const operations = new Reader(reader.bytes(reader.varint()));
  const out = new Uint8Array(length);
  let at = 0;
  let baseEnd = 0;
  while (operations.left > 0) {
    const fresh = reader.bytes(operations.varint());
    if (fresh.length > length - at) throw new ProtocolError("Cannot restore: too many bytes");
    out.set(fresh, at);
    at += fresh.length;
    const copied = operations.varint();
    if (copied === 0) continue;
    const from = baseEnd + operations.svarint();
    if (from < 0 || from + copied > base.length || copied > length - at) {
      throw new ProtocolError("Cannot restore: a copy lies outside");
    }
    out.set(base.subarray(from, from + copied), at);
    at += copied;
    baseEnd = from + copied;
  }
  if (at !== length || reader.left > 0) {
    throw new ProtocolError("Cannot restore: bytes are missing");
  }
  return out;
}

/** One more than the first place of the base that has a hash; 0 for none. */
function indexOf(base: Uint8Array): Uint32Array {
  const places = new Uint32Array(1 << HASH_BITS);
  for (let at = base.length - MIN_COPY; at >= 0; at--) places[hashAt(base, at)] = at + 1;
  return places;
}

/** Of the first eight bytes. */
function hashAt(bytes: Uint8Array, at: number): number {
  const low = bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24;
  const high = bytes[at + 4] | bytes[at + 5] << 8 | bytes[at + 6] << 16 | bytes[at + 7] << 24;
  return (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77)) >>> (32 - HASH_BITS);
}

function bestCopy(
  base: Uint8Array,
  target: Uint8Array,
  at: number,
  places: readonly number[],
): { from: number; length: number } | undefined {
  let best: { from: number; length: number } | undefined;
  for (const from of places) {
    if (from < 0 || from >= base.length) continue;
    const most = Math.min(base.length - from, target.length - at);
    let length = 0;
    while (length < most && base[from + length] === target[at + length]) length++;
    if (length >= MIN_COPY && length > (best?.length ?? 0)) best = { from, length };
  }
  return best;
}
