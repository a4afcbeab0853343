/**
 * The options that are fixed at the start: where pixels come from, who may watch, and the limits.
 */
import { z } from "zod";
import { normalHost, parseHostPort } from "./host.ts";
import { option, wholeOption } from "./option.ts";

/** Where the pixels come from. An `x11` without `display` means `$DISPLAY`. */
export type SourceChoice =
  | { readonly kind: "auto" | "demo" }
  | { readonly kind: "x11"; readonly display: string | undefined };

/** What is fixed at the start. */
export interface StartOptions {
  readonly source: SourceChoice;
  /** Address or name to listen on. */
  readonly host: string;
  /** 0 to 65535; 0 picks a free one. */
  readonly port: number;
  /** Bytes of updates kept for viewers that resume, 1 MiB to 4 GiB. */
  readonly ringBytes: number;
  /** Age of updates kept, seconds, 1 to 3600. */
  readonly ringSeconds: number;
  /** Secret that lets in as administrator. */
  readonly token: string;
  /** Secret that lets in as viewer. */
  readonly viewToken: string;
  readonly auth: "token" | "none";
  /** Streams open at the same time, 1 to 100000. */
  readonly maxViewers: number;
  /** Host names, each with or without a port, under which requests are answered besides the obvious ones. */
  readonly allowHosts: readonly string[];
}

/** Bytes in a MiB. */
const MIB = 2 ** 20;

/** What is fixed at the start, complete. */
export const startOptionsSchema = z.strictObject({
  source: option(
    z.union([
      z.strictObject({ kind: z.enum(["auto", "demo"]) }),
      z.strictObject({ kind: z.literal("x11"), display: z.union([z.string(), z.undefined()]) }),
    ]),
    {
      kind: "source",
      allowed: "auto, demo, x11 or x11:DISPLAY (x11::99)",
      placeholder: "NAME",
      summary: "Where pixels come from: auto, demo, x11[:DISPLAY]",
    },
  ),
  host: option(z.string().refine((host) => normalHost(host) !== undefined), {
    kind: "text",
    allowed: "an IP address or a host name",
    placeholder: "HOST",
    summary: "Address to listen on",
  }),
  port: wholeOption([0, 65_535], "N", "Port to listen on; 0 picks a free one"),
  ringBytes: option(z.int().min(MIB).max(4096 * MIB), {
    kind: "bytes",
    allowed: "1MiB to 4GiB (bytes, or with K, M, G, KiB, MiB, GiB)",
    placeholder: "BYTES",
    summary: "Updates kept for viewers that resume, bytes",
  }),
  ringSeconds: wholeOption([1, 3600], "S", "Age of the updates kept, seconds"),
  token: tokenOption("Lets in as administrator; generated when missing"),
  viewToken: tokenOption("Lets in to watch only; none when missing"),
  auth: option(z.enum(["token", "none"]), {
    kind: "text",
    allowed: "token or none",
    placeholder: "HOW",
    summary: "token, or none: everyone is let in (loopback hosts only)",
  }),
  maxViewers: wholeOption([1, 100_000], "N", "Streams open at the same time"),
  allowHosts: option(
    z.array(z.string().refine((host) => parseHostPort(host) !== undefined)).max(64),
    {
      kind: "list",
      allowed: "at most 64 host names or addresses, each with or without a port",
      placeholder: "HOST",
      summary: "Further name this server is reached by; may be repeated",
      flag: "allow-host",
    },
  ),
}) satisfies z.ZodType<StartOptions>;

/** The defaults of the start options that have one. */
export const startDefaults = {
  source: { kind: "auto" },
  host: "127.0.0.1",
  port: 8000,
  ringBytes: 64 * MIB,
  ringSeconds: 60,
  auth: "token",
  maxViewers: 5000,
  allowHosts: [],
} as const satisfies Omit<StartOptions, "token" | "viewToken">;

function tokenOption(summary: string): z.ZodString {
  return option(z.string().regex(/^[!-~]{1,256}$/), {
    kind: "text",
    allowed: "1 to 256 printable ASCII characters without spaces",
    placeholder: "SECRET",
    summary,
    secret: true,
  });
}
