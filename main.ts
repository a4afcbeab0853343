/**
 * Wiring: configuration → capture → routes → server → shutdown. Everything else is elsewhere.
 */
import { boundAddress, openLink } from "./config/addresses.ts";
import { openHistory, openSources, startSources } from "./program/sources.ts";
import { dropPermissions } from "./program/permissions.ts";
import { accessTo } from "./program/access.ts";
import { readCertificate, readInvocation } from "./program/invocation.ts";
import { listen } from "./program/listen.ts";
import { say } from "./program/say.ts";
import { SlicesOut } from "./program/slices_out.ts";
import { type App, createApp } from "./routes/app.ts";
import { eventsRoutes } from "./routes/events.ts";
import { EventFeeds } from "./routes/events/feeds.ts";
import { deltaRoutes } from "./routes/delta.ts";
import { Deltas } from "./routes/delta/deltas.ts";
import { mjpegRoutes } from "./routes/mjpeg.ts";
import { MjpegFeeds } from "./routes/mjpeg/feeds.ts";
import { slicesRoutes } from "./routes/slices.ts";
import { wallRoute } from "./routes/wall.ts";
import { SliceFeeds } from "./slices/feeds.ts";
import { historyRoutes } from "./routes/history.ts";
import { Erasures } from "./routes/history/erasures.ts";
import { HistoryMeter } from "./routes/history/meter.ts";
import { ImageDecoder } from "./routes/intake/decoder.ts";
import { IMAGE_LIMITS } from "./capture/images/limits.ts";
import { Uploads } from "./routes/intake/upload.ts";
import { WorkerEncoder } from "./routes/snapshot/encoder.ts";
import { sourcesRoutes } from "./routes/sources.ts";
import { streamRoutes } from "./routes/stream.ts";
import { ViewerRegistry } from "./routes/viewers_registry.ts";

/** How long streams may take to say bye at shutdown, ms. */
const BYE_MS = 1000;

async function main(): Promise<void> {
  const given = readInvocation();
  const tls = await readCertificate(given);
  // Bound first: the routes want to know the port, which may have been 0, and Workers started later inherit
  // what the process may then still do. Requests wait for the routes.
  const routes = Promise.withResolvers<App["app"]>();
  const server = listen(given, tls, async (request, info) => {
    return (await routes.promise).fetch(request, info);
  });
  await dropPermissions(given);

  const started = await startSources(given);
  const { isDemo } = started;
  const { open, token } = accessTo(given, isDemo);
  const config = { ...given, port: server.addr.port, token };

  const now = () => Date.now();
  const { archive, offDetail, note } = await openHistory(config, isDemo);
  const registry = new ViewerRegistry(config.maxViewers);
  const feeds = {
    events: new EventFeeds(now),
    mjpeg: new MjpegFeeds(now),
    slices: new SliceFeeds({ now }),
    deltas: new Deltas(),
  };
  const erasures = new Erasures(now());
  const { sources, wall } = openSources({
    config,
    started,
    archive,
    now,
    onLate: (id) => erasures.note(id),
    onEnded: (id) => {
      for (const each of Object.values(feeds)) each.close(id);
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
    erasures,
    now,
  });
  const history = new HistoryMeter(archive, offDetail);
  /** A snapshot's seq may be asked for in a delta; where no keyframe can be had, there is none, and no matter. */
  const noteExact = async (id: string) => {
    await feeds.deltas.keep(id, sources.get(id)!.engine).catch(() => {});
  };
  const { app } = createApp(
    { config, sources, viewers: registry, history, now },
    { open, encoder, noteExact },
    [
      ...streamRoutes({ sources, registry, now }),
      ...eventsRoutes({
        sources,
        feedOf: (id) => feeds.events.of(id, sources.get(id)!.engine),
        registry,
        now,
      }),
      ...mjpegRoutes({
        sources,
        feedOf: (id) => feeds.mjpeg.of(id, sources.get(id)!.engine),
        registry,
        now,
      }),
      ...deltaRoutes({ sources, deltas: feeds.deltas }),
      ...slicesRoutes({ sources, feeds: feeds.slices, registry, now }),
      ...sourcesRoutes({ sources, decoder, uploads, recorder: archive, now }),
      wallRoute({ sources, wall }),
      ...past.routes,
    ],
  );
  routes.resolve(app);
  const slicesOut = new SlicesOut({ targets: config.slicesTo, sources, feeds: feeds.slices, say });
  slicesOut.start();

  // A token that was given is known already: it goes to a terminal for convenience, but into no log.
  const showToken = !open && (given.token === undefined || Deno.stderr.isTerminal());
  const scheme = tls ? "https" : "http";
  const listening = { scheme, ...server.addr, allowHosts: config.allowHosts } as const;
  for (const { id, engine } of sources.list()) {
    if (engine.note) say(`Patchcast: ${engine.note}`);
    const { width, height } = engine.hello("");
    const named = started.captured.length > 1 ? ` as ${id}` : "";
    say(`Patchcast captures ${engine.label} (${width}×${height})${named}`);
  }
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
    slicesOut.stop();
    for (const each of Object.values(feeds)) each.closeAll();
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
