/**
 * What `--source` can name: a schema for each kind of source, with the ranges in words. The text form is in
 * source_text.ts.
 */
import { z } from "zod";
import { liveSettingsSchema, MAX_SIDE_PX, rectSchema } from "./live_settings.ts";
import { SOURCE_ID } from "./source_id.ts";

/** What each captured source may be told at its start; the same as the live settings of these names. */
const commonShape = {
  id: z.string().regex(SOURCE_ID).optional(),
  region: rectSchema.optional(),
  masks: z.array(rectSchema).max(64).optional(),
  scale: liveSettingsSchema.shape.scale.optional(),
  fps: liveSettingsSchema.shape.fps.optional(),
  quality: liveSettingsSchema.shape.quality.optional(),
};

/** No control characters: names are shown when they cannot be used. */
const nameSchema = z.string().regex(/^[^\p{Cc}]{1,200}$/u);
const placeSchema = z.string().regex(/^[^\p{Cc}]{1,1024}$/u);

/** One monitor or one window; both left out: the whole display. */
const targetShape = { monitor: nameSchema.optional(), window: nameSchema.optional() };

const RAW_FORMATS = ["bgrx", "rgbx", "bgr24", "rgb24", "grey"] as const;
const FORMATS = ["y4m", "mjpeg", "png", "pnm", ...RAW_FORMATS] as const;
const sideSchema = z.int().min(1).max(MAX_SIDE_PX);

/** One source that is captured. */
export const sourceChoiceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["auto", "demo"]), ...commonShape }),
  z.strictObject({
    kind: z.literal("x11"),
    /** Left out: `$DISPLAY`. */
    display: z.string().regex(/^[\w./-]{0,200}::?\d{1,5}(?:\.\d{1,3})?$/).optional(),
    ...targetShape,
    ...commonShape,
  }),
  z.strictObject({ kind: z.literal("native"), ...targetShape, ...commonShape }),
  z.strictObject({ kind: z.literal("camera"), device: placeSchema, ...commonShape }),
  z.strictObject({ kind: z.literal("video"), input: placeSchema, ...commonShape }),
  z.strictObject({
    kind: z.literal("exec"),
    command: z.string().regex(/^[^\0]{1,8192}$/),
    /** Left out: looked at, and found out. */
    format: z.enum(FORMATS).optional(),
    /** Of raw pixels, which do not tell. */
    size: z.strictObject({ width: sideSchema, height: sideSchema }).optional(),
    /** Pause between two runs of a command that ends with its picture, seconds; default 1. */
    every: z.number().min(0.05).max(86_400).optional(),
    ...commonShape,
  }),
  z.strictObject({
    kind: z.literal("slices"),
    host: z.string().regex(/^[\w.:-]{1,255}$/),
    port: z.int().min(1).max(65535),
    /** What has to precede each picture; left out: anything, or nothing. */
    identity: z.string().regex(/^[0-9a-f]{32}$/).optional(),
    ...commonShape,
  }),
]);

/** Where the pixels of a captured source come from, and how it begins. */
export type SourceChoice = z.infer<typeof sourceChoiceSchema>;

/** More captured sources than this, each with a Worker of its own, are refused. */
export const MAX_SOURCES = 32;
/** Ids that sources cannot be given, since something else has them. */
export const RESERVED_IDS: readonly string[] = ["wall"];

/** What `--source` may be, for people. */
export const SOURCE_ALLOWED =
  "[ID=]auto, demo, x11[:DISPLAY], native, camera:DEVICE, video:FILE-or-URL, exec:COMMAND or slices:HOST:PORT, " +
  "with #OPTION=VALUE&… or without";

const RECT = "x,y,w,h in whole pixels";
const PART_ALLOWED: Readonly<Record<string, string>> = {
  id: "a-z, 0-9, _ and -, beginning with one of the first two, at most 32 characters",
  region: RECT,
  masks: `at most 64 times ${RECT}`,
  scale: "0.1 to 1",
  fps: "1 to 120",
  quality: "lossless or auto",
  display: "an X display: :99, host:0",
  monitor: "the name of a monitor, 1 to 200 characters",
  window: "the id of a window or a part of its title, 1 to 200 characters",
  device: "the path of a device, 1 to 1024 characters",
  input: "a file or an address, 1 to 1024 characters",
  command: "a command, 1 to 8192 characters",
  format: FORMATS.join(", "),
  size: `WIDTHxHEIGHT, each 1 to ${MAX_SIDE_PX}`,
  every: "seconds, 0.05 to 86400",
  host: "a host name or an address, and :PORT",
  port: "a whole number, 1 to 65535",
  identity: "32 hexadecimal digits",
};

/** The range of a part of a source, by the member's name, for people. */
export function sourceAllowed(part: string): string {
  return PART_ALLOWED[part] ?? SOURCE_ALLOWED;
}

/** Sources that are right alone and wrong together, or in themselves; one line each. */
export function sourceContradictions(sources: readonly SourceChoice[]): string[] {
  const problems: string[] = [];
  const refuse = (got: string, wanted: string) => {
    problems.push(`Cannot set --source: got ${got}, wanted ${wanted}`);
  };
  const ids = sources.flatMap(({ id }) => id ?? []);
  for (const id of new Set(ids)) {
    if (ids.filter((one) => one === id).length > 1) {
      refuse(`the id "${id}" more than once`, "another one for each source");
    }
    if (RESERVED_IDS.includes(id)) refuse(`the id "${id}"`, "another one: the wall has it");
  }
  for (const source of sources) {
    if ("monitor" in source && "window" in source) refuse("monitor and window", "one of them");
    if (source.kind !== "exec") continue;
    const isRaw = source.format !== undefined && isRawFormat(source.format);
    if (isRaw && !source.size) refuse(`format=${source.format} without size`, "size=WIDTHxHEIGHT");
    if (!isRaw && source.size) {
      refuse(
        `size with format=${source.format ?? "(left out)"}`,
        `size only with ${RAW_FORMATS.join(", ")}`,
      );
    }
  }
  return problems;
}

/** True for pixels without any header. */
export function isRawFormat(format: string): format is typeof RAW_FORMATS[number] {
  return (RAW_FORMATS as readonly string[]).includes(format);
}
