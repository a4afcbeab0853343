/**
 * Wiring of the agent: command line → source → spool → server. Everything else is in push/.
 */
import { type Opened, openSource } from "./capture/open_source.ts";
import { SourceLost } from "./capture/source.ts";
import { specOf } from "./capture/source_spec.ts";
import { isLoopback, normalHost } from "./config/host.ts";
import { Agent, Denied, promiseOf } from "./push/agent.ts";
import { Camera } from "./push/camera.ts";
import { BadOptions, HELP, parsePushOptions, type PushOptions } from "./push/options.ts";
import { report } from "./push/report.ts";
import { Spool } from "./push/spool.ts";
import { upload } from "./push/upload.ts";

function say(line: string): void {
  // deno-lint-ignore no-console -- the program's own output
  console.error(line);
}

function exit(code: number, line: string): never {
  say(line);
  Deno.exit(code);
}

function readOptions(): PushOptions {
  try {
    const options = parsePushOptions(Deno.args, {
      env: (name) => Deno.env.get(name),
      hostname: () => Deno.hostname(),
    });
    if (options) return options;
    // deno-lint-ignore no-console -- what the user asked for
    console.log(HELP.trimEnd());
    Deno.exit(0);
  } catch (error) {
    if (error instanceof BadOptions) exit(2, error.message);
    throw error;
  }
}

async function open({ source }: PushOptions): Promise<Opened> {
  const spec = specOf(source, Deno.env.get("DISPLAY"));
  try {
    return await openSource(spec);
  } catch (error) {
    if (error instanceof SourceLost) exit(1, `Cannot open the source: ${error.message}`);
    throw error;
  }
}

async function openSpool({ spool, spoolBytes, as }: PushOptions): Promise<Spool> {
  try {
    // One directory for each source: agents with different ids can share a spool.
    return await Spool.open(`${spool}/${as}`, spoolBytes);
  } catch (error) {
    const hint = error instanceof Deno.errors.NotCapable
      ? `; the agent may write there when it is started with --allow-read=${spool} --allow-write=${spool}`
      : "";
    exit(
      1,
      `Cannot use --spool ${spool}: ${error instanceof Error ? error.message : error}${hint}`,
    );
  }
}

/** Resolves after `ms`, or when the signal aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

async function main(): Promise<void> {
  const options = readOptions();
  const { to, as, token, everyMs } = options;
  const opened = await open(options);
  const camera = new Camera(opened);
  const spool = await openSpool(options);
  if (opened.note) say(`Patchcast push: ${opened.note}`);
  const host = normalHost(to.hostname);
  if (to.protocol === "http:" && !(host !== undefined && isLoopback(host))) {
    say(
      "Patchcast push: http sends screenshots and token in the clear; use https where others listen",
    );
  }
  const waiting = spool.count > 0 ? `, ${spool.count} from before are waiting` : "";
  say(
    `Patchcast push looks at ${camera.label} every ${
      everyMs / 1000
    } s, for ${to.href} as ${as}${waiting}`,
  );
  const server = { to, as, token, promisedMs: promiseOf(everyMs), now: Date.now };
  const agent = new Agent({
    camera,
    spool,
    upload: (shot, signal) => upload(shot, signal, server),
    report: (still, signal) => report(still, signal, server),
    everyMs,
    wall: () => Date.now(),
    steady: () => performance.now(),
    random: Math.random,
    sleep,
    say: (line) => say(`Patchcast push: ${line}`),
  });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  let code = 0;
  try {
    await agent.run(stop.signal);
  } catch (error) {
    if (!(error instanceof Denied)) throw error;
    say(`Patchcast push: ${error.message}`);
    code = 1;
  } finally {
    camera.close();
  }
  const { sent, refused } = agent.counts;
  say(
    `Patchcast push: ${sent} sent, ${refused} refused, ${spool.dropped} dropped, ${spool.count} kept in the spool`,
  );
  Deno.exit(code);
}

await main();
