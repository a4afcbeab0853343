/** How the program begins and ends, as the shell and scripts see it. */
import assert from "node:assert/strict";
import { segmentsOf } from "../capture/sources/x11/harness.ts";
import { startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { run, runTask, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: the process", []);
const xTest = suiteOn("end to end: the process and X", ["x11"]);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  xTest(`${signal} ends streams with a bye, frees shared memory and exits with 0`, async () => {
    await using screen = await startScreen();
    await using program = await startProgram(["--source", `x11:${screen.display}`]);
    using watcher = await Watcher.open(program);
    await watcher.readUntil(() => watcher.client.updates.length > 0);
    assert.equal(segmentsOf(program.pid).length, 1);
    program.kill(signal);
    // To the end of the body, which is a clean one: no error, no half chunk.
    await watcher.readUntil(() => false);
    assert.deepEqual(watcher.client.byes, [{ code: 0, text: "the server is shutting down" }]);
    assert.equal((await program.ended).code, 0);
    assert.deepEqual(segmentsOf(program.pid), []);
  });
}

test("SIGTERM does not wait for a viewer that stopped reading", async () => {
  await using program = await startProgram(["--source", "demo", "--keyframe-interval-ms", "1"]);
  using stalled = await Watcher.open(program);
  await eventually("the viewer's connection is full", async () => {
    const [{ bytes }] = await program.viewers();
    const { streamBytes } = await program.stats();
    assert.ok(bytes > 0 && streamBytes > bytes + 2 ** 20);
  });
  program.kill("SIGTERM");
  assert.equal((await program.ended).code, 0);
  stalled.response.close();
});

test("deno task start prints one link, the source, and the line for machines", async () => {
  await using task = runTask(["--source", "demo", "--port", "0"]);
  const url = await task.listening;
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<canvas id="screen"/);
  // The task runner passes the signal on, and the exit code back.
  task.kill("SIGTERM");
  const { code, stdout, stderr } = await task.ended;
  assert.equal(code, 0);
  assert.equal(stdout, `listening on ${url}\n`);
  assert.match(stderr, /^Patchcast captures demo \(\d+×\d+\)$/m);
  // The demo shows nothing of this machine: it needs no token.
  assert.match(stderr, new RegExp(`^Open ${url}/$`, "m"));
});

test("a port that is taken is a clear error", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using running = run(["--source", "demo", "--port", String(port)]);
  const { code, stdout, stderr } = await running.ended;
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.equal(
    stderr,
    `Cannot listen on 127.0.0.1:${port}: the port is taken; choose another with --port, or 0 for any\n`,
  );
});

for (
  const [args, words] of [
    [["--fps", "0"], "Cannot set --fps: got 0, wanted 1 to 120"],
    [["--port", "eighty"], 'Cannot set --port: got "eighty", wanted a whole number, 0 to 65535'],
    [["--source", "vnc"], 'Cannot set --source: got "vnc", wanted [ID=]auto, demo, x11'],
    [["--source", "camera"], "Cannot set --source (device): got nothing, wanted the path"],
    [["--treshold", "3"], "--threshold"],
  ] as const
) {
  test(`${args.join(" ")} is refused with exit code 2`, async () => {
    await using running = run(args);
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.ok(stderr.includes(words), stderr);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  });
}

test("a bad environment variable is refused with exit code 2, a secret one without its value", async () => {
  await using running = run([], { PATCHCAST_FPS: "many", PATCHCAST_TOKEN: "not one word" });
  const { code, stderr } = await running.ended;
  assert.equal(code, 2);
  assert.match(stderr, /^Cannot set PATCHCAST_FPS: got "many", wanted 1 to 120$/m);
  assert.match(stderr, /^Cannot set PATCHCAST_TOKEN: /m);
  assert.doesNotMatch(stderr, /not one word/);
});

test("a display that is not there is refused with exit code 1", async () => {
  await using running = run(["--source", "x11::54321", "--port", "0"]);
  const { code, stderr } = await running.ended;
  assert.equal(code, 1);
  assert.match(stderr, /^Cannot open the source: Cannot open X display :54321: /);
});

test("--help lists every flag with its default and exits with 0", async () => {
  await using running = run(["--help"]);
  const { code, stdout, stderr } = await running.ended;
  assert.equal(code, 0);
  assert.equal(stderr, "");
  for (
    const flag of ["--source", "--host", "--port", "--fps", "--threshold", "--token", "--auth"]
  ) {
    assert.match(stdout, new RegExp(`^ *${flag}\\b`, "m"));
  }
  assert.match(stdout, /--port .*8000/s);
});
