/**
 * Splits a command line into flags and their texts, without judging the texts.
 */
import type { Kind } from "./option.ts";
import type { Option, OptionKey } from "./options.ts";
import { nearest } from "./nearest.ts";

/** Kinds whose flags may be given more than once. */
const REPEATABLE: readonly Kind[] = ["list", "rects", "slices", "sources"];

/** What a command line says. */
export interface Flags {
  readonly help: boolean;
  readonly version: boolean;
  /** The texts given for each option, in their order. */
  readonly texts: ReadonlyMap<OptionKey, readonly string[]>;
  /** One line for each thing that cannot be understood. Values are never quoted: one may be a secret. */
  readonly problems: readonly string[];
}

/** Reads `--name value`, `--name=value`, and `--name` alone for switches. A leading `--` is skipped. */
export function readFlags(args: readonly string[], options: readonly Option[]): Flags {
  const byFlag = new Map(options.map((option) => [option.flagName, option]));
  const texts = new Map<OptionKey, string[]>();
  const problems: string[] = [];
  let help = false;
  let version = false;

  for (let i = args[0] === "--" ? 1 : 0; i < args.length; i++) {
    const [name, inline] = splitFlag(args[i]);
    const next = (): string | undefined =>
      i + 1 < args.length && !args[i + 1].startsWith("--") ? args[++i] : undefined;

    if (name === "--help" || name === "-h") help = true;
    else if (name === "--version" || name === "-V") version = true;
    else if (!name.startsWith("-")) {
      problems.push(
        `Cannot use argument ${i + 1}: got a value without a flag, wanted --name value`,
      );
    } else {
      const option = byFlag.get(name);
      if (!option) {
        problems.push(unknownFlag(name, [...byFlag.keys(), "--help", "--version"]));
        if (inline === undefined) next();
        continue;
      }
      const text = inline ?? (option.kind === "switch" ? "true" : next());
      if (text === undefined) {
        problems.push(`Cannot set ${name}: got nothing, wanted ${option.allowed}`);
        continue;
      }
      const earlier = texts.get(option.key);
      if (earlier && !REPEATABLE.includes(option.kind)) {
        problems.push(`Cannot set ${name}: got it more than once, wanted it once`);
      }
      texts.set(option.key, [...earlier ?? [], text]);
    }
  }
  return { help, version, texts, problems };
}

function splitFlag(arg: string): [name: string, inline: string | undefined] {
  const at = arg.indexOf("=");
  return arg.startsWith("-") && at > 0 ? [arg.slice(0, at), arg.slice(at + 1)] : [arg, undefined];
}

function unknownFlag(name: string, known: readonly string[]): string {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const near = nearest(name, known);
  return `Cannot use ${shown}: no such flag, ` +
    (near ? `did you mean ${near}?` : "see --help for those there are");
}
