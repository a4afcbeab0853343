/** What Prometheus is told. */
import assert from "node:assert/strict";
import { metricsText } from "../../routes/metrics.ts";
import { readExposition } from "../helpers/exposition.ts";
import { STATS, testServer, VIEWER } from "./fakes.ts";

async function scrape(server = testServer()): Promise<string> {
  const response = await server.request("/metrics", { token: VIEWER });
  assert.equal(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  return await response.text();
}

Deno.test("GET /metrics is valid Prometheus text of the same numbers as /api/stats", async () => {
  const text = await scrape();
  const families = readExposition(text);
  const value = (name: string) => families.get(name)?.samples[0].value;
  assert.equal(value("patchcast_updates_total"), 99);
  assert.equal(value("patchcast_stream_bytes_total"), 20_000);
  assert.equal(value("patchcast_ring_span_seconds"), 2.5);
  assert.equal(value("patchcast_healthy"), 1);
  assert.equal(value("patchcast_viewers"), 1);
  assert.equal(value("patchcast_streams_refused_total"), 1);
  assert.equal(value("patchcast_sent_bytes_total"), 5000);
  assert.equal(value("patchcast_viewer_catch_ups_total"), 6);
  assert.ok([...families.keys()].every((name) => name.startsWith("patchcast_")));
});

Deno.test("GET /metrics has the stages of ticks as histograms in seconds", async () => {
  const lines = (await scrape()).split("\n");
  for (
    const line of [
      "# TYPE patchcast_stage_duration_seconds histogram",
      'patchcast_stage_duration_seconds_bucket{source="screen",stage="encode",le="0.001"} 1',
      'patchcast_stage_duration_seconds_bucket{source="screen",stage="encode",le="0.01"} 7',
      'patchcast_stage_duration_seconds_bucket{source="screen",stage="encode",le="+Inf"} 10',
      'patchcast_stage_duration_seconds_sum{source="screen",stage="encode"} 0.25',
      'patchcast_stage_duration_seconds_count{source="screen",stage="encode"} 10',
      'patchcast_stage_duration_seconds_count{source="screen",stage="motion"} 0',
    ]
  ) {
    assert.ok(lines.includes(line), line);
  }
});

Deno.test("GET /metrics has the delay of hand-overs, over all connections", async () => {
  const server = testServer();
  for (const ms of [0, 1, 3, 250, 251, 60_000, -5]) server.viewers.delay.observe(ms);
  const family = readExposition(await scrape(server)).get("patchcast_delivery_delay_seconds")!;
  const buckets = Object.fromEntries(
    family.samples.map(({ name, labels, value }) => [labels.le ?? name, value]),
  );
  assert.equal(buckets["0.001"], 3, "the clock set back counts as no delay; bounds are included");
  assert.equal(buckets["0.005"], 4);
  assert.equal(buckets["0.25"], 5);
  assert.equal(buckets["0.5"], 6);
  assert.equal(buckets["10"], 6);
  assert.equal(buckets["+Inf"], 7);
  assert.equal(buckets["patchcast_delivery_delay_seconds_sum"], 60.505);
});

Deno.test("GET /metrics has each source's numbers under its id, the captured one's first", async () => {
  const server = testServer({ desk: { silentSince: 1 } });
  server.pushed.statsNow = { ...STATS, updates: 3, state: "lost" };
  const families = readExposition(await scrape(server));
  const bySource = (name: string) =>
    families.get(name)!.samples.map(({ labels, value }) => [labels.source, value]);
  assert.deepEqual(bySource("patchcast_updates_total"), [["screen", 99], ["desk", 3]]);
  assert.deepEqual(bySource("patchcast_source_live"), [["screen", 1], ["desk", 0]]);
  assert.deepEqual(bySource("patchcast_source_silent"), [["screen", 0], ["desk", 1]]);
  assert.deepEqual(bySource("patchcast_source_viewers"), [["screen", 1], ["desk", 0]]);
  assert.deepEqual(bySource("patchcast_ring_bytes"), [["screen", 100], ["desk", 100]]);
  assert.deepEqual(bySource("patchcast_viewers"), [[undefined, 1]], "of the whole server");
  const stages = families.get("patchcast_stage_duration_seconds")!.samples;
  assert.deepEqual([...new Set(stages.map(({ labels }) => labels.source))], ["screen", "desk"]);
});

Deno.test("GET /metrics leaves out a pushed source that does not answer any more", async () => {
  const server = testServer({ desk: {} });
  server.pushed.fault = new Error("The source is closed");
  const families = readExposition(await scrape(server));
  const updates = families.get("patchcast_updates_total")!.samples;
  assert.deepEqual(updates.map(({ labels }) => labels.source), ["screen"]);
});

Deno.test("metricsText() keeps nothing from one scrape to the next", async () => {
  const { capture, viewers } = testServer();
  const ring = { entries: 0, bytes: 0, maxBytes: 1, spanMs: 0, maxMs: 1 };
  const sources = [{ id: "screen", stats: STATS, ring, viewers: 1, silent: false }];
  const measured = { sources, health: capture.healthNow, viewers };
  const [first, second] = await Promise.all([metricsText(measured), metricsText(measured)]);
  assert.equal(first, second);
});

Deno.test("readExposition() refuses what Prometheus would", () => {
  const head = "# HELP a_total x\n# TYPE a_total counter\n";
  assert.equal(readExposition(`${head}a_total 1\n`).get("a_total")?.samples[0].value, 1);
  for (
    const bad of [
      `${head}a_total 1`,
      `${head}a_total one\n`,
      `${head}a_total -1\n`,
      `${head}a_total 1\na_total 2\n`,
      `${head}b_total 1\n`,
      `${head}a_total{x=1} 1\n`,
      "a_total 1\n",
      "# HELP a x\n# TYPE a counter\na 1\n",
      '# HELP h x\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
    ]
  ) {
    assert.throws(() => readExposition(bad), bad);
  }
});
