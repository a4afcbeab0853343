/** Numbers in text. What is none stays text, for a schema to refuse it: nothing here ever becomes NaN. */

/** Plain decimals only: no exponents, no hexadecimals, no spaces. */
export function numberOf(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) + 0 : text;
}

/** `x,y,w,h` in whole numbers. */
export function rectOf(text: string): unknown {
  const parts = text.split(",");
  if (parts.length !== 4 || !parts.every((part) => /^-?\d+$/.test(part))) return text;
  const [x, y, w, h] = parts.map(Number);
  return { x, y, w, h };
}
