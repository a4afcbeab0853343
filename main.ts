/**
 * Wiring: configuration → capture → routes → server → shutdown. Everything else is elsewhere.
 */
import { boundAddress, openLink } from "./config/addresses.ts";
import { isLoopback } from "./config/host.ts";
import { readTls, type Tls, TLS_FOLDERS, TlsRefused } from "./config/tls.ts";
import { type Config, ConfigError, parseConfig, readConfigFile } from "./config.ts";
import { type Engine, StartFailed } from "./capture/engine.ts";
import { capturedId, SourceSet } from "./capture/source_set.ts";
import { startCaptured, startPushed } from "./capture/start_engine.ts";
import { HistoryOpenFailed } from "./history/database.ts";
import { type StartedHistory, startHistory } from "./history/start.ts";
import { type App, createApp } from "./routes/app.ts";
import { eventsRoutes } from "./routes/events.ts";
import { EventFeeds } from "./routes/events/feeds.ts";
import { historyRoutes } from "./routes/history.ts";
import { Erasures } from "./routes/history/erasures.ts";
import { HistoryMeter } from "./routes/history/meter.ts";
import { ImageDecoder } from "./routes/intake/decoder.ts";
import { IMAGE_LIMITS } from "./routes/intake/limits.ts";
import { Uploads } from "./routes/intake/upload.ts";
import { WorkerEncoder } from "./routes/snapshot/encoder.ts";
import { sourcesRoutes } from "./routes/sources.ts";
import { streamRoutes } from "./routes/stream.ts";
import { ViewerRegistry } from "./routes/viewers_registry.ts";

/** How long streams may take to say bye at shutdown, ms. */
const BYE_MS = 1000;

/** Prints a line for people; stdout is for the line that machines read. */
function say(line: string): void {
  // deno-lint-ignore no-console -- the program's own output
  console.error(line);
}

function exit(code: number, line: string): never {
  say(line);
  Deno.exit(code);
}

function readInvocation(): Config {
  try {
    const invocation = parseConfig(Deno.args, (name) => Deno.env.get(name), readConfigFile());
    if (invocation.kind === "run") return invocation.config;
    // deno-lint-ignore no-console -- what the user asked for
    console.log(invocation.text.trimEnd());
    Deno.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) exit(2, error.message);
    throw error;
  }
}

/** Certificate and key, after which nothing outside this folder is readable any more. */
async function readCertificate(config: Config): Promise<Tls | undefined> {
  try {
    const tls = readTls(config);
    for (const path of TLS_FOLDERS) await Deno.permissions.revoke({ name: "read", path });
    if (tls && tls.expires < Date.now()) {
      say(`Patchcast: the certificate ended on ${new Date(tls.expires).toUTCString()}`);
    }
    return tls;
  } catch (error) {
    if (error instanceof TlsRefused) exit(2, error.message);
    throw error;
  }
}

/** A token nobody can guess: 128 bits as text that survives being typed into a terminal. */
function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

async function startEngine(config: Config): Promise<Engine> {
  try {
    return await startCaptured(config, Deno.env.get("DISPLAY"), (error) => {
      exit(1, `Patchcast cannot go on: ${error.message}`);
    });
  } catch (error) {
    if (error instanceof StartFailed) exit(1, `Cannot open the source: ${error.message}`);
    throw error;
  }
}

async function openHistory(config: Config, isDemo: boolean): Promise<StartedHistory> {
  try {
    return await startHistory(config, isDemo);
  } catch (error) {
    if (error instanceof HistoryOpenFailed) exit(1, error.message);
    throw error;
  }
}

function listen(
  { host, port }: Config,
  tls: Tls | undefined,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: host, port, onListen() {} };
  try {
    // With a certificate, clients choose between HTTP/2 and HTTP/1.1 by ALPN.
    return tls
      ? Deno.serve({ ...options, cert: tls.cert, key: tls.key }, handler)
      : Deno.serve(options, handler);
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "the port is taken; choose another with --port, or 0 for any"
      : error instanceof Error
      ? error.message
      : String(error);
    exit(1, `Cannot listen on ${host}:${port}: ${reason}`);
  }
}

async function main(): Promise<void> {
  const given = readInvocation();
  const tls = await readCertificate(given);
  // Bound first: the routes want to know the port, which may have been 0, and Workers started later inherit
  // what the process may then still do. Requests wait for the routes.
  const routes = Promise.withResolvers<App["app"]>();
  const server = listen(given, tls, async (request, info) => {
    return (await routes.promise).fetch(request, info);
  });
  // Nothing here ever connects out: from now on the process cannot.
  await Deno.permissions.revoke({ name: "net" });

  const engine = await startEngine(given);
  const isDemo = engine.label === "demo";
  // The demo shows nothing of this machine; on loopback it needs no token unless one was given.
  const open = given.auth === "none" ||
    (isDemo && given.token === undefined && given.viewToken === undefined &&
      given.historyToken === undefined && isLoopback(given.host));
  const config = {
    ...given,
    port: server.addr.port,
    token: open ? given.token : given.token ?? newToken(),
  };

  const now = () => Date.now();
  const { archive, offDetail, note } = await openHistory(config, isDemo);
  const registry = new ViewerRegistry(config.maxViewers, () => {});
  const feeds = new EventFeeds(now);
  const sources = new SourceSet<Engine>({
    captured: { id: capturedId(engine.label), engine },
    open: (source, onFault) => startPushed(config, source, onFault),
    now,
    // Late ones would have to be put in front of what is recorded already.
    onShot: (id, time, place, frame) => {
      if (place !== "late") archive?.recordShot(id, time, place === "newest" ? frame : undefined);
    },
    onClosed(id, reason) {
      say(`Patchcast: the source ${id} is closed: ${reason}`);
      feeds.close(id);
      archive?.endShots(id, reason);
    },
  });
  const encoder = new WorkerEncoder();
  const decoder = new ImageDecoder({ limits: IMAGE_LIMITS });
  const uploads = new Uploads({ maxBytes: IMAGE_LIMITS.maxBytes });
  const past = historyRoutes({
    archive,
    offDetail,
    limits: { maxAgeMs: config.historyHours * 3_600_000, maxBytes: config.historyBytes },
    recorded: () =>
      archive ? sources.list().map(({ id, engine }) => ({ id, label: engine.label })) : [],
    erasures: new Erasures(now()),
    now,
  });
  const history = new HistoryMeter(archive, offDetail);
  const { app } = createApp(
    { config, capture: engine, viewers: registry, ring: () => engine.ring.stats(), history, now },
    { open, encoder, sources },
    [
      ...streamRoutes({ sources, registry, now }),
      ...eventsRoutes({
        sources,
        feedOf: (id) => feeds.of(id, sources.get(id)!.engine),
        registry,
        now,
      }),
      ...sourcesRoutes({ sources, decoder, uploads, now }),
      ...past.routes,
    ],
  );
  if (archive) {
    const captured = sources.get(undefined)!;
    archive.follow(captured.id, {
      ring: engine.ring,
      capture: engine,
      hello: () => engine.hello("history"),
      now,
    });
    // The history watches, too.
    captured.enter(() => {});
  }
  routes.resolve(app);

  // A token that was given is known already: it goes to a terminal for convenience, but into no log.
  const showToken = !open && (given.token === undefined || Deno.stderr.isTerminal());
  const scheme = tls ? "https" : "http";
  const listening = { scheme, ...server.addr, allowHosts: config.allowHosts } as const;
  if (engine.note) say(`Patchcast: ${engine.note}`);
  const { width, height } = engine.hello("");
  say(`Patchcast captures ${engine.label} (${width}×${height})`);
  if (!isDemo || archive) say(`Patchcast: ${note}`);
  say(`Open ${openLink(listening, showToken ? config.token : undefined)}`);
  // deno-lint-ignore no-console -- the line that scripts wait for
  console.log(`listening on ${boundAddress(listening)}`);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await registry.endAll("the server is shutting down", BYE_MS);
    past.close("the server is shutting down");
    feeds.closeAll();
    encoder.close();
    decoder.close();
    await archive?.close();
    await sources.stop();
    await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, BYE_MS))]);
    Deno.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
}

await main();
