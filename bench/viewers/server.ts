/**
 * The server under test: everything of main.ts that watching touches, with a source that no flag can ask for.
 *
 *     server.ts '{"url": "file:…", "options": …, "settings": …}' [flags of main.ts]
 *
 * It prints the same line as main.ts once it listens, and is ended by a signal. Started with the permissions of
 * `deno task start`.
 */
import { Engine } from "../../capture/engine.ts";
import { capturedId } from "../../capture/source_ids.ts";
import { SourceSet } from "../../capture/source_set.ts";
import type { ModuleSpec } from "../../capture/worker_protocol.ts";
import { type LiveSettings, parseConfig } from "../../config.ts";
import { createApp } from "../../routes/app.ts";
import { WorkerEncoder } from "../../routes/snapshot/encoder.ts";
import { streamRoutes } from "../../routes/stream.ts";
import { ViewerRegistry } from "../../routes/viewers_registry.ts";

/** What is served. */
interface ServedSource extends Pick<ModuleSpec, "url" | "options"> {
  /** Settings in the place of the flags', unchecked: a pace that nobody may set, say. Default: none. */
  readonly settings?: Partial<LiveSettings>;
}

async function serve([module, ...flags]: readonly string[]): Promise<void> {
  const invocation = parseConfig(flags, (name) => Deno.env.get(name));
  if (invocation.kind !== "run") throw new TypeError("Cannot serve: only settings are taken here");
  const { config } = invocation;
  const { settings, ...spec }: ServedSource = JSON.parse(module);
  const source: ModuleSpec = { kind: "module", ...spec };
  const engine = await Engine.start({
    source,
    settings: { ...config.settings, ...settings },
    ring: { maxBytes: config.ringBytes, maxMs: config.ringSeconds * 1000 },
    onFault(error) {
      throw error;
    },
  });
  const now = () => Date.now();
  const viewers = new ViewerRegistry(config.maxViewers);
  const sources = new SourceSet<Engine>({
    captured: [{ id: capturedId(engine.label), engine }],
    open: () => Promise.reject(new TypeError("Cannot open a pushed source in a bench")),
    now,
  });
  const server = Deno.serve(
    { hostname: config.host, port: config.port, onListen() {} },
    (request, info) => app.fetch(request, info),
  );
  const { app } = createApp(
    {
      config: { ...config, port: server.addr.port },
      sources,
      viewers,
      now,
    },
    { open: false, encoder: new WorkerEncoder() },
    streamRoutes({ sources, registry: viewers, now }),
  );
  // deno-lint-ignore no-console -- the line that the bench waits for
  console.log(`listening on http://${config.host}:${server.addr.port}`);
}

if (import.meta.main) await serve(Deno.args);
