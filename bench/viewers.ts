/**
 * `deno task bench:viewers [--viewers N] [--fps F] [--bytes B] [--seconds S] [--json]`: the server with a source
 * that changes at every tick by an update of about B bytes, first with one viewer, then with N, which all connect
 * at the same moment, over loopback, from a process of their own.
 *
 * Delivery delay is the time of receipt minus the update's capture time, by one machine's clock. Memory per viewer is
 * what N viewers add to the resident memory of the server with one. Exits 1 when an update was missed or a
 * viewer lost. Linux only.
 */
import { type BenchOptions, readOptions } from "./viewers/options.ts";
import { measureViewers, type RunResult } from "./viewers/run.ts";

/** Both runs, and what follows from them. */
export interface BenchResult {
  readonly one: RunResult;
  readonly all: RunResult;
  readonly memoryPerViewerBytes: number;
  /** Capture CPU with all viewers, as a multiple of that with one. */
  readonly captureRatio: number;
  readonly undelivered: number;
  /** Nothing was missed, and nobody lost. */
  readonly passed: boolean;
}

/** Measures with one viewer and with all of them. */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const one = await measureViewers(options, 1);
  const all = await measureViewers(options, options.viewers);
  const undelivered = all.updates * options.viewers - all.delivered;
  return {
    one,
    all,
    memoryPerViewerBytes: (all.residentBytes - one.residentBytes) / options.viewers,
    captureRatio: all.captureCpu / one.captureCpu,
    undelivered,
    passed: all.updates > 0 && undelivered === 0 && all.missed === 0 && all.lost === 0,
  };
}

function print({ fps, bytes }: BenchOptions, result: BenchResult): void {
  const runs = [result.one, result.all];
  const rows: [string, (run: RunResult) => string][] = [
    ["connected", (run) => `${run.connected}`],
    ["all have a picture after", (run) => `${run.allConnectedMs} ms`],
    ["updates captured", (run) => `${run.updates} of ${fps * run.seconds}`],
    ["messages/s delivered", (run) => perSecond(run, run.delivered)],
    ["messages/s expected", (run) => perSecond(run, run.updates * run.viewers)],
    ["missed", (run) => `${run.missed + run.updates * run.viewers - run.delivered}`],
    ["lost viewers", (run) => `${run.lost}${run.firstLoss ? ` (${run.firstLoss})` : ""}`],
    ["viewers with catch-ups", (run) => `${run.caughtUp}`],
    ["delay p50", (run) => `${run.delayMsP50} ms`],
    ["delay p99", (run) => `${run.delayMsP99} ms`],
    ["delay max", (run) => `${run.delayMsMax} ms`],
    ["MB/s", (run) => (run.bytesPerSecond / 1e6).toFixed(2)],
    [
      "bytes per update",
      (run) => `${Math.round(run.bytesPerSecond * run.seconds / run.delivered)}`,
    ],
    ["CPU s: capture, diff, encode", (run) => run.captureCpu.toFixed(2)],
    ["CPU s: HTTP and the rest", (run) => run.httpCpu.toFixed(2)],
    ["CPU s: load generator", (run) => run.loadCpu.toFixed(2)],
    ["resident memory", (run) => `${(run.residentBytes / 2 ** 20).toFixed(0)} MiB`],
  ];
  const say = (...cells: string[]) => {
    const [name, ...values] = cells;
    // deno-lint-ignore no-console -- the bench's output
    console.log(name.padEnd(30) + values.map((value) => value.padStart(16)).join(""));
  };
  say(`${fps} updates/s of ${bytes} bytes`, ...runs.map(({ viewers }) => `${viewers} viewers`));
  for (const [name, cell] of rows) say(name, ...runs.map(cell));
  say("memory per viewer", "", `${(result.memoryPerViewerBytes / 1024).toFixed(1)} KiB`);
  say("capture CPU against one", "", `${result.captureRatio.toFixed(2)}×`);
}

function perSecond({ seconds }: RunResult, count: number): string {
  return (count / seconds).toFixed(1);
}

if (import.meta.main) {
  const options = readOptions(Deno.args);
  const result = await bench(options);
  // deno-lint-ignore no-console -- the bench's output
  if (options.json) console.log(JSON.stringify(result));
  else print(options, result);
  Deno.exit(result.passed ? 0 : 1);
}
