/**
 * Every setting there is: its schema, unit, range, default and help. Flags, environment variables, file
 * keys, `--help`, `GET` and `PATCH /api/config` and the OpenAPI document are all made from this table,
 * so that they cannot disagree.
 */
import { z } from "zod";
import { liveDefaults, liveSettingsSchema, rectAllowed } from "./live_settings.ts";
import { infoOf, type OptionInfo } from "./option.ts";
import { slicesToAllowed } from "./slices_to.ts";
import { sourceAllowed } from "./source_choice.ts";
import { startDefaults, startOptionsSchema } from "./start_options.ts";

/** The defaults of everything that has one. */
export const defaults = { ...startDefaults, ...liveDefaults } as const;

/** Any subset of all options, as a file has them. */
export const optionsSchema = z.strictObject({
  ...startOptionsSchema.shape,
  ...liveSettingsSchema.shape,
}).partial();

/** Any subset of all options. */
export type PartialOptions = z.infer<typeof optionsSchema>;

/** The name of an option: `fps`, `ringBytes`. */
export type OptionKey = keyof PartialOptions;

/** One option and the names it goes by. */
export interface Option extends OptionInfo {
  readonly key: OptionKey;
  /** With its dashes: `--ring-bytes`. */
  readonly flagName: string;
  /** `PATCHCAST_RING_BYTES`. */
  readonly envName: string;
  readonly live: boolean;
  readonly fallback: unknown;
}

/** All options in the order of `--help`: those of the start, then the live ones. */
export function allOptions(): readonly Option[] {
  const shape = { ...startOptionsSchema.shape, ...liveSettingsSchema.shape };
  return (Object.keys(shape) as OptionKey[]).map((key) => {
    const info = infoOf(shape[key]);
    if (!info) throw new Error(`option ${key} has no description`);
    const kebab = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return {
      ...info,
      key,
      flagName: `--${info.flag ?? kebab}`,
      envName: `PATCHCAST_${kebab.replaceAll("-", "_").toUpperCase()}`,
      live: key in liveSettingsSchema.shape,
      fallback: key in defaults ? defaults[key as keyof typeof defaults] : undefined,
    };
  });
}

/**
 * The range of an option or, by its path, of a part of one (`["region", "w"]`), for people.
 * @param known false: the schema has no such part
 */
export function allowedAt(
  path: readonly PropertyKey[],
  options: readonly Option[],
  known = true,
): string {
  const option = options.find(({ key }) => key === path[0]);
  if (!option) return `one of ${options.map(({ key }) => key).join(", ")}`;
  const member = path.at(-1);
  if (option.kind === "slices") return path.length < 3 ? option.allowed : slicesToAllowed(path[2]);
  if (option.kind === "sources") {
    if (!known) return "an option that this kind of source has: see --source in the README";
    return path.length === 2 ? option.allowed : sourceAllowed(String(path[2]));
  }
  if (path.length === 1 || typeof member !== "string") return option.allowed;
  return rectAllowed(member);
}
