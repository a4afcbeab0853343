/** What a running program tells of itself: to Prometheus, and to who asks whether it is well. */
import assert from "node:assert/strict";
import { type Family, readExposition } from "../helpers/exposition.ts";
import { eventually } from "./support/eventually.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: metrics", []);

async function scrape(program: Program): Promise<Map<string, Family>> {
  return readExposition(await (await program.request("/metrics")).text());
}

/** The value of a metric, or of one series of it: `name`, `name_count`, `name_count` with a stage. */
function value(families: Map<string, Family>, name: string, stage?: string): number {
  for (const { samples } of families.values()) {
    const found = samples.find((one) => one.name === name && one.labels.stage === stage);
    if (found) return found.value;
  }
  throw new Error(`no ${name}`);
}

test("GET /metrics of a running program is valid, and counts what its viewers were sent", async () => {
  await using program = await startProgram(["--source", "demo"]);
  {
    using watchers = new DisposableStack();
    await Promise.all([1, 2, 3].map(async () => {
      const watcher = watchers.use(await Watcher.open(program));
      await watcher.readUntil(() => watcher.client.updates.length >= 20);
    }));
    const during = await scrape(program);
    assert.equal(value(during, "patchcast_viewers"), 3);
    assert.equal(value(during, "patchcast_healthy"), 1);
    // Twenty updates for each, of which the first brought it in, and some may have been there when it came.
    const delays = value(during, "patchcast_delivery_delay_seconds_count");
    assert.ok(delays >= 3 * 10, `${delays} hand-overs`);
    assert.ok(value(during, "patchcast_delivery_delay_seconds_sum") >= 0);
    for (const stage of ["capture", "diff", "encode"]) {
      const name = "patchcast_stage_duration_seconds";
      assert.ok(value(during, `${name}_count`, stage) >= 10, stage);
      assert.ok(value(during, `${name}_sum`, stage) > 0, stage);
    }
  }
  await eventually("the viewers are gone", async () => {
    assert.equal(value(await scrape(program), "patchcast_viewers"), 0);
  });
  const after = await scrape(program);
  const sent = value(after, "patchcast_sent_bytes_total");
  assert.ok(sent > value(after, "patchcast_stream_bytes_total"), "three got more than one");
  assert.equal(value(after, "patchcast_streams_opened_total"), 3);
  assert.equal(value(await scrape(program), "patchcast_sent_bytes_total"), sent);
});

test("GET /healthz is open to all, and well while nobody watches, while it is paused, and while somebody does", async () => {
  await using program = await startProgram(["--source", "demo"]);
  const health = async () => {
    const response = await fetch(new URL("/healthz", program.url));
    return [response.status, (await response.json()).state];
  };
  assert.deepEqual(await health(), [200, "live"]);
  using watcher = await Watcher.open(program);
  await watcher.readUntil(() => watcher.client.updates.length >= 2);
  assert.deepEqual(await health(), [200, "live"]);
  await program.change({ paused: true });
  assert.deepEqual(await health(), [200, "paused"]);
});
