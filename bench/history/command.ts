/** Runs ffmpeg and its like. */

/**
 * Runs a command to its end.
 * @returns what it wrote to stdout
 * @throws {Error} with what it wrote to stderr, when it fails
 */
export async function run(command: string, args: readonly string[]): Promise<string> {
  const output = await new Deno.Command(command, { args: [...args] }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((b) => new TextDecoder().decode(b));
  if (!output.success) throw new Error(`${command} failed: ${stderr.trim()}`);
  return stdout;
}
