/**
 * Prometheus' text format 0.0.4, read strictly: whatever a scraper would refuse or misunderstand throws.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */

/** One line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All that belongs to one `# TYPE`. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const HEADER = new RegExp(
  `^# HELP (${NAME}) (\\S.*)\\n# TYPE (${NAME}) (counter|gauge|histogram)$`,
);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (-?[0-9.]+(?:e[+-]?\\d+)?|\\+Inf|-Inf|NaN)$`);
const LABEL = /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/;

/**
 * Reads a scrape.
 * @throws {Error} naming the line or the metric that is not as the format or its conventions want it
 */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line is not ended");
  const families = new Map<string, Family>();
  for (const block of text.trimEnd().split(/\n+(?=# HELP )/)) {
    const [help, type, ...lines] = block.split("\n").filter((line) => line !== "");
    const header = HEADER.exec(`${help}\n${type}`);
    if (!header || header[1] !== header[3]) throw new Error(`bad header: ${help} / ${type}`);
    const name = header[1];
    if (families.has(name)) throw new Error(`${name} is there twice`);
    const family: Family = {
      name,
      help: header[2],
      type: header[4] as Family["type"],
      samples: lines.map(readSample),
    };
    checkFamily(family);
    families.set(name, family);
  }
  return families;
}

function readSample(line: string): Sample {
  const match = SAMPLE.exec(line);
  if (!match) throw new Error(`bad line: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = match[2] ?? ""; rest !== "";) {
    const label = LABEL.exec(rest);
    if (!label || label[1] in labels) throw new Error(`bad labels: ${line}`);
    labels[label[1]] = label[2];
    rest = rest.slice(label[0].length);
  }
  return { name: match[1], labels, value: Number(match[3].replace("Inf", "Infinity")) };
}

function checkFamily({ name, type, samples }: Family): void {
  if (samples.length === 0) throw new Error(`${name} has no value`);
  const seen = new Set(samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`));
  if (seen.size !== samples.length) throw new Error(`${name} has a value twice`);
  if (type === "histogram") return checkHistogram(name, samples);
  if (samples.some((sample) => sample.name !== name)) throw new Error(`${name} has others' values`);
  if (name.endsWith("_total") !== (type === "counter")) throw new Error(`${name} is no ${type}`);
  if (type === "counter" && samples.some(({ value }) => !(value >= 0))) {
    throw new Error(`${name} is below zero`);
  }
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...rest } = sample.labels;
    const key = JSON.stringify(rest);
    series.set(key, [...series.get(key) ?? [], sample]);
  }
  for (const [labels, parts] of series) {
    const buckets = parts.filter((part) => part.name === `${name}_bucket`);
    const counts = parts.filter((part) => part.name === `${name}_count`);
    const sums = parts.filter((part) => part.name === `${name}_sum`);
    if (buckets.length + 2 !== parts.length || counts.length !== 1 || sums.length !== 1) {
      throw new Error(`${name}${labels} wants buckets, one count and one sum`);
    }
    const bounds = buckets.map(({ labels }) => Number(labels.le.replace("Inf", "Infinity")));
    const rising = bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]);
    const cumulative = buckets.every(({ value }, i) => i === 0 || value >= buckets[i - 1].value);
    const last = buckets.at(-1);
    if (!rising || !cumulative || last?.labels.le !== "+Inf" || last.value !== counts[0].value) {
      throw new Error(`${name}${labels} has buckets that do not add up`);
    }
  }
}
