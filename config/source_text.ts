/**
 * From the text of one `--source` to a value for the schema in source_choice.ts:
 *
 *     [ID=]KIND[:REST][#OPTION=VALUE&OPTION=VALUE…]
 *
 * Values are percent-decoded, so that a window's title may contain `&` (`%26`) and `#` (`%23`). The rest of a command
 * or of an address may contain `#` as well: with `exec` and `video`, what follows the last `#` is taken for options
 * only where all of it is.
 */
import { numberOf, rectOf } from "./numbers.ts";

/** How the text of an option becomes a value; what cannot be read stays text, for the schema to refuse. */
const OPTIONS: Readonly<Record<string, (texts: readonly string[]) => unknown>> = {
  region: once(rectOf),
  mask: (texts) => texts.map(rectOf),
  scale: once(numberOf),
  fps: once(numberOf),
  quality: once(asItIs),
  monitor: once(asItIs),
  window: once(asItIs),
  format: once(asItIs),
  size: once(sizeOf),
  every: once(numberOf),
  identity: once((text) => text.toLowerCase()),
};
const KINDS = ["auto", "demo", "x11", "native", "camera", "video", "exec", "slices"];
/** Kinds whose rest may contain a `#`. */
const FREE_KINDS: readonly string[] = ["exec", "video"];

/** Reads one source; text that is none stays as it is. */
export function sourceOf(text: string): unknown {
  const match = /^(?:([^:=#]*)=)?([a-z0-9]+)(?::(.*))?$/s.exec(text.replace(/#.*$/s, ""));
  const [, id, kind] = match ?? [];
  if (!KINDS.includes(kind)) return text;
  const whole = id === undefined ? text : text.slice(id.length + 1);
  const { rest, options } = split(kind, whole.slice(kind.length));
  const place = rest === "" ? {} : rest.startsWith(":") ? placeOf(kind, rest.slice(1)) : undefined;
  if (place === undefined) return text;
  return { ...id === undefined ? {} : { id }, kind, ...place, ...options };
}

/** @param tail what follows the kind */
function split(kind: string, tail: string): { rest: string; options: Record<string, unknown> } {
  const free = FREE_KINDS.includes(kind);
  const at = free ? tail.lastIndexOf("#") : tail.indexOf("#");
  if (at < 0) return { rest: tail, options: {} };
  const texts = new Map<string, string[]>();
  for (const pair of tail.slice(at + 1).split("&")) {
    const [name, value] = cut(pair, "=");
    texts.set(name, [...texts.get(name) ?? [], decoded(value)]);
  }
  if (free && [...texts.keys()].some((name) => !Object.hasOwn(OPTIONS, name))) {
    return { rest: tail, options: {} };
  }
  const options: Record<string, unknown> = {};
  for (const [name, values] of texts) {
    const key = name === "mask" ? "masks" : name;
    options[key] = Object.hasOwn(OPTIONS, name) ? OPTIONS[name](values) : values[0];
  }
  return { rest: tail.slice(0, at), options };
}

/** What follows the colon, by the name that it has for its kind; `undefined`: nothing may follow. */
function placeOf(kind: string, text: string): Record<string, unknown> | undefined {
  switch (kind) {
    case "x11":
      return { display: text };
    case "camera":
      return { device: text };
    case "video":
      return { input: text };
    case "exec":
      return { command: text };
    case "slices": {
      const at = text.lastIndexOf(":");
      if (at < 0) return { host: text };
      // Sockets want IPv6 addresses without brackets.
      const host = text.slice(0, at).replace(/^\[(.*)\]$/, "$1");
      return { host, port: numberOf(text.slice(at + 1)) };
    }
    default:
      return undefined;
  }
}

function once<T>(read: (text: string) => T): (texts: readonly string[]) => T | string {
  return (texts) => texts.length === 1 ? read(texts[0]) : texts.join(" and ");
}

function asItIs(text: string): string {
  return text;
}

function sizeOf(text: string): unknown {
  const match = /^(\d{1,6})x(\d{1,6})$/.exec(text);
  return match ? { width: Number(match[1]), height: Number(match[2]) } : text;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text before the first `mark`, and the one after it. */
function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
