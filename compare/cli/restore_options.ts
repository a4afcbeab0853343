/** The command line of `deno task restore`. */
import { BadArguments, readArguments } from "./arguments.ts";

export interface RestoreOptions {
  readonly a: string;
  readonly delta: string;
  readonly output: string;
}

export const RESTORE_HELP =
  `Gives back the picture B from A and the delta that \`deno task diff A B --delta D.png\` wrote.

Usage: deno task restore A.png D.png -o B.png

  -o, --output FILE   Where to write B
  -h, --help

What is written is checked: it is B, or nothing is written. The exit status is 0, or 2 when something went wrong.
`;

/**
 * Reads the command line; `undefined`: it asks for help.
 * @throws {BadArguments}
 */
export function parseRestoreOptions(args: readonly string[]): RestoreOptions | undefined {
  const given = readArguments(args, {
    files: ["the first picture", "the delta"],
    values: ["--output"],
    switches: [],
    aliases: { "-o": "--output" },
  });
  if (!given) return undefined;
  const output = given.values.get("--output");
  if (output === undefined) {
    throw new BadArguments("Cannot set --output: got nothing, wanted the file to write (-o B.png)");
  }
  return { a: given.files[0], delta: given.files[1], output };
}
