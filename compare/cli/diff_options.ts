/** The command line of `deno task diff`. */
import { show } from "../../config/refusal.ts";
import { BadArguments, readArguments } from "./arguments.ts";

export interface DiffOptions {
  readonly a: string;
  readonly b: string;
  /** 0 to 255. */
  readonly threshold: number;
  /** Where to write the delta, and the picture with outlines. */
  readonly delta: string | undefined;
  readonly marked: string | undefined;
  /** The delta gives back B's pixels only, not its file. */
  readonly pixels: boolean;
  readonly json: boolean;
}

export const DIFF_HELP = `Tells how two pictures differ.

Usage: deno task diff A.png B.png [flags]

  --threshold N   Differences of up to N in every channel do not count, 0 to 255; default 0.
                  A delta is exact whatever the threshold
  --delta FILE    Write the difference as a PNG: what has changed in B's colours, the rest transparent.
                  With A it gives B back, byte for byte: deno task restore A.png FILE -o B.png
  --pixels        The delta gives back B's pixels in a file of its own, not B's very file: smaller
                  where A and B were written by different programs, or B is a JPEG
  --marked FILE   Write B with an outline around each patch, as a PNG
  --json          Print one JSON object
  -h, --help

A and B are PNG or JPEG files. Pictures of different sizes lie on each other with their top left corners.
The exit status is 0 when the pictures are the same, 1 when they differ, 2 when something went wrong.
`;

/**
 * Reads the command line; `undefined`: it asks for help.
 * @throws {BadArguments}
 */
export function parseDiffOptions(args: readonly string[]): DiffOptions | undefined {
  const given = readArguments(args, {
    files: ["the first picture", "the second one"],
    values: ["--threshold", "--delta", "--marked"],
    switches: ["--pixels", "--json"],
  });
  if (!given) return undefined;
  const { files: [a, b], values, switches } = given;
  const text = values.get("--threshold") ?? "0";
  const threshold = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  const problems: string[] = [];
  if (!(threshold <= 255)) {
    problems.push(`Cannot set --threshold: got ${show(text)}, wanted a whole number, 0 to 255`);
  }
  const [delta, marked] = [values.get("--delta"), values.get("--marked")];
  for (
    const [flag, file, others] of [["--delta", delta, [a, b, marked]], ["--marked", marked, [
      a,
      b,
    ]]] as const
  ) {
    if (file === undefined || !others.includes(file)) continue;
    problems.push(
      `Cannot set ${flag}: got ${show(file)}, wanted a file that is none of the others`,
    );
  }
  const pixels = switches.has("--pixels");
  if (pixels && delta === undefined) {
    problems.push("Cannot use --pixels: it is about a delta, and there is no --delta");
  }
  if (problems.length > 0) throw new BadArguments(problems.join("\n"));
  return { a, b, threshold, delta, marked, pixels, json: switches.has("--json") };
}
