/**
 * The HTTP application: all routes behind the same doors. No sockets here: `Deno.serve` gets `app.fetch`, tests
 * call `app.request()`.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { acksRoutes } from "./acks.ts";
import type { ControlledSource, ControlledSources, Deps } from "./deps.ts";
import { healthRoutes } from "./health.ts";
import { keyframeRoutes } from "./keyframe.ts";
import { metricsRoutes } from "./metrics.ts";
import { openapiRoutes } from "./openapi.ts";
import { pageRoutes } from "./pages.ts";
import { answerError, Problem, problemResponse } from "./problem.ts";
import { type AppEnv, honoPath, type Peer, type Route } from "./route.ts";
import { Authenticator } from "./security/authenticator.ts";
import type { FailureLimits } from "./security/failures.ts";
import { Embedding } from "./security/embedding.ts";
import { admit, gate, protectResponses } from "./security/guard.ts";
import { sessionRoutes } from "./session.ts";
import { settingsRoutes } from "./settings.ts";
import { snapshotRoutes } from "./snapshot.ts";
import type { PictureEncoder } from "./snapshot/encoder.ts";
import { statsRoutes } from "./stats.ts";
import { viewersRoutes } from "./viewers.ts";

/** How the application treats its callers; everything else is in `Deps`. */
export interface AppOptions {
  /** True: everyone is an administrator. `--auth none`, or the demo source without a token on loopback. */
  readonly open: boolean;
  /** Encodes snapshots. `createApp()` does not own it: whoever made it closes it. */
  readonly encoder: PictureEncoder;
  /** See `snapshotRoutes()`. */
  readonly noteExact?: (source: string) => Promise<void>;
  /** Is told about faults; no tokens, queries or bodies are in the message. Default: stderr. */
  readonly log?: (message: string, error: unknown) => void;
  /** Reads the other end from what the server passes to `app.fetch()` beside the request; default Deno's. */
  readonly peerOf?: (connection: unknown) => Peer;
  /** The folder with the page; default `public/` of this program. */
  readonly publicDir?: URL;
  /** Limits for wrong tokens. */
  readonly failures?: FailureLimits;
  /** `Path` of the cookie; default `/`. */
  readonly cookiePath?: string;
}

/** The application and what it consists of. */
export interface App {
  readonly app: OpenAPIHono<AppEnv>;
  /** Every route, with its role. */
  readonly routes: readonly Route[];
}

/**
 * Builds the application.
 * @param extra Routes besides the ones of this folder's admin API: the streams.
 * @throws {TypeError} when there is no token and it isn't `open`, or two routes have the same method and path.
 */
export function createApp(deps: Deps, options: AppOptions, extra: readonly Route[]): App {
  const { config } = deps;
  const authenticator = new Authenticator({
    open: options.open,
    token: config.token,
    viewToken: config.viewToken,
    historyToken: config.historyToken,
    pushToken: config.pushToken,
    cookieName: `patchcast_${config.port}`,
    cookiePath: options.cookiePath,
    failures: options.failures,
    now: deps.now,
  });
  const app = new OpenAPIHono<AppEnv>();
  const described = [
    ...extra,
    ...snapshotRoutes(deps.sources, options.encoder, deps.now(), options.noteExact),
    ...settingsRoutes(deps.sources),
    ...keyframeRoutes(deps.sources),
    ...statsRoutes(deps),
    ...viewersRoutes(deps.viewers),
    ...acksRoutes(deps.viewers),
    ...sessionRoutes(authenticator, deps.now),
    ...metricsRoutes(deps),
    ...healthRoutes(() => captured(deps.sources), {
      history: deps.history,
      silent: () => deps.sources.list().filter((one) => one.silentSince !== undefined).length,
    }),
  ];
  const routes = [...described, ...openapiRoutes(described), ...pageRoutes(options.publicDir)];
  refuseDoubles(routes);

  const log = options.log ?? logToStderr;
  app.onError((error, c) => answerError(error, c.req.raw, log));
  app.notFound(() => problemResponse(new Problem("not-found", "There is no such path")));
  const embedding = new Embedding(config.embedOrigins);
  app.use(protectResponses(embedding));
  app.use(gate({ routes, host: config.host, allowHosts: config.allowHosts, embedding }));
  for (const route of routes) {
    app.on(
      route.method.toUpperCase(),
      honoPath(route.path),
      admit(route, authenticator, options.peerOf ?? denoPeer),
      route.handler,
    );
  }
  return { app, routes };
}

/** The peer as `Deno.serve` passes it along: `{ remoteAddr: { hostname, port } }`. */
export function denoPeer(connection: unknown): Peer {
  const { hostname, port } = (connection as Partial<Deno.ServeHandlerInfo> | undefined)
    ?.remoteAddr as Partial<Deno.NetAddr> ?? {};
  return { address: hostname ?? "unknown", port };
}

function captured(sources: ControlledSources): ControlledSource["engine"][] {
  return sources.list().filter(({ kind }) => kind === "captured").map(({ engine }) => engine);
}

function refuseDoubles(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { method, path } of routes) {
    const name = `${method.toUpperCase()} ${path}`;
    if (seen.has(name)) throw new TypeError(`Cannot register ${name}: got it twice`);
    seen.add(name);
  }
}

function logToStderr(message: string, error: unknown): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n${Deno.inspect(error)}\n`));
}
