/**
 * What an option is: a zod schema, plus what `--help` and a refusal say about it.
 */
import { z } from "zod";

/** How the text of a flag or variable becomes a value, see `config/text.ts`. */
export type Kind =
  | "number"
  | "bytes"
  | "switch"
  | "text"
  | "sources"
  | "slices"
  | "rect"
  | "rects"
  | "list";

/** What a person needs to know about an option besides its schema. */
export interface OptionInfo {
  readonly kind: Kind;
  /** The range in words, as in `wanted 1 to 120`. */
  readonly allowed: string;
  /** The value in `--help`: `N`, `MS`. Empty for a switch. */
  readonly placeholder: string;
  /** One line for `--help` and the API description, with the unit. */
  readonly summary: string;
  /** Flag without dashes, where it isn't the key in kebab case (a repeatable flag is singular). */
  readonly flag?: string;
  /** True: never shown in messages. */
  readonly secret?: boolean;
}

const infos = z.registry<OptionInfo>();

/** What `option()` noted about a schema. */
export function infoOf(schema: z.ZodType): OptionInfo | undefined {
  return infos.get(schema);
}

/** Notes what a person needs to know about the schema of an option, and returns the schema with it. */
export function option<T extends z.ZodType>(schema: T, info: OptionInfo): T {
  const described = schema.describe(info.summary);
  infos.add(described, info);
  return described;
}

/** A number between `min` and `max`, both included. */
export function numberOption(
  [min, max]: readonly [number, number],
  placeholder: string,
  summary: string,
): z.ZodNumber {
  return option(z.number().min(min).max(max), {
    kind: "number",
    allowed: `${min} to ${max}`,
    placeholder,
    summary,
  });
}

/** A whole number between `min` and `max`, both included. */
export function wholeOption(
  [min, max]: readonly [number, number],
  placeholder: string,
  summary: string,
): z.ZodInt {
  return option(z.int().min(min).max(max), {
    kind: "number",
    allowed: `a whole number, ${min} to ${max}`,
    placeholder,
    summary,
  });
}
