/**
 * The agent's command line. Everything that is wrong is said at once, in the words of the server's settings.
 */
import { nearest } from "../config/nearest.ts";
import { show } from "../config/refusal.ts";
import { type SourceChoice, sourceChoiceSchema } from "../config/source_choice.ts";
import { SOURCE_ID } from "../config/source_id.ts";
import { sourceOf } from "../config/source_text.ts";
import { valueOf } from "../config/text.ts";

/** What an agent can look at. */
export type PushedChoice = Extract<SourceChoice, { kind: "auto" | "demo" | "x11" }>;

/** What an agent is told. */
export interface PushOptions {
  readonly to: URL;
  readonly token: string;
  /** Pace of the looks, ms, 100 to 3,600,000. */
  readonly everyMs: number;
  readonly source: PushedChoice;
  /** Id of the source at the server. */
  readonly as: string;
  readonly spool: string;
  /** 1 MiB to 1 TiB. */
  readonly spoolBytes: number;
}

/** What there is besides the command line. */
export interface Surroundings {
  readonly env: (name: string) => string | undefined;
  readonly hostname: () => string;
}

/** The command line cannot be followed; one line for each reason. */
export class BadOptions extends Error {
  override name = "BadOptions";
}

/** The environment variable with the token. */
export const TOKEN_ENV = "PATCHCAST_PUSH_TOKEN";

const MIB = 2 ** 20;
const FLAGS = ["--to", "--token", "--every", "--source", "--as", "--spool", "--spool-bytes"];

export const HELP =
  `Sends what this machine's screen shows to a Patchcast server, whenever it has changed.

Usage: deno task push --to URL [flags]

  --to URL            The server: http://HOST:PORT/ or https://HOST/PATH/
  --token SECRET      Its push token; better in ${TOKEN_ENV}, where other users do not see it
  --every TIME        Pace of the looks at the screen: 500ms, 10s, 5m
                      100ms to 60m; default 10s. What stands still is reported every 30 s,
                      or at each look: then the server knows that the agent is there
  --source NAME       auto, demo, x11 or x11:DISPLAY; default auto: $DISPLAY, or the demo without it
                      of an x11 one monitor or window: x11::0#monitor=HDMI-1, x11#window=Firefox
  --as ID             Name of the source at the server: a-z, 0-9, _ and -, at most 32 characters
                      default: the name of this machine
  --spool DIR         Where screenshots wait while the server is away; default push-spool
  --spool-bytes N     Their bytes in all, 1MiB to 1TiB; the oldest are dropped; default 200MiB
  -h, --help

The deno task lets the agent write to push-spool and /var/spool/patchcast only.
`;

/**
 * Reads the command line; `undefined`: it asks for help.
 * @throws {BadOptions}
 */
export function parsePushOptions(
  args: readonly string[],
  { env, hostname }: Surroundings,
): PushOptions | undefined {
  if (args.includes("--help") || args.includes("-h")) return undefined;
  const problems: string[] = [];
  const texts = readTexts(args, problems);
  const refuse = (name: string, allowed: string, value: unknown = texts.get(name)) => {
    problems.push(`Cannot set ${name}: got ${show(value)}, wanted ${allowed}`);
    return undefined;
  };
  const to = readServer(texts.get("--to"), refuse);
  const token = texts.get("--token") ?? env(TOKEN_ENV);
  if (token === undefined || !/^[!-~]{1,256}$/.test(token)) {
    // Never shown, right or wrong.
    problems.push(
      `Cannot set --token: got ${token === undefined ? "nothing" : "a value that is not shown"}, ` +
        `wanted the server's push token, 1 to 256 printable ASCII characters (or in ${TOKEN_ENV})`,
    );
  }
  const everyMs = readDuration(texts.get("--every") ?? "10s") ??
    refuse("--every", "100ms to 60m: a whole number with ms, s or m");
  const source = readSource(texts.get("--source") ?? "auto", refuse);
  const as = texts.get("--as") ?? idOf(hostname());
  if (!SOURCE_ID.test(as)) {
    refuse("--as", "1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit", as);
  }
  const spool = texts.get("--spool") ?? "push-spool";
  if (!/^[^\p{Cc}]{1,1024}$/u.test(spool)) refuse("--spool", "the path of a directory");
  const spoolBytes = readBytes(texts.get("--spool-bytes") ?? "200MiB") ??
    refuse("--spool-bytes", "1MiB to 1TiB (bytes, or with K, M, G, KiB, MiB, GiB)");
  if (problems.length > 0 || !to || !token || !everyMs || !spoolBytes || !source) {
    throw new BadOptions(problems.join("\n"));
  }
  return { to, token, everyMs, source, as, spool, spoolBytes };
}

/** `--name value` and `--name=value`. Values of what is not known are not repeated: one may be the token. */
function readTexts(args: readonly string[], problems: string[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (let i = args[0] === "--" ? 1 : 0; i < args.length; i++) {
    const [, name, inline] = /^(--[^=]*)(?:=([^]*))?$/.exec(args[i]) ?? [];
    if (name === undefined) {
      problems.push(
        `Cannot use argument ${i + 1}: got a value without a flag, wanted --name value`,
      );
      continue;
    }
    const value = inline ?? (args[i + 1]?.startsWith("--") ? undefined : args[++i]);
    if (!FLAGS.includes(name)) {
      const near = nearest(name, FLAGS);
      const hint = near ? `did you mean ${near}?` : "see --help for those there are";
      problems.push(`Cannot use ${name.slice(0, 40)}: no such flag, ${hint}`);
    } else if (value === undefined) {
      problems.push(`Cannot set ${name}: got nothing, wanted a value`);
    } else if (texts.has(name)) {
      problems.push(`Cannot set ${name}: got it more than once, wanted it once`);
    } else {
      texts.set(name, value);
    }
  }
  return texts;
}

/** What an agent can look at: a display, or one monitor or window of it. */
function readSource(
  text: string,
  refuse: (name: string, allowed: string, value?: unknown) => undefined,
): PushedChoice | undefined {
  const source = sourceChoiceSchema.safeParse(sourceOf(text)).data;
  const known = source?.kind === "auto" || source?.kind === "demo" || source?.kind === "x11";
  const extras = known
    ? Object.keys(source).filter((key) => !["kind", "display", "monitor", "window"].includes(key))
    : [];
  if (known && extras.length === 0) return source;
  return refuse(
    "--source",
    "auto, demo, x11 or x11:DISPLAY (x11::99), with #monitor=NAME or #window=TITLE-or-ID or without",
    text,
  );
}

function readServer(
  text: string | undefined,
  refuse: (name: string, allowed: string, value?: unknown) => undefined,
): URL | undefined {
  const url = text === undefined ? null : URL.parse(text);
  const allowed = "the server's address, http://HOST:PORT/ or https://HOST/PATH/";
  if (!url || !/^https?:$/.test(url.protocol)) return refuse("--to", allowed);
  if (url.username || url.password || url.search || url.hash) {
    // What was there may be the token.
    return refuse("--to", `${allowed}, without a password, ? or #`, url.origin + url.pathname);
  }
  return url;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

function readDuration(text: string): number | undefined {
  const match = /^(\d{1,7})(ms|s|m)$/.exec(text);
  const ms = match ? Number(match[1]) * UNIT_MS[match[2]] : NaN;
  return ms >= 100 && ms <= 3600_000 ? ms : undefined;
}

function readBytes(text: string): number | undefined {
  const bytes = valueOf("bytes", [text]);
  return typeof bytes === "number" && bytes >= MIB && bytes <= MIB * MIB ? bytes : undefined;
}

/** The machine's name as an id: `Kiosk 3.example.org` is `kiosk-3`. */
function idOf(hostname: string): string {
  const id = hostname.split(".", 1)[0].toLowerCase().replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "").slice(0, 32);
  return id === "" ? "screen-elsewhere" : id;
}
