/**
 * How a refused value is told: by field, value and allowed range, the same at start-up and in the API.
 */
import type { z } from "zod";

/** Longest rendering of a refused value; what is longer ends in `…`. */
const MAX_SHOWN_CHARS = 120;

/** One refused value. */
export interface Refusal {
  /** Path of the value: `fps`, `region.w`, `masks[3].x`. */
  readonly field: string;
  /** What was given; a rendering of it when that is long. */
  readonly value: unknown;
  /** The range for people: `1 to 120`. */
  readonly allowed: string;
  /** `Cannot set fps: got 0, wanted 1 to 120`. */
  readonly message: string;
}

/** Builds a `Refusal`; `name` is what the field is called where the value came from (`--fps`). */
export function refusal(field: string, value: unknown, allowed: string, name = field): Refusal {
  const shown = show(value);
  return {
    field,
    value: shown.endsWith("…") ? shown : value,
    allowed,
    message: `Cannot set ${name}: got ${shown}, wanted ${allowed}`,
  };
}

/** A value as JSON on one line, cut to a bounded length; `nothing` for `undefined`. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}

/**
 * Turns what a schema found into refusals, one for each field.
 * @param error What `safeParse` returned.
 * @param input What was parsed, for the values.
 * @param allowed Says what a field may be, given its path; unknown fields have their own path.
 */
export function refusals(
  error: z.ZodError,
  input: unknown,
  allowed: (path: readonly PropertyKey[], known: boolean) => string,
): Refusal[] {
  const found = new Map<string, Refusal>();
  for (const issue of error.issues) {
    const unknownKeys = issue.code === "unrecognized_keys" ? issue.keys : undefined;
    const paths = unknownKeys ? unknownKeys.map((key) => [...issue.path, key]) : [issue.path];
    for (const path of paths) {
      const field = pathText(path);
      if (found.has(field)) continue;
      found.set(field, refusal(field, valueAt(input, path), allowed(path, !unknownKeys)));
    }
  }
  return [...found.values()];
}

/** `["masks", 3, "x"]` as `masks[3].x`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    text += typeof part === "number"
      ? `[${part}]`
      : text === ""
      ? String(part)
      : `.${String(part)}`;
  }
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, part)?.value;
  }
  return value;
}
