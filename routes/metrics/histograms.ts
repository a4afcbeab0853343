/** Histograms that were counted elsewhere, as Prometheus' client wants them. */
import { AggregatorRegistry, type Registry } from "prom-client";
import type { HistogramCounts } from "../../capture/histogram.ts";

/** One metric: a histogram, or one for each value of a label. */
export interface HistogramFamily {
  /** In seconds, so it ends in `_seconds`. */
  readonly name: string;
  readonly help: string;
  readonly series: readonly {
    readonly labels: Readonly<Record<string, string>>;
    /** In ms. */
    readonly counts: HistogramCounts;
  }[];
}

/**
 * A registry with histograms. Prometheus' client only counts values one by one; counts that exist already
 * come in by the way made for those of other processes.
 */
export function histogramRegistry(families: readonly HistogramFamily[]): Registry {
  return AggregatorRegistry.aggregate([families.map(({ name, help, series }) => ({
    name,
    help,
    type: "histogram",
    aggregator: "sum",
    values: series.flatMap(({ labels, counts }) => values(name, labels, counts)),
  }))]);
}

function values(
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, counts, sum }: HistogramCounts,
) {
  let total = 0;
  const buckets = counts.map((count, range) => {
    total += count;
    const le = range < bounds.length ? String(bounds[range] / 1000) : "+Inf";
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum / 1000 },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
