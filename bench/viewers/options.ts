/** The command line of `deno task bench:viewers`. */
import { parseArgs } from "node:util";

/** What is measured. */
export interface BenchOptions {
  /** Viewers at the same time, 1 to 20000. Default 3000. */
  readonly viewers: number;
  /** Updates a second, 1 to 120. Default 30. */
  readonly fps: number;
  /** Bytes of an update, about; 16 to 1000000. Default 2048. */
  readonly bytes: number;
  /** Length of the span that counts, 1 to 3600. Default 10. */
  readonly seconds: number;
  /** Print the result as JSON. Default false. */
  readonly json: boolean;
}

/**
 * Reads the command line.
 * @throws {TypeError} for a flag that there is not, {RangeError} for a value out of its range
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      viewers: { type: "string", default: "3000" },
      fps: { type: "string", default: "30" },
      bytes: { type: "string", default: "2048" },
      seconds: { type: "string", default: "10" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    viewers: whole("viewers", values.viewers, 1, 20_000),
    fps: whole("fps", values.fps, 1, 120),
    bytes: whole("bytes", values.bytes, 16, 1_000_000),
    seconds: whole("seconds", values.seconds, 1, 3600),
    json: values.json,
  };
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(
      `Cannot set ${name}: got ${text}, wanted a whole number, ${min} to ${max}`,
    );
  }
  return value;
}
