/** Promise 3: viewers that vanish or stop reading cost nothing, and lose their place, not the picture. */
import assert from "node:assert/strict";
import { eventually } from "./support/eventually.ts";
import { assertColourful } from "./support/picture.ts";
import { type Program, startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: viewers that stop reading", []);
const curlTest = suiteOn("end to end: viewers that are killed", ["curl"]);

const MIB = 2 ** 20;

async function assertViewers(program: Program, wanted: number): Promise<void> {
  await eventually(`the server counts ${wanted} viewers`, async () => {
    assert.equal((await program.stats()).viewers.count, wanted);
  });
}

for (const path of ["/stream", "/events"]) {
  curlTest(`a viewer of ${path} that is killed is gone`, async () => {
    await using program = await startProgram(["--source", "demo"]);
    const curl = new Deno.Command("curl", {
      args: ["-sN", "-H", `Authorization: Bearer ${TOKEN}`, `${program.url}${path}`],
      stdout: "piped",
    }).spawn();
    const reader = curl.stdout.getReader();
    let bytes = 0;
    while (bytes < 50_000) bytes += (await reader.read()).value?.length ?? 0;
    assert.equal((await program.stats()).viewers.count, 1);
    curl.kill("SIGKILL");
    await curl.status;
    await reader.cancel();
    await assertViewers(program, 0);
    await eventually("the capture sleeps", async () => {
      assert.ok((await program.stats()).sleeping);
    });
  });
}

/** Makes glibc give freed memory back at once, so that what a process holds can be seen from outside. */
const EXACT_MEMORY = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

/** Resident memory of a process, bytes. */
function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/**
 * Waits until the capture has made so many more MiB of stream.
 * @returns the least memory that the program held meanwhile: garbage comes and goes, what is kept stays
 */
async function streamOn(program: Program, mebibytes: number): Promise<number> {
  let least = Infinity;
  for (let streamed = 0; streamed < mebibytes; streamed += 10) {
    const { streamBytes } = await program.stats();
    await eventually("10 MiB more are streamed", async () => {
      least = Math.min(least, memoryOf(program.pid));
      assert.ok((await program.stats()).streamBytes - streamBytes >= 10 * MIB);
    });
  }
  return least;
}

test("viewers that stop reading cost constant memory and come back with one catch-up", async () => {
  const ring = ["--ring-bytes", "8MiB"];
  await using program = await startProgram(["--source", "demo", ...ring], { env: EXACT_MEMORY });
  // A keyframe at every tick is the heaviest load there is.
  await program.change({ fps: 60, keyframeIntervalMs: 1 });
  using healthy = await Watcher.open(program);
  healthy.discard();
  await streamOn(program, 40);
  const before = await streamOn(program, 20);

  using stalled = new DisposableStack();
  const watchers: Watcher[] = [];
  for (let i = 0; i < 8; i++) watchers.push(stalled.use(await Watcher.open(program)));
  await assertViewers(program, 9);
  await streamOn(program, 80);
  const growth = await streamOn(program, 20) - before;
  // Kept for all of them together it would be 100 MiB, for each of them 800 MiB.
  assert.ok(growth < 60 * MIB, `memory grew by ${Math.round(growth / MIB)} MiB`);

  await program.change({ paused: true });
  for (const watcher of watchers) watcher.follow();
  for (const watcher of watchers) await watcher.assertUpToDate(program);
  assertColourful(watchers[0].picture, 100);
  const [first, ...others] = await program.viewers();
  const { seq } = await program.stats();
  assert.deepEqual(
    [first.seq, first.catchUps],
    [seq, 0],
    "the one that always read missed nothing",
  );
  assert.ok(first.bytes > 100 * MIB);
  for (const { catchUps, bytes } of others) {
    assert.equal(catchUps, 1);
    // What the kernel had buffered, and the catch-up.
    assert.ok(bytes < 16 * MIB, `${Math.round(bytes / MIB)} MiB`);
  }
});
