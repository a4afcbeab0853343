/** The API's effect on the people who watch. */
import assert from "node:assert/strict";
import { openPage, paintedSeq, startBrowser, waitForStatus } from "./support/browser.ts";
import { startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot, Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: the API", []);
const pageTest = suiteOn("end to end: the API and the page", ["x11", "chromium"]);

pageTest("POST /api/keyframe is seen by every viewer", async () => {
  // A screen that stands still: nothing but the keyframe can move the seq on.
  await using screen = await startScreen();
  await using program = await startProgram(["--source", `x11:${screen.display}`]);
  await using browser = await startBrowser();
  const pages = [
    await openPage(browser, program.link),
    await openPage(browser, program.link),
    await openPage(browser, program.link.replace("/#", "/?transport=sse#")),
  ];
  for (const page of pages) await waitForStatus(page, "live");
  using watcher = (await Watcher.open(program)).follow();
  await watcher.assertUpToDate(program);
  const { keyframes, updates } = await program.stats();

  const response = await program.request("/api/keyframe", { method: "POST" });
  assert.equal(response.status, 200);
  const { seq } = await response.json();
  await eventually("all have it", async () => {
    for (const page of pages) assert.equal(await paintedSeq(page), seq);
    assert.equal(watcher.client.decoder.seq, seq);
  });
  const newest = watcher.client.updates.at(-1)!;
  assert.deepEqual([newest.seq, newest.keyframe], [seq, true]);
  const after = await program.stats();
  assert.deepEqual([after.keyframes, after.updates], [keyframes + 1, updates + 1]);
});

test("PATCH /api/config shows in /api/stats, and in what is captured", async () => {
  await using program = await startProgram(["--source", "demo"]);
  using _watcher = (await Watcher.open(program)).follow();
  const answer = await program.request("/api/config", {
    method: "PATCH",
    body: '{"fps":5,"threshold":12}',
  });
  assert.equal(answer.status, 200);
  const { fps, threshold, refineAfterMs } = await answer.json();
  assert.deepEqual({ fps, threshold, refineAfterMs }, {
    fps: 5,
    threshold: 12,
    refineAfterMs: 500,
  });
  await eventually("five looks a second are taken", async () => {
    const stats = await program.stats();
    assert.equal(stats.fps, 5);
    assert.equal(stats.settings.threshold, 12);
    assert.ok(
      stats.ticksPerSecond >= 4 && stats.ticksPerSecond <= 5.5,
      `${stats.ticksPerSecond} ticks a second`,
    );
  });
});

test("PATCH /api/config refuses what is out of range, and changes nothing", async () => {
  await using program = await startProgram(["--source", "demo"]);
  const answer = await program.request("/api/config", {
    method: "PATCH",
    body: '{"fps":0,"threshold":12}',
  });
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  const { status, detail, errors } = await answer.json();
  assert.equal(status, 400);
  assert.match(detail, /Cannot set fps: got 0, wanted 1 to 120/);
  assert.deepEqual(
    errors.map(({ field, value, allowed }: Record<string, unknown>) => ({
      field,
      value,
      allowed,
    })),
    [{ field: "fps", value: 0, allowed: "1 to 120" }],
  );
  const { settings } = await program.stats();
  assert.deepEqual([settings.fps, settings.threshold], [60, 0]);
});

test("masked pixels, a region and a scale reach viewers and snapshots alike", async () => {
  await using program = await startProgram(["--source", "demo"]);
  using watcher = (await Watcher.open(program)).follow();
  const whole = await snapshot(program);
  await program.change({
    region: { x: 101, y: 51, w: 401, h: 301 },
    masks: [{ x: 151, y: 101, w: 50, h: 40 }],
  });
  await program.change({ paused: true });
  await watcher.assertUpToDate(program);
  const { width, height, pixels } = watcher.picture;
  assert.deepEqual([width, height], [401, 301]);
  for (let y = 50; y < 90; y++) {
    const row = pixels.subarray(y * width + 50, y * width + 100);
    assert.ok(row.every((pixel) => pixel === 0), `row ${y} of the mask`);
  }
  await program.change({ region: null, masks: [], scale: 0.5, paused: false });
  await program.change({ paused: true });
  await watcher.assertUpToDate(program);
  const half = watcher.picture;
  assert.deepEqual([half.width, half.height], [whole.width / 2, whole.height / 2]);
});

test("DELETE /api/viewers/{id} ends that stream with a bye, and no other", async () => {
  await using program = await startProgram(["--source", "demo"]);
  using one = (await Watcher.open(program)).follow();
  using other = (await Watcher.open(program)).follow();
  await eventually("both watch", () => {
    assert.ok(one.client.updates.length > 0 && other.client.updates.length > 0);
  });
  const { viewer } = one.client.hellos[0];
  const answer = await program.request(`/api/viewers/${viewer}`, { method: "DELETE" });
  assert.equal(answer.status, 204);
  await eventually("it is told", () => {
    assert.deepEqual(one.client.byes.map(({ code }) => code), [1]);
  });
  await eventually("the other watches on", async () => {
    assert.deepEqual((await program.viewers()).map(({ id }) => id), [
      other.client.hellos[0].viewer,
    ]);
  });
  assert.deepEqual(other.client.byes, []);
});

test("nobody sees a pixel without a token", async () => {
  await using program = await startProgram(["--source", "demo"]);
  for (const path of ["/stream", "/events", "/snapshot.png", "/snapshot.jpg", "/api/stats"]) {
    for (const authorization of ["", "Bearer wrong", `Basic ${TOKEN}`]) {
      const headers: HeadersInit = authorization === "" ? {} : { authorization };
      const response = await fetch(new URL(path, program.url), { headers });
      await response.body?.cancel();
      assert.equal(response.status, 401, `${path} with ${JSON.stringify(authorization)}`);
    }
  }
});
