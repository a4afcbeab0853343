/**
 * What a dynamic block says of its codes: a row of symbols of 0 to 18, of which 16 to 18 repeat. The same lengths can
 * be told in several ways, so the symbols are what is kept.
 */

/** The code lengths that symbols (each with its extra bits behind it, if it has any) tell; `undefined`: none. */
export function lengthsOf(
  symbols: Uint8Array,
  literalCount: number,
  distanceCount: number,
): { literals: Uint8Array; distances: Uint8Array } | undefined {
  const total = literalCount + distanceCount;
  const lengths = new Uint8Array(total);
  let count = 0;
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    if (symbol < 16) {
      if (count >= total) return undefined;
      lengths[count++] = symbol;
      continue;
    }
    const times = symbols[++i] + (symbol === 18 ? 11 : 3);
    if (count + times > total || (symbol === 16 && count === 0)) return undefined;
    lengths.fill(symbol === 16 ? lengths[count - 1] : 0, count, count + times);
    count += times;
  }
  if (count !== total) return undefined;
  return { literals: lengths.slice(0, literalCount), distances: lengths.slice(literalCount) };
}

/** How many lengths a symbol tells. */
export function tells(symbol: number, extra: number): number {
  return symbol < 16 ? 1 : extra + (symbol === 18 ? 11 : 3);
}
