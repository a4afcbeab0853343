/**
 * `GET /metrics`: the same measurements for Prometheus. Everything is read at the moment of the scrape; nothing
 * is counted here.
 */
import { Counter, Gauge, Registry } from "prom-client";
import type { ControlledSource, Deps } from "./deps.ts";
import {
  counters,
  gauges,
  histograms,
  type Measured,
  type MeasuredSource,
  type Metric,
} from "./metrics/families.ts";
import { histogramRegistry } from "./metrics/histograms.ts";
import type { Route } from "./route.ts";

/** The routes of this file. Role `view`: the numbers tell no more than watching does. */
export function metricsRoutes({ sources, viewers, history }: Deps): Route[] {
  return [{
    method: "get",
    path: "/metrics",
    role: "view",
    description: {
      summary: "Read measurements in Prometheus' text format",
      responses: { 200: { description: "Metrics", content: { "text/plain": { schema: {} } } } },
    },
    async handler(c) {
      const [measured, health, past] = await Promise.all([
        measureAll(sources.list()),
        sources.default.engine.health(),
        history?.read(),
      ]);
      const text = await metricsText({ sources: measured, health, viewers, history: past });
      return c.body(text, 200, { "content-type": Registry.PROMETHEUS_CONTENT_TYPE });
    },
  }];
}

/** A source may be closed or die while it is asked: then it is left out. */
async function measureAll(sources: readonly ControlledSource[]) {
  const measured = await Promise.allSettled(sources.map(measure));
  const found = measured.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
  // Of nothing there is nothing to tell: whoever scrapes learns why.
  if (found.length === 0) await measure(sources[0]);
  return found;
}

async function measure(source: ControlledSource): Promise<MeasuredSource> {
  const { id, viewers, silentSince, engine } = source;
  const stats = await engine.stats();
  return { id, stats, ring: engine.ring.stats(), viewers, silent: silentSince !== undefined };
}

/** The text of one scrape. A registry of its own each time: no state, and scrapes cannot mix. */
export async function metricsText(measured: Measured): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const metric of gauges(measured)) {
    const gauge = new Gauge({ ...described(metric), registers });
    for (const { labels, value } of metric.series) gauge.set(labels, value);
  }
  for (const metric of counters(measured)) {
    const counter = new Counter({ ...described(metric), registers });
    for (const { labels, value } of metric.series) counter.inc(labels, value);
  }
  return await Registry.merge([registry, histogramRegistry(histograms(measured))]).metrics();
}

function described({ name, help, series }: Metric) {
  return { name, help, labelNames: Object.keys(series[0]?.labels ?? {}) };
}
