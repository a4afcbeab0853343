/**
 * From the text of a flag or an environment variable to a value. Text that cannot be read stays as it is,
 * for the schema to refuse it: nothing here ever becomes NaN or goes missing.
 */
import { numberOf, rectOf } from "./numbers.ts";
import type { Kind } from "./option.ts";
import { slicesTargetOf } from "./slices_to.ts";
import { sourceOf } from "./source_text.ts";

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
    case "sources":
      // A command may contain anything but a line's end: that is what keeps them apart in a variable.
      return texts.flatMap((one) => one.split("\n")).filter((one) =>
        one !== "" || texts.length === 1
      )
        .map(sourceOf);
    case "slices":
      return texts.flatMap((one) => one.split(/[\n,]/)).map((one) => one.trim())
        .filter((one) => one !== "").map(slicesTargetOf);
    case "rect":
      return text === "null" ? null : rectOf(text);
    case "rects":
      return texts.flatMap((one) => one.split(";")).filter((one) => one !== "").map(rectOf);
    case "list":
      return texts.flatMap((one) => one.split(",")).map((one) => one.trim())
        .filter((one) => one !== "").map((one) => one.toLowerCase());
  }
}

function bytesOf(text: string): number | string {
  const match = /^(\d+)(?:([KMG])(?:iB)?)?$/.exec(text);
  return match ? Number(match[1]) * UNIT_BYTES[match[2] ?? ""] : text;
}
