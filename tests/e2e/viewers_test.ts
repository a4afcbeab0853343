/** Promise 3: viewers that vanish or stop reading cost nothing, and lose their place, not the picture. */
import assert from "node:assert/strict";
import { type Desktop, startScreen } from "./support/desktop.ts";
import { EventWatcher } from "./support/event_watcher.ts";
import { eventually } from "./support/eventually.ts";
import { assertSame } from "./support/picture.ts";
import { showNoise } from "./support/noise.ts";
import { type Program, startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: viewers that stop reading", ["x11", "procfs"]);
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

const STALLED = 8;
/**
 * What one may hold: a batch of 256 KiB, or a bridge with a keyframe of noise (800 × 600 × 3 bytes), once as it came
 * and once on its way through the server's buffers; rounded up.
 */
const HELD_BY_EACH = 4 * MIB;
/**
 * So much is streamed for each look at the memory. The capture Worker makes about 150 MiB of garbage for each 100 MiB
 * here, and V8 collects it when 200 MiB lie around: the moments right after are the ones that count, and this
 * sees several of them. Of a single one, up to 65 MiB are chance.
 */
const LOOK_MIB = 400;
/** How far the least of several such moments varies by itself, with room for a busy machine. */
const SPREAD = 60 * MIB;

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

/**
 * A program that makes a keyframe of noise at every tick, the heaviest load there is: 1.4 MB each.
 * @param ring how much a viewer may be behind until it gets a catch-up
 */
async function startUnderLoad(screen: Desktop, ring: string): Promise<Program> {
  await showNoise(screen);
  const source = ["--source", `x11:${screen.display}`];
  const load = ["--ring-bytes", ring, "--keyframe-interval-ms", "1"];
  return await startProgram([...source, ...load], { env: EXACT_MEMORY });
}

test("viewers that stop reading cost constant memory and come back with one catch-up", async () => {
  await using screen = await startScreen();
  // 8 MiB are 100 ms: this very process, which reads, may be held up for that long.
  await using program = await startUnderLoad(screen, "32MiB");
  using healthy = await Watcher.open(program);
  healthy.discard();
  await streamOn(program, 100);
  const before = await streamOn(program, LOOK_MIB);

  using stalled = new DisposableStack();
  const watchers: Watcher[] = [];
  for (let i = 0; i < STALLED; i++) watchers.push(stalled.use(await Watcher.open(program)));
  await assertViewers(program, STALLED + 1);
  await streamOn(program, 50);
  const settled = await streamOn(program, LOOK_MIB);
  const growth = await streamOn(program, LOOK_MIB) - settled;
  assert.ok(growth < SPREAD, `memory grew by ${Math.round(growth / MIB)} MiB`);
  const held = settled - before;
  assert.ok(
    held < STALLED * HELD_BY_EACH + SPREAD,
    `${STALLED} stalled viewers hold ${Math.round(held / MIB)} MiB`,
  );
  const [{ bytes, catchUps }] = await program.viewers();
  assert.ok(bytes > 300 * MIB, "the one that reads gets everything");
  assert.equal(catchUps, 0);

  // One comes back while the load goes on, the others when all is quiet.
  watchers[0].follow();
  const { seq } = await program.stats();
  await eventually("it has caught up", () => {
    assert.ok((watchers[0].client.decoder.seq ?? 0) > seq);
  });
  await program.change({ keyframeIntervalMs: 0 });
  screen.start("xclock", "-geometry", "300x300+100+100");
  await screen.shown("xclock");
  screen.freeze();
  for (const watcher of watchers.slice(1)) watcher.follow();
  for (const watcher of watchers) {
    await watcher.assertUpToDate(program);
    assertSame(watcher.picture, await screen.picture());
  }
  for (const { catchUps, bytes } of (await program.viewers()).slice(2)) {
    assert.equal(catchUps, 1);
    // What the kernel had buffered, and the catch-up.
    assert.ok(bytes < 24 * MIB, `${Math.round(bytes / MIB)} MiB`);
  }
});

test("a viewer of /events that stops reading comes back with one catch-up", async () => {
  await using screen = await startScreen();
  await using program = await startUnderLoad(screen, "8MiB");
  using healthy = await EventWatcher.open(program);
  healthy.discard();
  using stalled = await EventWatcher.open(program);
  // More than sockets and the ring of events can hold.
  for (let mebibytes = 5; mebibytes <= 50; mebibytes += 5) {
    await eventually(`${mebibytes} MiB of events are sent`, async () => {
      const sent = Math.max(...(await program.viewers()).map(({ bytes }) => bytes));
      assert.ok(sent > mebibytes * MIB, `${Math.round(sent / MIB)} MiB so far`);
    });
  }
  await program.change({ keyframeIntervalMs: 0 });
  const { seq } = await program.stats();
  await stalled.readTo(seq);
  assertSame(await stalled.draw(), await screen.picture());
  assert.deepEqual(stalled.notices.slice(0, 3), ["hello", "state", "cursor"]);
  const behind = (await program.viewers()).find(({ catchUps }) => catchUps > 0)!;
  assert.equal(behind.catchUps, 1);
  assert.ok(behind.bytes < 32 * MIB, `${Math.round(behind.bytes / MIB)} MiB`);
});
