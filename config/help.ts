/**
 * The text of `--help`.
 */
import type { Option } from "./options.ts";

const INTRO = `Patchcast streams a screen to browsers, losslessly.

Usage: deno task start [flags]

Each flag can also be an environment variable, or a key of ./patchcast.json (flag names in camelCase).
Flags win over the environment, the environment over the file, the file over the defaults.`;

/** Lists every option with its unit, range, default and environment variable. */
export function helpText(options: readonly Option[]): string {
  const start = options.filter(({ live }) => !live);
  const live = options.filter((option) => option.live);
  return [
    INTRO,
    `Start:\n${start.map(entry).join("\n")}`,
    `Live (PATCH /api/config changes them while it runs):\n${live.map(entry).join("\n")}`,
    "  -h, --help\n  -V, --version\n",
  ].join("\n\n");
}

function entry(option: Option): string {
  const head = `  ${option.flagName} ${option.placeholder}`.trimEnd();
  return `${head.padEnd(32)}${option.summary}\n` +
    `${" ".repeat(32)}${option.allowed}; ${defaultText(option)}; ${option.envName}`;
}

function defaultText({ kind, fallback, secret }: Option): string {
  if (secret || fallback === undefined) return "no default";
  if (fallback === null) return "default: everything";
  if (kind === "sources") return "default auto";
  if (Array.isArray(fallback)) return "default: none";
  if (kind === "bytes" && fallback === 0) return "default 0";
  if (kind === "bytes") return `default ${Number(fallback) / 2 ** 20}MiB`;
  return `default ${fallback}`;
}
