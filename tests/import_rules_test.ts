/** Who may import whom: the shape of the program, as its folders promise it. */
import assert from "node:assert/strict";
import { fromFileUrl, relativeTo, sourceFiles } from "./helpers/source_files.ts";

const ROOT = new URL("../", import.meta.url);

/** `import … from "x"`, `export … from "x"`, `import "x"`, `import("x")`, `new URL("x", import.meta.url)`, JSDoc's too. */
const IMPORTS = [
  /^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']/gm,
  /^\s*import\s*["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
  /\bnew URL\(\s*["']([^"']+\.(?:ts|js))["'],\s*import\.meta\.url/g,
];

interface Import {
  readonly from: string;
  /** A path in the repository, or the bare name of a package. */
  readonly to: string;
}

async function readImports(): Promise<Import[]> {
  const imports: Import[] = [];
  for (
    const file of await sourceFiles(ROOT, [
      "capture",
      "routes",
      "config",
      "history",
      "program",
      "push",
      "compare",
      "slices",
      "public",
      "bench",
    ])
  ) {
    const text = await Deno.readTextFile(file);
    const from = relativeTo(ROOT, file);
    for (const pattern of IMPORTS) {
      for (const [, specifier] of text.matchAll(pattern)) {
        const isPath = specifier.startsWith(".") || !pattern.source.includes("from");
        const to = isPath && !/^[@a-z]/.test(specifier) || specifier.endsWith(".ts")
          ? relativeTo(ROOT, new URL(specifier, file))
          : specifier;
        imports.push({ from, to });
      }
    }
  }
  return imports;
}

const imports = await readImports();

/** Imports out of `folder` that `forbidden` says it may not have. */
function breaches(folder: string, forbidden: (to: string) => boolean): string[] {
  return imports
    .filter(({ from, to }) => from.startsWith(folder) && forbidden(to))
    .map(({ from, to }) => `${from} imports ${to}`);
}

Deno.test("the imports of the program are found", () => {
  const has = (from: string, to: string) =>
    imports.some((one) => one.from === from && one.to === to);
  assert.ok(has("capture/outlet.ts", "capture/emitter.ts"));
  assert.ok(has("capture/engine.ts", "capture/capture_worker.ts"), "new URL(…)");
  assert.ok(has("public/decoder/decoder.js", "public/decoder/reader.js"));
  assert.ok(has("public/decoder/update.js", "public/decoder/picture.js"), "JSDoc");
  assert.ok(has("routes/stream.ts", "hono") || has("routes/stream.ts", "@hono/zod-openapi"));
  assert.ok(imports.length > 100);
});

Deno.test("capture never imports routes or history", () => {
  assert.deepEqual(breaches("capture/", (to) => /^(routes|history)\//.test(to)), []);
});

Deno.test("routes never import a source", () => {
  assert.deepEqual(breaches("routes/", (to) => to.startsWith("capture/sources")), []);
});

Deno.test("public imports only itself", () => {
  assert.deepEqual(breaches("public/", (to) => !to.startsWith("public/")), []);
});

Deno.test("history does not import routes", () => {
  assert.deepEqual(breaches("history/", (to) => to.startsWith("routes/")), []);
});

Deno.test("config imports no part of the program but the rectangles", () => {
  const allowed = (to: string) =>
    to.startsWith("config/") || to === "config.ts" || to === "capture/geometry.ts" ||
    !/^(capture|routes|history|public)\//.test(to);
  assert.deepEqual(breaches("config", (to) => !allowed(to)), []);
});

Deno.test("the push agent does not import routes or history", () => {
  assert.deepEqual(breaches("push/", (to) => /^(routes|history)\//.test(to)), []);
});

Deno.test("comparing imports no part of the server, and slices only what is captured", () => {
  const server = /^(routes|history|program|push)\//;
  assert.deepEqual(breaches("compare/", (to) => server.test(to)), []);
  assert.deepEqual(breaches("slices/", (to) => server.test(to)), []);
});

Deno.test("nobody imports a program's entry", () => {
  const entries = ["main.ts", "push.ts", "diff.ts", "restore.ts"];
  assert.deepEqual(breaches("", (to) => entries.includes(to)), []);
});

Deno.test("nobody but main.ts imports its wiring", () => {
  const parts = [
    ...["capture", "routes", "config", "history", "push", "compare", "slices", "public", "bench"],
  ];
  const found = parts.flatMap((part) => breaches(part, (to) => to.startsWith("program/")));
  assert.deepEqual(found, []);
});

Deno.test("the program imports no test", () => {
  assert.deepEqual(
    breaches("", (to) => to.startsWith("tests/")).filter((line) => !line.startsWith("bench/")),
    [],
  );
});

Deno.test("paths that are imported exist", async () => {
  const missing: string[] = [];
  for (const { from, to } of imports) {
    if (!/^(capture|routes|config|history|program|compare|slices|public)\//.test(to)) continue;
    const there = await Deno.stat(fromFileUrl(new URL(to, ROOT))).catch(() => undefined);
    if (!there?.isFile) missing.push(`${from} imports ${to}`);
  }
  assert.deepEqual(missing, []);
});
