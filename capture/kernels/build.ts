/**
 * Builds the SIMD kernels: `assembly/*.ts` (AssemblyScript) to `kernels.wasm`, which is committed.
 *
 * `deno task build:kernels` writes the file; `--check` compares it with what the source builds and
 * exits 1 when they differ.
 */
import asc from "assemblyscript/asc";

const directory = new URL("./", import.meta.url);
const target = new URL("kernels.wasm", directory);

/** What the source builds now. Throws with the compiler's messages when it does not compile. */
export async function buildKernels(): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      "index.ts",
      "--outFile",
      "kernels.wasm",
      "-O3",
      "--converge",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd,bulk-memory",
      "--use",
      "abort=",
    ],
    {
      readFile: (name: string) => {
        try {
          return Deno.readTextFileSync(new URL(`assembly/${name}`, directory));
        } catch {
          return null; // the compiler probes several names for each import
        }
      },
      writeFile: (_name: string, contents: string | Uint8Array) => {
        if (contents instanceof Uint8Array) wasm = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !wasm) throw new Error(`Cannot build the kernels: ${stderr.toString()}`);
  return wasm;
}

if (import.meta.main) {
  const built = await buildKernels();
  if (Deno.args.includes("--check")) {
    const committed = await Deno.readFile(target);
    const equal = committed.length === built.length && committed.every((b, i) => b === built[i]);
    if (!equal) {
      // deno-lint-ignore no-console -- the command's output
      console.error(
        "capture/kernels/kernels.wasm is not what its source builds: deno task build:kernels",
      );
      Deno.exit(1);
    }
  } else {
    await Deno.writeFile(target, built);
    // deno-lint-ignore no-console -- the command's output
    console.error(`capture/kernels/kernels.wasm: ${built.length} bytes`);
  }
}
