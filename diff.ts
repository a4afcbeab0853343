/**
 * Wiring of `deno task diff`: command line → two files → what differs, printed and written. Everything else is in
 * compare/.
 */
import { resolve } from "node:path";
import { BadArguments } from "./compare/cli/arguments.ts";
import { DIFF_HELP, type DiffOptions, parseDiffOptions } from "./compare/cli/diff_options.ts";
import { readFile, writeFile } from "./compare/cli/files.ts";
import { jsonReport, textReport } from "./compare/cli/report.ts";
import { makeDelta } from "./compare/delta.ts";
import { differenceOf } from "./compare/difference.ts";
import { tellFile } from "./compare/file/tell_file.ts";
import { marked } from "./compare/mark.ts";
import { patchesOf } from "./compare/patches.ts";
import { CompareError, type Picture } from "./compare/picture.ts";
import { COMPARE_LIMITS, readPicture } from "./compare/read_picture.ts";
import { writePng } from "./compare/write_png.ts";
import { BadImage } from "./capture/images/bad_image.ts";

const [SAME, DIFFERENT, TROUBLE] = [0, 1, 2];

function say(text: string): void {
  // deno-lint-ignore no-console -- what the user asked for
  console.log(text);
}

/** Relative to where the user is; deno runs tasks in the folder of deno.json. */
function pathOf(file: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? ".", file);
}

async function read(file: string): Promise<{ bytes: Uint8Array; picture: Picture }> {
  const bytes = readFile(pathOf(file), file, COMPARE_LIMITS.maxBytes);
  try {
    return { bytes, picture: await readPicture(bytes) };
  } catch (error) {
    if (error instanceof BadImage) throw new CompareError(`Cannot read ${file}: ${error.message}`);
    throw error;
  }
}

function write(file: string | undefined, make: () => Uint8Array) {
  if (file === undefined) return undefined;
  const bytes = make();
  writeFile(pathOf(file), file, bytes);
  return { file, bytes: bytes.length };
}

async function run(options: DiffOptions): Promise<number> {
  const [a, b] = [await read(options.a), await read(options.b)];
  const { threshold } = options;
  const difference = differenceOf(a.picture, b.picture, threshold);
  const patches = patchesOf(difference);
  const delta = write(options.delta, () => {
    const file = options.pixels ? undefined : tellFile(a.bytes, b.bytes, b.picture, COMPARE_LIMITS);
    return makeDelta(a.picture, b.picture, file, threshold === 0 ? difference : undefined);
  });
  const outlined = write(options.marked, () => writePng(marked(b.picture, patches)));
  const sizeOf = (file: string, { width, height }: Picture) => ({ file, width, height });
  const findings = {
    a: sizeOf(options.a, a.picture),
    b: sizeOf(options.b, b.picture),
    threshold,
    difference,
    patches,
    delta,
    marked: outlined,
  };
  say(options.json ? jsonReport(findings) : textReport(findings));
  return difference.changedPixels === 0 ? SAME : DIFFERENT;
}

async function main(): Promise<number> {
  try {
    const options = parseDiffOptions(Deno.args);
    if (options) return await run(options);
    say(DIFF_HELP.trimEnd());
    return SAME;
  } catch (error) {
    if (!(error instanceof BadArguments || error instanceof CompareError)) throw error;
    // deno-lint-ignore no-console -- the program's own output
    console.error(error.message);
    return TROUBLE;
  }
}

Deno.exit(await main());
