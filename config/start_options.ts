/**
 * The options that are fixed at the start: where pixels come from, who may watch, and the limits.
 */
import { z } from "zod";
import { normalHost, parseHostPort } from "./host.ts";
import { option, wholeOption } from "./option.ts";
import { isPageOrigin } from "./origin.ts";
import {
  MAX_SLICES_TO,
  SLICES_TO_ALLOWED,
  type SlicesTarget,
  slicesTargetSchema,
} from "./slices_to.ts";
import {
  MAX_SOURCES,
  SOURCE_ALLOWED,
  type SourceChoice,
  sourceChoiceSchema,
} from "./source_choice.ts";

/** What is fixed at the start. */
export interface StartOptions {
  /** What is captured; the first one is shown where no other is asked for. */
  readonly source: readonly SourceChoice[];
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
  /** Secret that lets in to push screenshots. */
  readonly pushToken: string;
  readonly auth: "token" | "none";
  /** Secret that lets in to watch and to look back. */
  readonly historyToken: string;
  /** `auto`: on, but not for the demo. */
  readonly history: "auto" | "on" | "off";
  /** Folder of the archive. */
  readonly historyDir: string;
  /** Age of the pictures kept, hours, 1 to 8760. */
  readonly historyHours: number;
  /** What the archive's files may take, bytes: 0 (no limit), or 16 MiB to 16 TiB. */
  readonly historyBytes: number;
  /** Pictures recorded a second at most, 1 to 60. */
  readonly historyFps: number;
  /** Streams open at the same time, 1 to 100000. */
  readonly maxViewers: number;
  /** Host names, each with or without a port, under which requests are answered besides the obvious ones. */
  readonly allowHosts: readonly string[];
  /** Origins whose pages may show the picture: `https://portal.example`. */
  readonly embedOrigins: readonly string[];
  /** Programs that are sent slices. */
  readonly slicesTo: readonly SlicesTarget[];
  /** Path of a PEM file with the certificate; with it and `tlsKey` the server speaks https. */
  readonly tlsCert: string;
  /** Path of a PEM file with the certificate's private key. */
  readonly tlsKey: string;
}

/** Bytes in a MiB. */
const MIB = 2 ** 20;

/** What is fixed at the start, complete. */
export const startOptionsSchema = z.strictObject({
  source: option(z.array(sourceChoiceSchema).min(1).max(MAX_SOURCES), {
    kind: "sources",
    allowed: SOURCE_ALLOWED,
    placeholder: "SOURCE",
    summary: "Where pixels come from; may be repeated",
  }),
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
  pushToken: tokenOption("Lets in to push screenshots and do nothing else; none when missing"),
  auth: option(z.enum(["token", "none"]), {
    kind: "text",
    allowed: "token or none",
    placeholder: "HOW",
    summary: "token, or none: everyone is let in (loopback hosts only)",
  }),
  historyToken: tokenOption("Lets in to watch and to look back; none when missing"),
  history: option(z.enum(["auto", "on", "off"]), {
    kind: "text",
    allowed: "auto, on or off",
    placeholder: "WHEN",
    summary: "Keep what the screen showed; auto: on, but not for the demo",
  }),
  historyDir: option(z.string().regex(/^[^\p{Cc}]{1,1024}$/u), {
    kind: "text",
    allowed: "the path of a folder, 1 to 1024 characters",
    placeholder: "DIR",
    summary:
      "Folder of the history; another one needs deno's --allow-read and --allow-write for it",
  }),
  historyHours: wholeOption([1, 8760], "H", "Age of the pictures kept, hours"),
  historyBytes: option(
    z.int().refine((bytes) => bytes === 0 || bytes >= 16 * MIB && bytes <= 2 ** 44),
    {
      kind: "bytes",
      allowed: "0 (no limit), or 16MiB to 16384GiB",
      placeholder: "BYTES",
      summary: "What the history may take on disk, bytes; the oldest goes first",
    },
  ),
  historyFps: wholeOption([1, 60], "N", "Pictures recorded a second, at most"),
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
  embedOrigins: option(z.array(z.string().refine(isPageOrigin)).max(64), {
    kind: "list",
    allowed:
      "at most 64 origins like https://portal.example:8443, without a default port or a slash at the end; " +
      "http only on localhost",
    placeholder: "ORIGIN",
    summary: "Another site whose pages may show the picture; may be repeated",
    flag: "embed-origin",
  }),
  slicesTo: option(z.array(slicesTargetSchema).max(MAX_SLICES_TO), {
    kind: "slices",
    allowed: SLICES_TO_ALLOWED,
    placeholder: "HOST:PORT",
    summary: "Program that is sent the picture in slices; may be repeated",
  }),
  tlsCert: fileOption("Certificate for https and HTTP/2, PEM; with --tls-key"),
  tlsKey: fileOption("Private key of the certificate, PEM; with --tls-cert"),
}) satisfies z.ZodType<StartOptions>;

/** The defaults of the start options that have one. */
export const startDefaults = {
  source: [{ kind: "auto" }],
  host: "127.0.0.1",
  port: 8000,
  ringBytes: 64 * MIB,
  ringSeconds: 60,
  auth: "token",
  history: "auto",
  historyDir: "history-data",
  historyHours: 24,
  historyBytes: 0,
  historyFps: 10,
  maxViewers: 5000,
  allowHosts: [],
  embedOrigins: [],
  slicesTo: [],
} as const satisfies Omit<
  StartOptions,
  "token" | "viewToken" | "historyToken" | "pushToken" | "tlsCert" | "tlsKey"
>;

function tokenOption(summary: string): z.ZodString {
  return option(z.string().regex(/^[!-~]{1,256}$/), {
    kind: "text",
    allowed: "1 to 256 printable ASCII characters without spaces",
    placeholder: "SECRET",
    summary,
    secret: true,
  });
}

function fileOption(summary: string): z.ZodString {
  // No control characters: the path is shown when the file cannot be used.
  return option(z.string().regex(/^[^\p{Cc}]{1,1024}$/u), {
    kind: "text",
    allowed: "the path of a file, 1 to 1024 characters",
    placeholder: "FILE",
    summary,
  });
}
