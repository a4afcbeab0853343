/** How the program speaks to people. stdout is for the line that machines read, and for what was asked for. */

/** Prints a line. */
export function say(line: string): void {
  // deno-lint-ignore no-console -- the program's own output
  console.error(line);
}

/** Ends the program, with the reason as its last line. */
export function exit(code: number, line: string): never {
  say(line);
  Deno.exit(code);
}
