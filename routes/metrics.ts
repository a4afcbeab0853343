/**
 * `GET /metrics`: the same measurements for Prometheus. Everything is read at the moment of the scrape; nothing
 * is counted here.
 */
import { Counter, Gauge, Registry } from "prom-client";
import type { Deps } from "./deps.ts";
import { counters, gauges, histograms, type Measured } from "./metrics/families.ts";
import { histogramRegistry } from "./metrics/histograms.ts";
import type { Route } from "./route.ts";

/** The routes of this file. Role `view`: the numbers tell no more than watching does. */
export function metricsRoutes({ capture, viewers, ring, history }: Deps): Route[] {
  return [{
    method: "get",
    path: "/metrics",
    role: "view",
    description: {
      summary: "Read measurements in Prometheus' text format",
      responses: { 200: { description: "Metrics", content: { "text/plain": { schema: {} } } } },
    },
    async handler(c) {
      const [stats, health, past] = await Promise.all([
        capture.stats(),
        capture.health(),
        history?.read(),
      ]);
      const text = await metricsText({ stats, health, ring: ring(), viewers, history: past });
      return c.body(text, 200, { "content-type": Registry.PROMETHEUS_CONTENT_TYPE });
    },
  }];
}

/** The text of one scrape. A registry of its own each time: no state, and scrapes cannot mix. */
export async function metricsText(measured: Measured): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const [name, help, value] of gauges(measured)) {
    new Gauge({ name, help, registers }).set(value);
  }
  for (const [name, help, value] of counters(measured)) {
    new Counter({ name, help, registers }).inc(value);
  }
  return await Registry.merge([registry, histogramRegistry(histograms(measured))]).metrics();
}
