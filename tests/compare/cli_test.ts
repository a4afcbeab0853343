import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { BadArguments } from "../../compare/cli/arguments.ts";
import { parseDiffOptions } from "../../compare/cli/diff_options.ts";
import { textReport } from "../../compare/cli/report.ts";
import { parseRestoreOptions } from "../../compare/cli/restore_options.ts";
import { makePng } from "../helpers/make_png.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BadArguments) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

const diffRefusal = (...args: string[]) => refusal(() => parseDiffOptions(args));

/** Runs a task's command, with exactly its permissions, in a folder. */
async function run(task: "diff" | "restore", folder: string, ...args: string[]) {
  const [, ...fixed] = config.tasks[task].command.split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...fixed, ...args],
    cwd: ROOT,
    // What `deno task` says of where the user is.
    env: { INIT_CWD: folder, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("parseDiffOptions() reads every flag, in both forms", () => {
  assert.deepEqual(parseDiffOptions(["a", "b"]), {
    a: "a",
    b: "b",
    threshold: 0,
    delta: undefined,
    marked: undefined,
    pixels: false,
    json: false,
  });
  const flags = ["--threshold=7", "--delta", "d", "--marked=m", "--pixels", "--json"];
  assert.deepEqual(parseDiffOptions(["--", "a", ...flags, "b"]), {
    a: "a",
    b: "b",
    threshold: 7,
    delta: "d",
    marked: "m",
    pixels: true,
    json: true,
  });
  assert.equal(parseDiffOptions(["--nonsense", "--help"])?.a, undefined);
  assert.equal(parseDiffOptions(["--json", "--", "--a", "-b"])?.a, "--a");
});

Deno.test("parseDiffOptions() says what is wrong", () => {
  assert.equal(
    diffRefusal("a", "--detla=d", "--json=1", "--marked", "--threshold", "5", "--threshold=6"),
    [
      "Cannot use --detla: no such flag, did you mean --delta?",
      'Cannot set --json: got "1", wanted no value',
      "Cannot set --marked: got nothing, wanted a value",
      "Cannot set --threshold: got it more than once, wanted it once",
      "Cannot tell the files: got 1, wanted 2: the first picture and the second one",
    ].join("\n"),
  );
  for (const bad of ["256", "-1", "1.5", "x"]) {
    assert.equal(
      diffRefusal("a", "b", `--threshold=${bad}`),
      `Cannot set --threshold: got "${bad}", wanted a whole number, 0 to 255`,
    );
  }
  assert.match(
    diffRefusal("a", "b", "--delta=a"),
    /^Cannot set --delta: got "a", wanted a file that/,
  );
  assert.match(diffRefusal("a", "b", "--delta=d", "--marked=d"), /^Cannot set --delta: got "d"/);
  assert.match(diffRefusal("a", "b", "--marked=b"), /^Cannot set --marked: got "b"/);
  assert.match(diffRefusal("a", "b", "--pixels"), /^Cannot use --pixels/);
});

Deno.test("parseRestoreOptions() wants an output", () => {
  assert.deepEqual(parseRestoreOptions(["a", "d", "-o", "b"]), { a: "a", delta: "d", output: "b" });
  assert.equal(parseRestoreOptions(["a", "d", "--output=b"])?.output, "b");
  assert.match(refusal(() => parseRestoreOptions(["a", "d"])), /^Cannot set --output: got nothing/);
  assert.match(
    refusal(() => parseRestoreOptions(["a"])),
    /^Cannot tell the files: got 1, wanted 2/,
  );
});

Deno.test("textReport() says how much and where, and lists only so many patches", () => {
  const size = { width: 100, height: 10 };
  const patches = Array.from({ length: 42 }, (_, x) => ({ x, y: 0, w: 1, h: 1 }));
  const report = textReport({
    a: { ...size, file: "a.png" },
    b: { ...size, file: "b.png", width: 90 },
    threshold: 3,
    difference: { ...size, changedPixels: 142, mean: 0.00000123, largest: 12.5 },
    patches,
    delta: { file: "d.png", bytes: 99 },
    marked: undefined,
  });
  const lines = report.split("\n");
  assert.deepEqual(lines.slice(0, 5), [
    "sizes: 100×10 and 90×10; what only one of them has counts as changed",
    "changed: 14.2 % of the pixels (142 of 1000), by more than 3 in a channel",
    "mean difference: 0.0001 %, the largest 12.5 of 255",
    "patches: 42",
    "  x 0, y 0, 1×1",
  ]);
  assert.deepEqual(lines.slice(-2), ["  and 2 more; --json lists all", "delta: d.png, 99 bytes"]);
});

Deno.test("deno task diff and restore: from two files to the difference, and back to the second one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const kind = { width: 120, height: 80, colour: 2, depth: 8 };
    const samples = Array.from({ length: 120 * 80 * 3 }, (_, i) => i * 7 & 255);
    const other = samples.slice();
    for (let y = 20; y < 30; y++) other.fill(200, (y * 120 + 40) * 3, (y * 120 + 60) * 3);
    const b = makePng({ ...kind, samples: other });
    await Deno.writeFile(join(folder, "a.png"), makePng({ ...kind, samples }));
    await Deno.writeFile(join(folder, "b.png"), b);

    const flags = ["--delta", "d.png", "--marked", "m.png", "--json"];
    const found = await run("diff", folder, "a.png", "b.png", ...flags);
    assert.equal(found.code, 1, found.err);
    const report = JSON.parse(found.out);
    assert.equal(report.same, false);
    assert.equal(report.changedPixels, 200);
    assert.equal(report.changedPercent, 100 * 200 / 9600);
    assert.deepEqual(report.patches, [{ x: 40, y: 20, w: 20, h: 10 }]);
    assert.deepEqual(report.b, { file: "b.png", width: 120, height: 80 });
    const delta = await Deno.readFile(join(folder, "d.png"));
    assert.deepEqual(report.delta, { file: "d.png", bytes: delta.length });

    const restored = await run("restore", folder, "a.png", "d.png", "-o", "back.png");
    assert.deepEqual([restored.code, restored.err], [0, "back.png: the very file\n"]);
    assert.deepEqual(await Deno.readFile(join(folder, "back.png")), b);
    const same = await run("diff", folder, "b.png", "back.png");
    assert.equal(same.code, 0);
    assert.match(same.out, /^changed: 0 % of the pixels \(0 of 9600\)/);

    const marked = await run("diff", folder, "b.png", "m.png");
    assert.match(marked.out, /^changed: 1\.\d+ % of/);
    const wrong = await run("restore", folder, "b.png", "d.png", "-o", "no.png");
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /^The delta is for another picture/);
    await assert.rejects(Deno.stat(join(folder, "no.png")), Deno.errors.NotFound);
    const missing = await run("diff", folder, "a.png", "none.png");
    assert.equal(missing.code, 2);
    assert.equal(missing.err, "Cannot read none.png: there is no such file or folder\n");
    await Deno.writeTextFile(join(folder, "text.png"), "text");
    const text = await run("diff", folder, "a.png", "text.png");
    assert.equal(text.err, "Cannot read text.png: it is neither a PNG nor a JPEG file\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
