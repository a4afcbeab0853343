/** kill -9 at random points, again and again: the archive reopens, whole, with all that was written. */
import assert from "node:assert/strict";
import { HistoryStore } from "../../history/store.ts";
import { fromFileUrl } from "../helpers/source_files.ts";
import { Random } from "../helpers/random.ts";
import { numbered, TIME_STEP_MS } from "./crash_pictures.ts";
import { verifyArchive } from "./verify.ts";

const ROUNDS = 12;
/** Pictures after which the process is killed, at most. */
const MOST = 120;

Deno.test("an archive whose process was killed reopens with everything that was written", async () => {
  const dir = await Deno.makeTempDir({ prefix: "history-crash-" });
  const random = new Random(Date.now());
  try {
    let next = 1000;
    for (let round = 0; round < ROUNDS; round++) {
      const written = await recordAndKill(dir, next, next + random.int(3, MOST));
      verifyArchive(dir);
      next = await checkPictures(dir, written) + 1;
      verifyArchive(dir);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** @returns the newest picture that the process said is on disk */
async function recordAndKill(dir: string, first: number, last: number): Promise<number> {
  const script = fromFileUrl(new URL("crash_worker.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-write", "--no-check", script, dir, String(first)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    // What it does at that moment is left to chance.
    if (newestIn(text) >= last) child.kill("SIGKILL");
  }
  const { signal } = await child.status;
  assert.equal(signal, "SIGKILL", "it ended by itself");
  return newestIn(text);
}

function newestIn(text: string): number {
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1) || 0);
}

/** @returns the number of the newest picture in the archive */
async function checkPictures(dir: string, written: number): Promise<number> {
  const store = await HistoryStore.open({
    dir,
    maxAgeMs: 400 * TIME_STEP_MS,
    maxBytes: 0,
    now: () => written * TIME_STEP_MS,
    steady: () => performance.now(),
  });
  try {
    const { start, end } = store.span("s")!;
    assert.ok(end >= written * TIME_STEP_MS, "what was written is there");
    for (let n = Math.ceil(start / TIME_STEP_MS); n * TIME_STEP_MS <= end; n++) {
      const found = store.at("s", n * TIME_STEP_MS)!;
      if (found.gap) continue;
      assert.deepEqual(store.pixels(found), numbered(n).pixels, `picture ${n}`);
    }
    const found = store.at("s", written * TIME_STEP_MS)!;
    assert.equal(found.time, written * TIME_STEP_MS);
    return end / TIME_STEP_MS;
  } finally {
    store.close("killed");
  }
}
