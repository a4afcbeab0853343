/** Files of the command line: read within a limit, and errors in the words of the person who named them. */
import { CompareError } from "../picture.ts";

/**
 * Reads a file.
 * @param maxBytes more is refused before it is read
 * @throws {CompareError} when that cannot be done; says why
 */
export function readFile(path: string, name: string, maxBytes: number): Uint8Array<ArrayBuffer> {
  try {
    const { size, isDirectory } = Deno.statSync(path);
    if (isDirectory) throw new CompareError(`Cannot read ${name}: it is a folder`);
    if (size > maxBytes) {
      throw new CompareError(
        `Cannot read ${name}: it has ${size} bytes, wanted at most ${maxBytes}`,
      );
    }
    return Deno.readFileSync(path);
  } catch (error) {
    throw explained(error, `Cannot read ${name}`);
  }
}

/** Writes a file. @throws {CompareError} when that cannot be done; says why */
export function writeFile(path: string, name: string, bytes: Uint8Array): void {
  try {
    Deno.writeFileSync(path, bytes);
  } catch (error) {
    throw explained(error, `Cannot write ${name}`);
  }
}

function explained(error: unknown, what: string): Error {
  if (error instanceof Deno.errors.NotFound) {
    return new CompareError(`${what}: there is no such file or folder`);
  }
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return new CompareError(`${what}: permission denied`);
  }
  if (error instanceof CompareError || !(error instanceof Error)) return error as Error;
  return new CompareError(`${what}: ${error.message}`);
}
