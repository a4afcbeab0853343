/** The stream routes on a real loop with a fake screen, behind the real doors, without a socket. */
import { setImmediate, setTimeout } from "node:timers/promises";
import { EventFeed } from "../../routes/events/feed.ts";
import { eventsRoutes } from "../../routes/events.ts";
import { streamRoutes } from "../../routes/stream.ts";
import { ViewerRegistry } from "../../routes/viewers_registry.ts";
import { type TestServer, testServer, VIEWER } from "../routes/fakes.ts";
import { CaptureRig, type RigOptions } from "./capture_rig.ts";
import type { Frame } from "./frames.ts";
import { onlySource } from "./only_source.ts";

/** So many turns of 10 ms are run as fast as they can be. */
const QUICK_TURNS = 200;

export interface WatchOptions extends RigOptions {
  readonly maxViewers?: number;
}

export class WatchServer {
  readonly rig: CaptureRig;
  readonly registry: ViewerRegistry;
  readonly feed: EventFeed;
  readonly server: TestServer;

  private constructor(rig: CaptureRig, maxViewers: number) {
    this.rig = rig;
    const now = rig.clock.wall;
    const capture = {
      hello: (viewer: string) => rig.hello(viewer),
      join: (wish: Parameters<CaptureRig["join"]>[0]) => rig.join(wish),
    };
    this.registry = new ViewerRegistry(maxViewers);
    const { ring } = rig;
    this.feed = new EventFeed({ ring, capture, now, hello: () => rig.hello("events") });
    const { registry, feed } = this;
    const sources = onlySource({ ...capture, ring }, (count) => rig.loop.setViewers(count));
    this.server = testServer({
      extra: [
        ...streamRoutes({ sources, registry, now }),
        ...eventsRoutes({ sources, feedOf: () => feed, registry, now }),
      ],
    });
  }

  static async start(frame: Frame, options: WatchOptions = {}): Promise<WatchServer> {
    return new WatchServer(await CaptureRig.start(frame, options), options.maxViewers ?? 10);
  }

  close(): void {
    this.feed.close();
    this.rig.close();
  }

  /** Requests something as a viewer. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.server.request(path, { token: VIEWER, headers });
  }

  /**
   * What `waited` resolves with; meanwhile the loop runs, and its time with it. A Worker may be part of what
   * is waited for, so there is no telling how often.
   */
  async during<T>(waited: Promise<T>): Promise<T> {
    let done = false;
    const marked = waited.finally(() => done = true);
    marked.catch(() => {});
    await setImmediate();
    for (let turn = 0; !done; turn++) {
      await this.rig.run(10);
      // A Worker lives in real time. If the loop's ran ahead without limit while it is busy, the ring would
      // lose what it has not read, for instance the only check there is.
      await (turn < QUICK_TURNS || turn % 2 === 0 ? setImmediate() : setTimeout(1));
    }
    return await marked;
  }
}
