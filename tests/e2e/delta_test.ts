/**
 * Two pictures, one difference: snapshots of a real screen, the delta between them out of the ring, and the second one
 * from the first one and the delta, looked at by another program.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { assertSamePixels } from "../helpers/capture_rig.ts";
import { FULL_SIZE, startDesktop } from "./support/desktop.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: deltas", ["x11", "ffmpeg"]);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function command(program: string, ...args: string[]): Promise<Uint8Array> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: ROOT,
    stdin: "null",
  }).output();
  // Of the tasks, `diff` ends with 1 where pictures differ.
  if (code > 1) {
    throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  }
  return stdout;
}

/** Runs the command of a task. */
function task(name: "diff" | "restore", ...args: string[]): Promise<Uint8Array> {
  const [, ...fixed] = config.tasks[name].command.split(" ");
  return command(Deno.execPath(), ...fixed, ...args);
}

/** R, G, B, A of a picture as ffmpeg reads it. */
function decoded(file: string): Promise<Uint8Array> {
  const raw = ["-f", "rawvideo", "-pix_fmt", "rgba", "-"];
  return command("ffmpeg", "-v", "error", "-i", file, ...raw);
}

/** Saves what a path answers; returns its headers. */
async function save(program: Program, path: string, file: string): Promise<Headers> {
  const response = await program.request(path);
  const bytes = new Uint8Array(await response.arrayBuffer());
  assert.equal(response.status, 200, new TextDecoder().decode(bytes));
  await Deno.writeFile(file, bytes);
  return response.headers;
}

test("a snapshot and the delta from it give the next snapshot, of a screen on which windows scroll", async () => {
  await using desktop = await startDesktop();
  await using program = await startProgram(["--source", `x11:${desktop.display}`]);
  const folder = await Deno.makeTempDir();
  const [a, b, delta, back] = ["a", "b", "delta", "back"].map((one) => join(folder, `${one}.png`));
  try {
    let seq = (await save(program, "/snapshot.png", a)).get("x-patchcast-seq");
    for (const title of ["scroller", "flood"]) {
      const [id] = (await desktop.run("xdotool", "search", "--name", `^${title}$`)).split("\n");
      await desktop.run("xdotool", "windowmove", id, "150", "120");
      const next = (await save(program, "/snapshot.png", b)).get("x-patchcast-seq");
      assert.notEqual(next, seq);
      const headers = await save(program, `/api/delta.png?from=${seq}&to=${next}`, delta);
      assert.equal(headers.get("x-patchcast-from"), seq);
      assert.equal(headers.get("x-patchcast-to"), next);

      await task("restore", a, delta, "-o", back);
      const [wanted, got, first, between] = await Promise.all([b, back, a, delta].map(decoded));
      const { width } = FULL_SIZE;
      assertSamePixels(got, wanted, width);
      // To others, the delta is B with all that has not changed left out.
      const seen = first.slice();
      for (let i = 0; i < seen.length; i += 4) {
        if (between[i + 3] === 255) seen.set(between.subarray(i, i + 4), i);
        else assert.deepEqual([...between.subarray(i, i + 4)], [0, 0, 0, 0]);
      }
      assertSamePixels(seen, wanted, width);
      const found = JSON.parse(new TextDecoder().decode(await task("diff", b, back, "--json")));
      assert.deepEqual([found.same, found.changedPixels, found.patches], [true, 0, []]);
      await Deno.copyFile(b, a);
      seq = next;
    }
    const gone = await program.request("/api/delta.png?from=1");
    assert.equal(gone.status, 404);
    assert.match((await gone.json()).detail, /^Cannot set from: got 1, wanted \d+ to \d+/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
