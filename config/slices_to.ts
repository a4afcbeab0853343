/**
 * What `--slices-to` can name: a program that listens for slices, and what it is sent:
 *
 *     HOST:PORT[#source=ID&format=bgra|bgr&identity=HEX&fps=N]
 */
import { z } from "zod";
import { numberOf } from "./numbers.ts";
import { SOURCE_ID } from "./source_id.ts";

/** More receivers than this are refused. */
export const MAX_SLICES_TO = 16;

/** One receiver of slices. */
export const slicesTargetSchema = z.strictObject({
  /** Name or address; IPv6 without brackets. */
  host: z.string().regex(/^[\w.:-]{1,255}$/),
  port: z.int().min(1).max(65_535),
  /** Id of the source; left out: the one that is shown where no other is asked for. */
  source: z.string().regex(SOURCE_ID).optional(),
  /** Channels of the PNGs as OpenCV sees them. */
  format: z.enum(["bgra", "bgr"]).default("bgra"),
  /** What precedes each packet, 16 bytes as hexadecimal digits; left out: nothing does. */
  identity: z.string().regex(/^[0-9a-f]{32}$/).optional(),
  /** Packets a second at most; left out: as many as there are changes. */
  fps: z.number().min(0.1).max(120).optional(),
});

/** A receiver of slices, and what it is sent. */
export type SlicesTarget = z.infer<typeof slicesTargetSchema>;

/** What `--slices-to` may be, for people. */
export const SLICES_TO_ALLOWED =
  "HOST:PORT, with #source=ID&format=bgra (or bgr)&identity=32 hexadecimal digits&fps=0.1 to 120 or parts of it";

/** Ranges of the parts, for people. */
const PART_ALLOWED: Readonly<Record<string, string>> = {
  host: "a name or an IP address",
  port: "a whole number, 1 to 65535",
  source: "a-z, 0-9, _ and -, beginning with one of the first two, at most 32 characters",
  format: "bgra or bgr",
  identity: "32 hexadecimal digits",
  fps: "0.1 to 120",
};

/** The range of a part of a receiver; `undefined`: of the whole. */
export function slicesToAllowed(part: PropertyKey | undefined): string {
  return PART_ALLOWED[String(part)] ?? SLICES_TO_ALLOWED;
}

const NAMES: readonly string[] = ["source", "format", "identity", "fps"];

/** Reads one receiver; text that is none stays as it is, for the schema to refuse it. */
export function slicesTargetOf(text: string): unknown {
  const [, place, tail] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? [];
  const [, host, port] = /^(.*):([^:]*)$/.exec(place ?? "") ?? [];
  if (host === undefined) return text;
  const options: Record<string, unknown> = {};
  for (const pair of tail === undefined ? [] : tail.split("&")) {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    // One that is unknown or given twice: the text as a whole is none.
    if (!NAMES.includes(name) || Object.hasOwn(options, name)) return text;
    options[name] = name === "fps"
      ? numberOf(value)
      : name === "identity"
      ? value.toLowerCase()
      : value;
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: numberOf(port), ...options };
}
