/**
 * The configuration: flags, environment and `./patchcast.json` become one frozen `Config`, or the
 * start is refused with every problem named. The options themselves are in `config/options.ts`.
 */
import metadata from "./deno.json" with { type: "json" };
import { readFlags } from "./config/flags.ts";
import { helpText } from "./config/help.ts";
import { isLoopback, normalHost } from "./config/host.ts";
import { nearest } from "./config/nearest.ts";
import {
  allOptions,
  allowedAt,
  defaults,
  type Option,
  optionsSchema,
  type PartialOptions,
} from "./config/options.ts";
import type { LiveSettings } from "./config/live_settings.ts";
import type { StartOptions } from "./config/start_options.ts";
import type { Kind } from "./config/option.ts";
import { refusal, refusals, show } from "./config/refusal.ts";
import { sourceContradictions } from "./config/source_choice.ts";
import { slicesTargetOf } from "./config/slices_to.ts";
import { sourceOf } from "./config/source_text.ts";
import { valueOf } from "./config/text.ts";

export { liveSettingsPatchSchema, liveSettingsSchema } from "./config/live_settings.ts";
export type { LiveSettings } from "./config/live_settings.ts";
export type { SourceChoice } from "./config/source_choice.ts";

/** Kinds of options that are lists of texts, each with a meaning of its own. */
const TEXT_LISTS: readonly Kind[] = ["sources", "slices"];

/** Everything the program was told at its start. Frozen, all the way down. */
export interface Config extends
  Omit<
    StartOptions,
    "token" | "viewToken" | "historyToken" | "pushToken" | "tlsCert" | "tlsKey"
  > {
  /** `undefined`: none was given. */
  readonly token?: string;
  /** `undefined`: nobody is let in to watch only. */
  readonly viewToken?: string;
  /** `undefined`: only administrators may look back. */
  readonly historyToken?: string;
  /** `undefined`: only the administrator may push screenshots. */
  readonly pushToken?: string;
  /** Both or neither. */
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  /** The live settings as they are at the start. */
  readonly settings: LiveSettings;
}

/** The configuration cannot be used; `message` has one line for each problem, and no secrets. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "run"; readonly config: Config }
  | { readonly kind: "help" | "version"; readonly text: string };

/**
 * Reads flags, environment and file; flags win over the environment, the environment over the file.
 * @param args The command line without the program.
 * @param env Looks up an environment variable.
 * @param file The content of the configuration file as `readConfigFile()` returns it.
 * @throws {ConfigError} naming each flag, variable or key that cannot be used, with value and range. Values
 * that something else overrides are checked as well.
 */
export function parseConfig(
  args: readonly string[],
  env: (name: string) => string | undefined,
  file?: unknown,
): Invocation {
  const options = allOptions();
  const flags = readFlags(args, options);
  if (flags.help) return { kind: "help", text: helpText(options) };
  if (flags.version) return { kind: "version", text: `patchcast ${metadata.version}\n` };

  const problems = [...flags.problems];
  const fromFile = fileValues(file, options, problems);
  const fromEnv = textValues(options, (option) => asTexts(env(option.envName)));
  const fromFlags = textValues(options, (option) => flags.texts.get(option.key));
  const merged = {
    ...checked(fromFile, options, ({ key }) => `${key} in patchcast.json`, problems),
    ...checked(fromEnv, options, ({ envName }) => envName, problems),
    ...checked(fromFlags, options, ({ flagName }) => flagName, problems),
  };
  const config = complete(merged);
  problems.push(...contradictions(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return { kind: "run", config: deepFreeze(config) };
}

/**
 * Reads the configuration file; `undefined` when there is none.
 * @param read Returns the file's text. Throws `Deno.errors.NotFound` when it is missing.
 * @throws {ConfigError} when it cannot be read or is not JSON.
 */
export function readConfigFile(
  read: () => string = () => Deno.readTextFileSync("./patchcast.json"),
): unknown {
  let text: string;
  try {
    text = read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const reason = error instanceof Error ? error.name : "unknown fault";
    throw new ConfigError([`Cannot read patchcast.json: ${reason}`]);
  }
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes the text in its message, and the text may hold a token.
    throw new ConfigError(["Cannot read patchcast.json: it is not valid JSON"]);
  }
}

function asTexts(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : [text];
}

function textValues(
  options: readonly Option[],
  textsOf: (option: Option) => readonly string[] | undefined,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const option of options) {
    const texts = textsOf(option);
    if (texts) values[option.key] = valueOf(option.kind, texts);
  }
  return values;
}

/** In a file, sources and sizes are text as well; everything else is what JSON makes of it. */
function fileValues(
  file: unknown,
  options: readonly Option[],
  problems: string[],
): Record<string, unknown> {
  if (file === undefined) return {};
  if (typeof file !== "object" || file === null || Array.isArray(file)) {
    problems.push("Cannot read patchcast.json: wanted one JSON object");
    return {};
  }
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(file)) {
    const option = options.find((option) => option.key === key);
    if (!option) {
      const near = nearest(key, options.map(({ key }) => key));
      problems.push(
        `Cannot use ${key.slice(0, 40)} in patchcast.json: no such setting` +
          (near ? `, did you mean ${near}?` : ""),
      );
    } else if (option.kind === "sources") {
      // Only the text form: the object form is what it becomes, and no way to write it.
      const texts = Array.isArray(value) ? value : [value];
      values[key] = texts.map((text) => typeof text === "string" ? sourceOf(text) : show(text));
    } else if (option.kind === "slices") {
      const texts = Array.isArray(value) ? value : [value];
      values[key] = texts.map((text) =>
        typeof text === "string" ? slicesTargetOf(text) : show(text)
      );
    } else if (option.kind === "bytes" && typeof value === "string") {
      values[key] = valueOf("bytes", [value]);
    } else {
      values[key] = value;
    }
  }
  return values;
}

/** What passes the schema; the rest goes to `problems` under the name that `nameOf` gives it. */
function checked(
  values: Record<string, unknown>,
  options: readonly Option[],
  nameOf: (option: Option) => string,
  problems: string[],
): PartialOptions {
  const result = optionsSchema.safeParse(values);
  if (result.success) return result.data;
  const refused = refusals(result.error, values, (path, known) => allowedAt(path, options, known));
  for (const { field, value, allowed } of refused) {
    const key = /^\w+/.exec(field)?.[0];
    const option = options.find((option) => option.key === key);
    if (!option) continue;
    // Which one of several texts it is, its value shows.
    const part = field.slice(option.key.length).replace(
      /^\[\d+\]/,
      TEXT_LISTS.includes(option.kind) ? "" : "$&",
    );
    const name = nameOf(option) + (part === "" ? "" : ` (${part.replace(/^\./, "")})`);
    problems.push(
      option.secret
        ? `Cannot set ${name}: got a value that is not shown, wanted ${allowed}`
        : refusal(field, value, allowed, name).message,
    );
  }
  return {};
}

function complete(merged: PartialOptions): Config {
  const pick = <K extends keyof typeof defaults>(key: K): NonNullable<PartialOptions[K]> =>
    (merged[key] ?? defaults[key]) as NonNullable<PartialOptions[K]>;
  const settings: LiveSettings = {
    fps: pick("fps"),
    threshold: pick("threshold"),
    refineAfterMs: pick("refineAfterMs"),
    keyframeIntervalMs: pick("keyframeIntervalMs"),
    maxPatches: pick("maxPatches"),
    refreshRatio: pick("refreshRatio"),
    quality: pick("quality"),
    scale: pick("scale"),
    region: merged.region ?? null,
    masks: pick("masks"),
    paused: pick("paused"),
  };
  return {
    source: pick("source"),
    // Sockets want IPv6 addresses without brackets.
    host: pick("host").replace(/^\[(.*)\]$/, "$1"),
    port: pick("port"),
    ringBytes: pick("ringBytes"),
    ringSeconds: pick("ringSeconds"),
    ...merged.token === undefined ? {} : { token: merged.token },
    ...merged.viewToken === undefined ? {} : { viewToken: merged.viewToken },
    ...merged.historyToken === undefined ? {} : { historyToken: merged.historyToken },
    ...merged.pushToken === undefined ? {} : { pushToken: merged.pushToken },
    ...merged.tlsCert === undefined ? {} : { tlsCert: merged.tlsCert },
    ...merged.tlsKey === undefined ? {} : { tlsKey: merged.tlsKey },
    auth: pick("auth"),
    history: pick("history"),
    historyDir: pick("historyDir"),
    historyHours: pick("historyHours"),
    historyBytes: pick("historyBytes"),
    historyFps: pick("historyFps"),
    maxViewers: pick("maxViewers"),
    allowHosts: pick("allowHosts"),
    embedOrigins: pick("embedOrigins"),
    slicesTo: pick("slicesTo"),
    settings,
  };
}

/** Values that are right alone and wrong together. */
function contradictions(config: Config): string[] {
  const problems: string[] = [];
  const host = normalHost(config.host);
  if (config.auth === "none" && !(host !== undefined && isLoopback(host))) {
    problems.push(
      `Cannot set --auth: got "none" with --host ${config.host}, wanted token, or a loopback host ` +
        "(127.0.0.1, ::1, localhost): anyone on the network could watch and control this screen",
    );
  }
  problems.push(...sourceContradictions(config.source), ...ambiguousViews(config));
  problems.push(...sharedTokens(config));
  const { tlsCert, tlsKey } = config;
  if (tlsCert !== undefined && tlsKey === undefined) {
    problems.push(refusal("--tls-cert", tlsCert, "--tls-key with it, or neither").message);
  }
  if (tlsKey !== undefined && tlsCert === undefined) {
    problems.push(refusal("--tls-key", tlsKey, "--tls-cert with it, or neither").message);
  }
  return problems;
}

/** A mask that is meant for one of several sources and drawn on another hides nothing. */
function ambiguousViews({ source, settings }: Config): string[] {
  const given = { "--region": settings.region !== null, "--mask": settings.masks.length > 0 };
  return Object.entries(given).flatMap(([flag, isGiven]) => {
    if (!isGiven || source.length === 1) return [];
    const option = flag.slice(2);
    return [
      `Cannot set ${flag}: got it with ${source.length} sources, wanted #${option}=x,y,w,h at the one that it is for`,
    ];
  });
}

/** One secret for two roles would give everybody the higher one. */
function sharedTokens({ token, historyToken, viewToken, pushToken }: Config): string[] {
  const named = [["--token", token], ["--history-token", historyToken], [
    "--view-token",
    viewToken,
  ], ["--push-token", pushToken]] as const;
  return named.flatMap(([flag, secret], i) => {
    const same = named.slice(0, i).find(([, other]) => secret !== undefined && other === secret);
    return same ? [`Cannot set ${flag}: got the same value as ${same[0]}, wanted another one`] : [];
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const key of Reflect.ownKeys(value)) deepFreeze(Reflect.get(value, key));
    Object.freeze(value);
  }
  return value;
}
