/**
 * What people are told of a child: its name, and what it said before it ended. Everybody who may watch can read it, so
 * passwords in addresses are cut, and a child cannot write control characters to anybody's terminal.
 */
import type { ChildSpec } from "../../worker_protocol.ts";

const MAX_NAME = 80;
const MAX_WORDS = 300;

/** A child's name for people: `camera /dev/video0`, `video desk.mkv`, `exec grim`. */
export function labelOf(spec: ChildSpec): string {
  switch (spec.kind) {
    case "camera":
      return clean(`camera ${spec.device}`, MAX_NAME);
    case "video":
      return clean(`video ${isAddress(spec.input) ? spec.input : baseName(spec.input)}`, MAX_NAME);
    case "exec":
      return clean(`exec ${firstWord(spec.command)}`, MAX_NAME);
  }
}

/** True for what has to be fetched, or at least is no file: `rtsp://…`. */
export function isAddress(input: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(input);
}

/** The last line of what a child wrote to stderr, or `undefined`. */
export function lastWords(stderr: string): string | undefined {
  // Progress lines overwrite themselves with carriage returns.
  const lines = stderr.split(/[\r\n]+/).map((line) => clean(line, MAX_WORDS)).filter((line) =>
    line
  );
  return lines.at(-1);
}

/**
 * Text without control characters, white space in a row, and what is secret in addresses: user, password and query.
 * @param most characters
 */
export function clean(text: string, most: number): string {
  const shown = text
    // Colours and the like, as terminals know them.
    .replace(/\p{Cc}\[[0-9;?]*[A-Za-z]/gu, "")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/([a-z][a-z0-9+.-]+:\/\/)[^\s/@]*@/gi, "$1")
    .replace(/([a-z][a-z0-9+.-]+:\/\/[^\s?#]*)[?#][^\s'"]*/gi, "$1")
    .trim();
  return shown.length > most ? `${shown.slice(0, most - 1)}…` : shown;
}

/** Without what is set for it: `A=b /usr/bin/grim -t ppm -` is `grim`. */
function firstWord(command: string): string {
  const words = command.trim().split(/[\s;|&]+/);
  return baseName(words.find((word) => !/^\w+=/.test(word)) ?? words[0]);
}

function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== "") ?? path;
}
