/**
 * Builds the SIMD kernels from `assembly/*.ts` (AssemblyScript):
 *
 * - `kernels.wasm`, everything, for the capture Worker;
 * - `jpeg.wasm`, for the Worker that makes JPEG pictures;
 * - `public/decoder/pixels_wasm.js`, what the page's decoder needs, as a module with the code in base64, so
 *   that the page needs no build step and a decoder can be made without waiting.
 *
 * All are committed. `deno task build:kernels` writes them; `--check` compares them with what the source
 * builds and exits 1 when they differ.
 */
import { Buffer } from "node:buffer";
import asc from "assemblyscript/asc";

const directory = new URL("./", import.meta.url);
const root = new URL("../../", import.meta.url);

/** A built file: path from the repository's root, and content. */
export interface BuiltFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** What the source builds now. Throws with the compiler's messages when it does not compile. */
export async function buildKernels(): Promise<BuiltFile[]> {
  const kernels = await compile("index.ts");
  const decoder = await compile("decoder.ts");
  const jpeg = await compile("jpeg.ts");
  const module = [
    "// Built from capture/kernels/assembly/decoder.ts by `deno task build:kernels`; do not edit.",
    "/** The decoder's kernels: WebAssembly in base64. */",
    "export const PIXELS_WASM =",
    `  "${Buffer.from(decoder).toString("base64")}";`,
    "",
  ].join("\n");
  return [
    { path: "capture/kernels/kernels.wasm", content: kernels },
    { path: "capture/kernels/jpeg.wasm", content: jpeg },
    { path: "public/decoder/pixels_wasm.js", content: new TextEncoder().encode(module) },
  ];
}

/** The built files that differ from the committed ones. */
export async function staleKernels(): Promise<string[]> {
  const stale: string[] = [];
  for (const { path, content } of await buildKernels()) {
    const committed = await Deno.readFile(new URL(path, root)).catch(() => new Uint8Array(0));
    if (!Buffer.from(committed).equals(content)) stale.push(path);
  }
  return stale;
}

async function compile(entry: string): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const flags = ["--outFile", "out.wasm", "-O3", "--converge", "--noAssert", "--runtime", "stub"];
  const { error, stderr } = await asc.main(
    [entry, ...flags, "--enable", "simd,bulk-memory", "--use", "abort="],
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

/** Prints a line: the command's output. */
function say(line: string): void {
  // deno-lint-ignore no-console -- this is a command
  console.error(line);
}

if (import.meta.main) {
  if (Deno.args.includes("--check")) {
    const stale = await staleKernels();
    for (const path of stale) say(`${path} is not what its source builds: deno task build:kernels`);
    Deno.exit(stale.length === 0 ? 0 : 1);
  }
  for (const { path, content } of await buildKernels()) {
    await Deno.writeFile(new URL(path, root), content);
    say(`${path}: ${content.length} bytes`);
  }
}
