/** Slices of a real loop with a fake screen: the feeds with their Worker, and the route behind the real doors. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { slicesRoutes } from "../../routes/slices.ts";
import { ViewerRegistry } from "../../routes/viewers_registry.ts";
import { SliceFeeds, type SliceSource } from "../../slices/feeds.ts";
import { type TestServer, testServer, VIEWER } from "../routes/fakes.ts";
import { CaptureRig } from "./capture_rig.ts";
import type { Frame } from "./frames.ts";
import { onlySource } from "./only_source.ts";

export class SlicesServer {
  readonly rig: CaptureRig;
  readonly registry: ViewerRegistry;
  readonly feeds: SliceFeeds;
  readonly source: SliceSource;
  readonly server: TestServer;
  /** What `GET` counts as viewers. */
  viewers = 0;

  private constructor(rig: CaptureRig, maxViewers: number) {
    this.rig = rig;
    const now = rig.clock.wall;
    this.source = {
      ring: rig.ring,
      hello: (viewer) => rig.hello(viewer),
      join: (wish) => rig.join(wish),
    };
    this.registry = new ViewerRegistry(maxViewers);
    this.feeds = new SliceFeeds({ now });
    const { feeds, registry } = this;
    const sources = onlySource(this.source, (count) => {
      this.viewers = count;
      rig.loop.setViewers(count);
    });
    this.server = testServer({ extra: slicesRoutes({ sources, feeds, registry, now }) });
  }

  static async start(frame: Frame, maxViewers = 10): Promise<SlicesServer> {
    return new SlicesServer(await CaptureRig.start(frame), maxViewers);
  }

  close(): void {
    this.feeds.closeAll();
    this.rig.close();
  }

  /** Requests something as a viewer. */
  get(path: string): Promise<Response> {
    return this.server.request(path, { token: VIEWER });
  }

  /** What `waited` resolves with; meanwhile the loop runs, and its time with it, no faster than the Worker's. */
  async during<T>(waited: Promise<T>): Promise<T> {
    let done = false;
    const marked = waited.finally(() => done = true);
    marked.catch(() => {});
    await setImmediate();
    while (!done) {
      await this.rig.run(10);
      await setTimeout(1);
    }
    return await marked;
  }

  /** Lets time pass until `condition` holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.during(setTimeout(1));
  }
}
