/** The canonical Huffman codes of deflate (RFC 1951, section 3.2.2), for reading and for writing. */

const MAX_BITS = 15;

/** Codes for writing: those bits first that a reader needs first. */
export interface Codes {
  readonly bits: Uint16Array;
  /** 0: the symbol does not occur. */
  readonly lengths: Uint8Array;
}

/** The codes that lengths stand for; `undefined` where there are more than fit. */
export function codesOf(lengths: Uint8Array): Codes | undefined {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  const next = new Uint32Array(MAX_BITS + 2);
  for (let length = 1; length <= MAX_BITS; length++) {
    next[length + 1] = (next[length] + counts[length]) << 1;
    if (next[length] + counts[length] > 1 << length) return undefined;
  }
  const bits = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length > 0) bits[symbol] = reversed(next[length]++, length);
  });
  return { bits, lengths };
}

function reversed(code: number, length: number): number {
  let out = 0;
  for (let i = 0; i < length; i++, code >>= 1) out = out << 1 | code & 1;
  return out;
}

/**
 * For reading: at the next 15 bits, the symbol times 16 and the length of its code; 0 where no code begins so.
 * `undefined` where the lengths are no code.
 */
export function readTable(lengths: Uint8Array): Uint16Array | undefined {
  const codes = codesOf(lengths);
  if (!codes) return undefined;
  const table = new Uint16Array(1 << MAX_BITS);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    for (let i = codes.bits[symbol]; i < table.length; i += 1 << length) {
      table[i] = symbol << 4 | length;
    }
  });
  return table;
}
