/**
 * `deno task bench:links [--json] [--seconds S] [--only TEXT] [--mode acks|silent|both] [FILE…|scroll]`:
 * what viewers on bad links see.
 *
 * Plays each recording (`scroll`: a screen full of text that scrolls 30 times a second) as the source of the real
 * server, in a network namespace of its own. Two viewers watch at the same time across links of the same kind
 * (links/shaped_link.ts), one with acknowledgements and one without; another beside the server watches all the time. Staleness is for how long
 * there has been a change that a viewer does not show. Default: the repository's own recording, and `scroll`.
 */
import { openRecording } from "./frames.ts";
import { endProcesses, LinkServer, type SourceModule } from "./links/processes.ts";
import type { Conditions } from "./links/pipe.ts";
import { type Scenario, scenarios } from "./links/scenarios.ts";
import { missingForLinks, ShapedLinks } from "./links/shaped_link.ts";
import { type Staleness, StalenessOf } from "./links/staleness.ts";
import type { Diary } from "./links/viewer.ts";

export interface LinksOptions {
  /** Length of each scenario's measurement, s. */
  readonly seconds: number;
  /** Only scenarios whose name has this. */
  readonly only: string;
  readonly modes: readonly Mode[];
}

/** Whether the viewer acknowledges. */
export type Mode = "acks" | "silent";

/** One viewer on one link. Times in ms. */
export interface LinkResult {
  readonly source: string;
  readonly scenario: string;
  readonly mode: Mode;
  readonly staleness: Staleness;
  /** From when the link was last changed until the viewer was back; `null`: not within the scenario. */
  readonly recoveryMs: number | null | undefined;
  readonly bytes: number;
  /** Catch-ups and keyframes, the first picture not counted. */
  readonly catchUps: number;
  readonly connections: number;
  /** The viewer beside the server, at the same time and before anyone else watched. */
  readonly near: Staleness;
  readonly nearBefore: Staleness;
  /** Updates that it did not get one by one. */
  readonly nearMissed: number;
}

interface Measured {
  readonly scenario: Scenario;
  readonly mode: Mode;
  readonly from: number;
  readonly to: number;
  /** When the link was last changed. */
  readonly changedAt: number | undefined;
  readonly diary: Diary;
}

/** Somebody pressed Ctrl-C. */
class Interrupted extends Error {}

/** Back means: no staler than this and a round trip. */
const BACK_MS = 300;
/** As good as no link in between. */
export const UNSHAPED: Conditions = { bitsPerSecond: 1e9, delayMs: 0, loss: 0 };

/** Plays one source over all links, a viewer of each mode on a link of its own; the links are changed on the way. */
export async function measureSource(
  links: ShapedLinks,
  source: { readonly name: string; readonly module: SourceModule },
  { seconds, only, modes }: LinksOptions,
): Promise<LinkResult[]> {
  links.conditions = UNSHAPED;
  await using server = await LinkServer.start(links, source.module);
  const near = await server.watch("near", true);
  const baseline = Date.now();
  await pause(Math.min(10, seconds) * 1000);
  const measured: Measured[] = [];
  const before = [baseline, Date.now()] as const;
  for (const scenario of scenarios(seconds)) {
    if (!scenario.name.includes(only)) continue;
    measured.push(...await measure(links, server, scenario, modes, seconds));
  }
  const nearDiary = await near.leave();
  return measured.map((one) => resultOf(source.name, one, nearDiary, before));
}

async function measure(
  links: ShapedLinks,
  server: LinkServer,
  scenario: Scenario,
  modes: readonly Mode[],
  seconds: number,
): Promise<Measured[]> {
  links.conditions = scenario.link;
  const viewers = await Promise.all(
    modes.map((mode, i) => server.watch(links.ends[i], mode === "acks")),
  );
  const from = Date.now();
  const lengthMs = (seconds + scenario.extraSeconds) * 1000;
  let changedAt: number | undefined;
  for (const change of scenario.changes) {
    await pause(from + change.at * lengthMs - Date.now());
    links.conditions = change.link;
    changedAt = Date.now();
  }
  await pause(from + lengthMs - Date.now());
  const to = Date.now();
  links.conditions = UNSHAPED;
  const diaries = await Promise.all(viewers.map((viewer) => viewer.leave()));
  return modes.map((mode, i) => ({ scenario, mode, from, to, changedAt, diary: diaries[i] }));
}

function resultOf(
  source: string,
  { scenario, mode, from, to, changedAt, diary }: Measured,
  near: Diary,
  before: readonly [number, number],
): LinkResult {
  const far = new StalenessOf(near.updates, diary.shown);
  const close = new StalenessOf(near.updates, near.shown);
  const within = ({ at }: { at: number }) => at >= from && at < to;
  const back = BACK_MS + 2 * scenario.link.delayMs;
  return {
    source,
    scenario: scenario.name,
    mode,
    staleness: far.between(from, to),
    recoveryMs: changedAt === undefined ? undefined : far.recovery(changedAt, to, back) ?? null,
    bytes: diary.arrived.filter(within).reduce((sum, { bytes }) => sum + bytes, 0),
    catchUps: diary.skips.filter(within).length,
    connections: diary.connections,
    near: close.between(from, to),
    nearBefore: close.between(...before),
    nearMissed: near.skips.filter(within).reduce((sum, { count }) => sum + count, 0),
  };
}

async function sourceOf(file: string): Promise<SourceModule> {
  const moduleUrl = (name: string) => new URL(`links/${name}`, import.meta.url).href;
  if (file === "scroll") return { url: moduleUrl("scroll_source.ts"), options: {} };
  const { width, height } = await openRecording(file);
  const path = await Deno.realPath(file);
  return { url: moduleUrl("recording_source.ts"), options: { file: path, width, height } };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

function table(results: readonly LinkResult[]): string {
  const head = ["source", "link", "viewer", "p50", "p95", "max", "back", "kB", "catch-ups"]
    .concat(["near p95", "before", "near missed"]);
  const ms = (value: number) => `${Math.round(value)} ms`;
  const rows = results.map((r) => [
    r.source,
    r.scenario,
    r.mode,
    ...[r.staleness.p50, r.staleness.p95, r.staleness.max].map(ms),
    r.recoveryMs === undefined ? "" : r.recoveryMs === null ? "never" : ms(r.recoveryMs),
    String(Math.round(r.bytes / 1000)),
    String(r.catchUps),
    ms(r.near.p95),
    ms(r.nearBefore.p95),
    String(r.nearMissed),
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ");
  return [head, ...rows].map((row) => line(row).trimEnd()).join("\n");
}

/** How much staler the viewer is without acknowledgements. */
function ratios(results: readonly LinkResult[]): string[] {
  return results.filter(({ mode }) => mode === "silent").flatMap((silent) => {
    const acks = results.find((other) =>
      other.mode === "acks" && other.source === silent.source && other.scenario === silent.scenario
    );
    if (!acks) return [];
    const times = (a: number, b: number) => (a / Math.max(1, b)).toFixed(1);
    const { p50, p95, max } = silent.staleness;
    const by = acks.staleness;
    return [
      `${silent.source}, ${silent.scenario}: without acknowledgements ${
        times(p50, by.p50)
      } times as stale ` +
      `(p95 ${times(p95, by.p95)}, max ${times(max, by.max)})`,
    ];
  });
}

/** The command line; exits 2 where it is not one. */
function readArguments(args: readonly string[]): LinksOptions & { json: boolean; files: string[] } {
  const usage = (problem: string): never => {
    // deno-lint-ignore no-console -- usage
    console.error(problem);
    Deno.exit(2);
  };
  const files: string[] = [];
  let [json, seconds, only, modes]: [boolean, number, string, Mode[]] = [
    false,
    20,
    "",
    ["acks", "silent"],
  ];
  for (let i = 0; i < args.length; i++) {
    const [name, ownValue] = args[i].split("=", 2);
    const value = () => ownValue ?? args[++i] ?? usage(`Cannot set ${name}: got nothing`);
    if (name === "--json") json = true;
    else if (name === "--only") only = value();
    else if (name === "--seconds") {
      seconds = Number(value());
      if (!(seconds >= 2 && seconds <= 600)) {
        usage(`Cannot set --seconds: got ${args[i]}, wanted 2 to 600`);
      }
    } else if (name === "--mode") {
      const mode = value();
      if (mode === "acks" || mode === "silent") modes = [mode];
      else if (mode !== "both") {
        usage(`Cannot set --mode: got ${mode}, wanted acks, silent or both`);
      }
    } else if (name.startsWith("--")) usage(`Cannot set ${name}: there is no such option`);
    else files.push(args[i]);
  }
  if (files.length === 0) {
    files.push(new URL("../tests/fixtures/desktop.mkv", import.meta.url).pathname, "scroll");
  }
  return { json, seconds, only, modes, files };
}

async function main(): Promise<void> {
  const options = readArguments(Deno.args);
  const missing = missingForLinks();
  if (missing.length > 0) {
    // deno-lint-ignore no-console -- why it does not run
    console.error(`Cannot shape links: missing ${missing.join(", ")}`);
    Deno.exit(1);
  }
  const links = await ShapedLinks.create(UNSHAPED, options.modes.length);
  const all: LinkResult[] = [];
  const interrupted = Promise.withResolvers<never>();
  const stop = () => interrupted.reject(new Interrupted());
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
  const run = async () => {
    for (const file of options.files) {
      const source = { name: file.split("/").at(-1)!, module: await sourceOf(file) };
      const results = await measureSource(links, source, options);
      all.push(...results);
      // deno-lint-ignore no-console -- the bench's output
      if (!options.json) console.log(table(results) + "\n");
    }
  };
  try {
    await Promise.race([run(), interrupted.promise]);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    Deno.exitCode = 130;
  } finally {
    await endProcesses();
    await links[Symbol.asyncDispose]();
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, stop);
  if (Deno.exitCode !== 0) Deno.exit();
  // deno-lint-ignore no-console -- the bench's output
  console.log(options.json ? JSON.stringify(all) : ratios(all).join("\n"));
}

if (import.meta.main) await main();
