/** Wiring of `deno task restore`: command line → a picture and a delta → the other picture. See compare/restore.ts. */
import { resolve } from "node:path";
import { BadArguments } from "./compare/cli/arguments.ts";
import { readFile, writeFile } from "./compare/cli/files.ts";
import {
  parseRestoreOptions,
  RESTORE_HELP,
  type RestoreOptions,
} from "./compare/cli/restore_options.ts";
import { CompareError } from "./compare/picture.ts";
import { COMPARE_LIMITS } from "./compare/read_picture.ts";
import { restore, type Restored } from "./compare/restore.ts";

const NOTES: Readonly<Record<Restored["exact"], string>> = {
  "file": "the very file",
  "pixels": "its pixels; the delta does not tell the file",
  "other-file":
    "its pixels; for the very file, the first picture has to be the file that the delta was made from",
};

function pathOf(file: string): string {
  // Relative to where the user is; deno runs tasks in the folder of deno.json.
  return resolve(Deno.env.get("INIT_CWD") ?? ".", file);
}

async function run({ a, delta, output }: RestoreOptions): Promise<void> {
  const { maxBytes } = COMPARE_LIMITS;
  const first = readFile(pathOf(a), a, maxBytes);
  const second = readFile(pathOf(delta), delta, maxBytes);
  const { bytes, exact } = await restore(first, second);
  writeFile(pathOf(output), output, bytes);
  // deno-lint-ignore no-console -- the program's own output
  console.error(`${output}: ${NOTES[exact]}`);
}

async function main(): Promise<number> {
  try {
    const options = parseRestoreOptions(Deno.args);
    if (options) {
      await run(options);
      return 0;
    }
    // deno-lint-ignore no-console -- what the user asked for
    console.log(RESTORE_HELP.trimEnd());
    return 0;
  } catch (error) {
    if (!(error instanceof BadArguments || error instanceof CompareError)) throw error;
    // deno-lint-ignore no-console -- the program's own output
    console.error(error.message);
    return 2;
  }
}

Deno.exit(await main());
