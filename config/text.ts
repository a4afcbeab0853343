/**
 * From the text of a flag or an environment variable to a value. Text that cannot be read stays as it is,
 * for the schema to refuse it: nothing here ever becomes NaN or goes missing.
 */
import type { Kind } from "./option.ts";

const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Reads the text of one option.
 * @param texts All texts given for it: several only where an option may be repeated.
 */
export function valueOf(kind: Kind, texts: readonly string[]): unknown {
  const text = texts[0];
  switch (kind) {
    case "number":
      return numberOf(text);
    case "bytes":
      return bytesOf(text);
    case "switch":
      return text === "true" || text === "1"
        ? true
        : text === "false" || text === "0"
        ? false
        : text;
    case "text":
      return text;
    case "source":
      return sourceOf(text);
    case "rect":
      return text === "null" ? null : rectOf(text);
    case "rects":
      return texts.flatMap((one) => one.split(";")).filter((one) => one !== "").map(rectOf);
    case "list":
      return texts.flatMap((one) => one.split(",")).map((one) => one.trim())
        .filter((one) => one !== "").map((one) => one.toLowerCase());
  }
}

/** Plain decimals only: no exponents, no hexadecimals, no spaces. */
function numberOf(text: string): number | string {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) + 0 : text;
}

function bytesOf(text: string): number | string {
  const match = /^(\d+)(?:([KMG])(?:iB)?)?$/.exec(text);
  return match ? Number(match[1]) * UNIT_BYTES[match[2] ?? ""] : text;
}

/** `x11:host:0` is the display `host:0`, `x11::99` is `:99`, `x11` is whatever `$DISPLAY` says. */
function sourceOf(text: string): unknown {
  if (text === "auto" || text === "demo") return { kind: text };
  if (text === "x11") return { kind: "x11", display: undefined };
  const match = /^x11:([\w./-]{0,200}::?\d{1,5}(?:\.\d{1,3})?)$/.exec(text);
  return match ? { kind: "x11", display: match[1] } : text;
}

function rectOf(text: string): unknown {
  const parts = text.split(",");
  if (parts.length !== 4 || !parts.every((part) => /^-?\d+$/.test(part))) return text;
  const [x, y, w, h] = parts.map(Number);
  return { x, y, w, h };
}
