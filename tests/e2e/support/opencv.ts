/** Python programs with OpenCV, the real other side of slices. */
import { suiteOn } from "./suite.ts";

/** The system's Python is the one that Debian's python3-opencv is for; another may come first on the PATH. */
const PYTHONS = ["/usr/bin/python3", "python3"];

/** A Python that has OpenCV; `undefined` where there is none. */
export function findOpenCv(): string | undefined {
  return PYTHONS.find((python) => {
    try {
      const args = ["-c", "import cv2, numpy"];
      return new Deno.Command(python, { args, stdout: "null", stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  });
}

/** Makes the `test` function of a file: skipped without OpenCV, or with CI=true failed. */
export function opencvSuite(
  suite: string,
): (name: string, body: (python: string) => Promise<void>) => void {
  const python = findOpenCv();
  const what = "python3 with OpenCV (Debian: python3-opencv)";
  if (python !== undefined) {
    const test = suiteOn(suite, []);
    return (name, body) => test(name, () => body(python));
  }
  const ignore = Deno.env.get("CI") !== "true";
  if (ignore) {
    const line = `skipped: ${suite} (not installed: ${what})\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  }
  const fn = () => Promise.reject(new Error(`not installed: ${what}`));
  return (name) => Deno.test({ name, ignore, fn });
}

/** A Python program that runs; it is ended when it goes out of scope. */
export interface PythonProgram extends AsyncDisposable {
  /** Folder that it runs in. */
  readonly dir: string;
  stop(): Promise<void>;
}

/** Runs a program in `dir`; what it complains about is shown. */
export function runPython(
  python: string,
  program: string,
  args: readonly string[],
  dir: string,
): PythonProgram {
  const child = new Deno.Command(python, {
    args: ["-c", program, ...args],
    cwd: dir,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  async function stop() {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await child.status;
  }
  return { dir, stop, [Symbol.asyncDispose]: stop };
}
