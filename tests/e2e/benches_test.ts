/**
 * The benches that need a screen, on few draws and for short: their figures mean nothing then, but that they come from
 * what they say is seen.
 */
import assert from "node:assert/strict";
import { measureIdle } from "../../bench/idle/measure.ts";
import { installedVncServers, patchcast, type Subject } from "../../bench/idle/subjects.ts";
import { type Candidate, CANDIDATES } from "../../bench/latency/candidates.ts";
import { type Condition, measureLatency } from "../../bench/latency/measure.ts";
import { Probe } from "../../bench/latency/probe.ts";
import { missingCommands } from "../capture/sources/xvfb.ts";
import { openPage, startBrowser } from "./support/browser.ts";
import { suiteOn } from "./support/suite.ts";

const latencyTest = suiteOn("bench:latency", ["x11", "chromium"]);
const idleTest = suiteOn("bench:idle", ["x11", "procfs"]);

const DRAWS = 5;

/** Ours, and the first VNC server that is installed: those are too large to be asked for everywhere. */
function candidates(): readonly Candidate[] {
  const [ours, ...others] = CANDIDATES;
  const vnc = others.find(({ name, needs }) => {
    return name.includes("noVNC") && missingCommands(needs).length === 0;
  });
  return vnc ? [ours, vnc] : [ours];
}

for (const candidate of candidates()) {
  const conditions: readonly Condition[] = candidate.name === "patchcast"
    ? ["idle", "scrolling"]
    : ["idle"];
  for (const condition of conditions) {
    latencyTest(`bench:latency sees each draw with ${candidate.name}, ${condition}`, async () => {
      const result = await measureLatency(candidate, condition, DRAWS);
      const { p50, p95, max } = result;
      assert.deepEqual(result, { name: candidate.name, condition, draws: DRAWS, p50, p95, max });
      assert.ok(0 < p50 && p50 <= p95 && p95 <= max && max < Infinity, JSON.stringify(result));
    });
  }
}

latencyTest("bench:latency fails when the marker is never seen", async () => {
  await using browser = await startBrowser();
  const canvas = '<canvas id="screen" width="200" height="200"></canvas>';
  const page = await openPage(browser, `data:text/html,${encodeURIComponent(canvas)}`);
  const probe = await Probe.install(page, "#screen");
  await assert.rejects(probe.measure(0xe02080, () => {}, 200), {
    message: "the marker did not show within 200 ms",
  });
});

idleTest("bench:idle reads the CPU time of servers whose viewers watch to the end", async () => {
  await using stack = new AsyncDisposableStack();
  const subjects: Subject[] = [await patchcast(stack, 0), await patchcast(stack, 3)];
  const [vnc] = installedVncServers();
  if (vnc) subjects.push(await vnc(stack));
  const results = await measureIdle(subjects, 2, 1000);
  assert.deepEqual(results.map(({ name }) => name), subjects.map(({ name }) => name));
  assert.deepEqual(results.slice(0, 2).map(({ name }) => name), [
    "patchcast, 0 viewers",
    "patchcast, 3 viewers",
  ]);
  for (const result of results) {
    const { seconds, serverCpuSeconds, xServerCpuSeconds, percentOfACore } = result;
    const words = JSON.stringify(result);
    assert.ok(seconds >= 2 && seconds < Infinity, words);
    // What a still screen takes in two seconds is less than what the kernel counts in: it may be zero.
    assert.ok(serverCpuSeconds >= 0 && xServerCpuSeconds >= 0 && percentOfACore < 100, words);
    assert.equal(percentOfACore, 100 * (serverCpuSeconds + xServerCpuSeconds) / seconds);
  }
});
