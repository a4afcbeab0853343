/**
 * The screenshot library `node-screenshots`: the part of it that is used, and how it is loaded.
 *
 * Its own entry file looks for the right binary with the help of environment variables and other programs, which
 * this program has no permission for and no need of: what Deno was built for says which one it is.
 */
import { createRequire } from "node:module";
import { SourceLost } from "../../source.ts";

/** A picture that was grabbed. */
export interface Shot {
  readonly width: number;
  readonly height: number;
  /** R, G, B, A bytes, row by row. */
  toRawSync(): Uint8Array<ArrayBuffer>;
}

/** Something that can be grabbed. Each of these may throw: the thing may be gone. */
export interface Grabbable {
  /** Place on the desktop and size, in the operating system's units: several pixels each on some screens. */
  x(): number;
  y(): number;
  width(): number;
  height(): number;
  captureImageSync(): Shot;
  /** The same on a thread of the library's. */
  captureImage(): Promise<Shot>;
}

export interface NativeMonitor extends Grabbable {
  name(): string;
  isPrimary(): boolean;
}

export interface NativeWindow extends Grabbable {
  id(): number;
  title(): string;
  appName(): string;
  isMinimized(): boolean;
}

export interface NativeLibrary {
  readonly Monitor: { all(): NativeMonitor[] };
  /** The front one first. */
  readonly Window: { all(): NativeWindow[] };
}

/** By operating system and processor, as Deno calls them. */
const PACKAGES: Readonly<Record<string, string>> = {
  "linux x86_64": "node-screenshots-linux-x64-gnu",
  "linux aarch64": "node-screenshots-linux-arm64-gnu",
  "darwin x86_64": "node-screenshots-darwin-x64",
  "darwin aarch64": "node-screenshots-darwin-arm64",
  "windows x86_64": "node-screenshots-win32-x64-msvc",
  "windows aarch64": "node-screenshots-win32-arm64-msvc",
};

/**
 * Loads the library; from then on it stays loaded.
 * @param os and `arch`: as in `Deno.build`
 * @param load gives a package that the library depends on
 * @throws {SourceLost} with what to install
 */
export function loadNativeLibrary(
  { os, arch }: Pick<typeof Deno.build, "os" | "arch"> = Deno.build,
  load: (name: string) => NativeLibrary = loadDependency,
): NativeLibrary {
  const name = PACKAGES[`${os} ${arch}`];
  if (name === undefined) {
    const known = Object.keys(PACKAGES).join(", ");
    throw new SourceLost(`Cannot take screenshots on ${os} ${arch}: wanted one of ${known}`);
  }
  try {
    return load(name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const help = os === "linux"
      ? "it needs libxcb and libdbus (Debian and Ubuntu: apt-get install libxcb1 libdbus-1-3)"
      : "`deno install` fetches it";
    throw new SourceLost(`Cannot load ${name}: ${reason.split("\n")[0]}; ${help}`);
  }
}

/** The binaries are packages of their own, which only the library itself finds. */
function loadDependency(name: string): NativeLibrary {
  const require = createRequire(import.meta.url);
  return createRequire(require.resolve("node-screenshots"))(name);
}
