/** A command line of files and flags, as `diff` and `restore` have it. All that is wrong is said at once. */
import { nearest } from "../../config/nearest.ts";
import { show } from "../../config/refusal.ts";

/** What a command takes. */
export interface Grammar {
  /** What the files are, in their order. */
  readonly files: readonly string[];
  /** Flags with a value: `--delta FILE`, `--delta=FILE`. */
  readonly values: readonly string[];
  /** Flags without. */
  readonly switches: readonly string[];
  /** Other names of flags. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** What was given. */
export interface Arguments {
  readonly files: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
}

/** The command line cannot be followed; one line for each reason. */
export class BadArguments extends Error {
  override name = "BadArguments";
}

/**
 * Reads a command line; `undefined`: it asks for help. Behind `--` all are files.
 * @throws {BadArguments}
 */
export function readArguments(args: readonly string[], grammar: Grammar): Arguments | undefined {
  const files: string[] = [];
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const problems: string[] = [];
  const known = [...grammar.values, ...grammar.switches];
  // `deno task diff -- A B` hands the first `--` on.
  for (let i = args[0] === "--" ? 1 : 0; i < args.length; i++) {
    if (args[i] === "--") {
      files.push(...args.slice(i + 1));
      break;
    }
    if (args[i] === "-h" || args[i] === "--help") return undefined;
    const [, given, inline] = /^(-[^=]+)(?:=([^]*))?$/.exec(args[i]) ?? [];
    if (given === undefined) {
      files.push(args[i]);
      continue;
    }
    const flag = grammar.aliases?.[given] ?? given;
    if (grammar.switches.includes(flag)) {
      if (inline !== undefined) {
        problems.push(`Cannot set ${flag}: got ${show(inline)}, wanted no value`);
      }
      switches.add(flag);
    } else if (!grammar.values.includes(flag)) {
      const near = nearest(flag, known);
      const hint = near ? `did you mean ${near}?` : "see --help for those there are";
      problems.push(`Cannot use ${flag.slice(0, 40)}: no such flag, ${hint}`);
    } else {
      const value = inline ?? (args[i + 1]?.startsWith("--") ? undefined : args[++i]);
      if (value === undefined || value === "") {
        problems.push(`Cannot set ${flag}: got nothing, wanted a value`);
      } else if (values.has(flag)) {
        problems.push(`Cannot set ${flag}: got it more than once, wanted it once`);
      } else {
        values.set(flag, value);
      }
    }
  }
  if (files.length !== grammar.files.length) {
    const wanted = `${grammar.files.length}: ${grammar.files.join(" and ")}`;
    problems.push(`Cannot tell the files: got ${files.length}, wanted ${wanted}`);
  }
  if (problems.length > 0) throw new BadArguments(problems.join("\n"));
  return { files, values, switches };
}
