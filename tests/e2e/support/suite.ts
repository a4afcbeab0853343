/** Tests on real parts: skipped where a part is not installed, or with CI=true failed. */
import { missingForLinks } from "../../../bench/links/shaped_link.ts";
import { missingCommands } from "../../capture/sources/xvfb.ts";
import { outsideAddress } from "./network.ts";
import { findChromium } from "./browser.ts";

/** X clients and tools that the desktop is made of. */
const X_COMMANDS = [
  "Xvfb",
  "xwd",
  "xwud",
  "xterm",
  "xclock",
  "xdotool",
  "xrandr",
  "xsetroot",
  "openbox",
] as const;

/** What a suite needs besides the program. */
export type Part =
  | "x11"
  | "chromium"
  | "curl"
  | "ffmpeg"
  | "nginx"
  | "openssl"
  | "network"
  | "procfs"
  | "links";

/**
 * Makes the `test` function of a file.
 * @param suite name for the line that says what is skipped
 */
export function suiteOn(
  suite: string,
  parts: readonly Part[],
): (name: string, body: () => Promise<void>) => void {
  const missing = parts.flatMap(missingOf);
  const ignore = missing.length > 0 && Deno.env.get("CI") !== "true";
  if (ignore) {
    const line = `skipped: ${suite} (not installed: ${missing.join(", ")})\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  }
  const fail = () => Promise.reject(new Error(`not installed: ${missing.join(", ")}`));
  return (name, body) => {
    const fn = missing.length > 0 ? fail : () => withinTime(body);
    Deno.test({ name, ignore, fn });
  };
}

/** Far more than any test takes; past it, a browser or an X server hangs. */
const LIMIT_MS = 100_000;

/** Runs a test; one that hangs fails, instead of holding up all others. */
async function withinTime(body: () => Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<never>((_, reject) => {
    const error = new Error(`the test hung: it took more than ${LIMIT_MS / 1000} s`);
    timer = setTimeout(() => reject(error), LIMIT_MS);
  });
  try {
    await Promise.race([body(), hung]);
  } finally {
    clearTimeout(timer);
  }
}

function missingOf(part: Part): string[] {
  switch (part) {
    case "x11":
      return missingCommands(X_COMMANDS);
    case "chromium":
      return findChromium() === undefined ? ["chromium"] : [];
    case "curl":
    case "ffmpeg":
    case "nginx":
    case "openssl":
      return missingCommands([part]);
    case "links":
      return missingForLinks();
    case "procfs":
      return Deno.build.os === "linux" ? [] : ["Linux's /proc"];
    case "network":
      return outsideAddress() === undefined ? ["a network address besides loopback"] : [];
  }
}
