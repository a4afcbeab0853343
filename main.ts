/**
 * Wiring: configuration → capture → routes → server → shutdown. Everything else is elsewhere.
 */
import { isLoopback } from "./config/host.ts";
import { type Config, ConfigError, parseConfig, readConfigFile } from "./config.ts";
import { Engine, StartFailed } from "./capture/engine.ts";
import type { SourceSpec } from "./capture/worker_protocol.ts";
import { createApp } from "./routes/app.ts";
import { eventsRoutes } from "./routes/events.ts";
import { EventFeed } from "./routes/events/feed.ts";
import { WorkerEncoder } from "./routes/snapshot/encoder.ts";
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

function sourceSpec({ source }: Config): SourceSpec {
  const display = Deno.env.get("DISPLAY");
  switch (source.kind) {
    case "auto":
      return { kind: "auto", display };
    case "demo":
      return { kind: "demo" };
    case "x11":
      return { kind: "x11", display: source.display ?? display };
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
    return await Engine.start({
      source: sourceSpec(config),
      settings: config.settings,
      ring: { maxBytes: config.ringBytes, maxMs: config.ringSeconds * 1000 },
      onFault: (error) => exit(1, `Patchcast cannot go on: ${error.message}`),
    });
  } catch (error) {
    if (error instanceof StartFailed) exit(1, `Cannot open the source: ${error.message}`);
    throw error;
  }
}

function listen(
  config: Config,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: config.host, port: config.port, onListen() {} }, handler);
  } catch (error) {
    const { host, port } = config;
    if (error instanceof Deno.errors.AddrInUse) {
      exit(
        1,
        `Cannot listen on ${host}:${port}: the port is taken; choose another with --port, or 0 for any`,
      );
    }
    exit(1, `Cannot listen on ${host}:${port}: ${error instanceof Error ? error.message : error}`);
  }
}

async function main(): Promise<void> {
  const given = readInvocation();
  const engine = await startEngine(given);
  const isDemo = engine.label === "demo";
  // The demo shows nothing of this machine; on loopback it needs no token unless one was given.
  const open = given.auth === "none" ||
    (isDemo && given.token === undefined && given.viewToken === undefined &&
      isLoopback(given.host));
  const config = open ? given : { ...given, token: given.token ?? newToken() };

  const now = () => Date.now();
  const registry = new ViewerRegistry(config.maxViewers, (count) => engine.setViewers(count));
  const stream = { capture: engine, ring: engine.ring, registry, now };
  const feed = new EventFeed({ ...stream, hello: () => engine.hello("events") });
  const encoder = new WorkerEncoder();
  // Bound first: the routes want to know the port, which may have been 0.
  const server = listen(config, (request, info) => app.fetch(request, info));
  const bound = { ...config, port: server.addr.port };
  const { app } = createApp(
    { config: bound, capture: engine, viewers: registry, ring: () => engine.ring.stats(), now },
    { open, encoder },
    [...streamRoutes(stream), ...eventsRoutes({ feed, registry, now })],
  );

  // Nothing here ever connects out: from now on the process cannot.
  await Deno.permissions.revoke({ name: "net" });
  // A token that was given is known already: it goes to a terminal for convenience, but into no log.
  const showToken = given.token === undefined || Deno.stderr.isTerminal();
  announce(config, server.addr, engine, open, showToken);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await registry.endAll("the server is shutting down", BYE_MS);
    feed.close();
    encoder.close();
    await engine.stop();
    await Promise.race([server.shutdown(), new Promise((resolve) => setTimeout(resolve, BYE_MS))]);
    Deno.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
}

/**
 * One link to open, what is captured, and the line for machines.
 * @param showToken put the token into the link
 */
function announce(
  config: Config,
  addr: Deno.NetAddr,
  engine: Engine,
  open: boolean,
  showToken: boolean,
): void {
  const literal = addr.hostname.includes(":") ? `[${addr.hostname}]` : addr.hostname;
  const reachable = literal === "0.0.0.0" ? "127.0.0.1" : literal === "[::]" ? "[::1]" : literal;
  const fragment = open || !showToken ? "" : `#token=${encodeURIComponent(config.token ?? "")}`;
  if (engine.note) say(`Patchcast: ${engine.note}`);
  const { width, height } = engine.hello("");
  say(`Patchcast captures ${engine.label} (${width}×${height})`);
  say(`Open http://${reachable}:${addr.port}/${fragment}`);
  // deno-lint-ignore no-console -- the line that scripts wait for
  console.log(`listening on http://${literal}:${addr.port}`);
}

await main();
