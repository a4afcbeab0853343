/** A feed of Server-Sent Events whose Worker and engine the test plays itself. */
import { setImmediate } from "node:timers/promises";
import type { Hello } from "../../../capture/messages.ts";
import { Ring } from "../../../capture/ring.ts";
import type { JoinPoint } from "../../../capture/worker_protocol.ts";
import { storeFrame } from "../../../capture/zstd.ts";
import type {
  EventItem,
  FromEventsWorker,
  ToEventsWorker,
} from "../../../routes/events/events_protocol.ts";
import { EventFeed } from "../../../routes/events/feed.ts";

export class FakeWorker {
  readonly told: ToEventsWorker[] = [];
  terminated = false;
  onmessage: Worker["onmessage"] = null;
  onerror: Worker["onerror"] = null;

  /** What it was told, in order. */
  get types(): ToEventsWorker["type"][] {
    return this.told.map(({ type }) => type);
  }

  postMessage(message: ToEventsWorker): void {
    this.told.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(data: FromEventsWorker): void {
    this.onmessage!.call(this as unknown as Worker, new MessageEvent("message", { data }));
  }

  /** Is done with a batch. @param anew the picture began anew in it */
  give(items: readonly EventItem[], anew = false): void {
    this.say({ type: "items", items, anew });
  }

  /** Answers all who have asked for a keyframe. */
  answerKeyframes(items: readonly EventItem[]): void {
    for (const message of this.told) {
      if (message.type === "keyframe") this.say({ type: "keyframe", id: message.id, items });
    }
  }
}

/** An engine that lets viewers in when the test says so. */
export class FakeEngine {
  readonly ring = new Ring({ maxBytes: 1000, maxMs: 1000 });
  readonly #joining = Promise.withResolvers<JoinPoint>();
  joins = 0;

  join(): Promise<JoinPoint> {
    this.joins++;
    return this.#joining.promise;
  }

  /** All who ask get in, over a bridge that the fake Worker need not read. */
  letIn(): void {
    const bytes = storeFrame(new Uint8Array(3));
    this.#joining.resolve({ index: 0, seq: 1, width: 8, height: 8, bytes, keyframe: true });
  }

  /** Nobody gets in any more. */
  die(): void {
    this.#joining.reject(new Error("the engine is gone"));
  }

  hello(viewer: string): Hello {
    return { width: 8, height: 8, source: "test", viewer, heartbeatMs: 1000 };
  }
}

export class FeedRig {
  readonly workers: FakeWorker[] = [];
  readonly engine = new FakeEngine();
  readonly feed = new EventFeed({
    ring: this.engine.ring,
    capture: this.engine,
    now: () => 0,
    hello: () => this.engine.hello("events"),
  }, () => {
    this.workers.push(new FakeWorker());
    return this.worker;
  });

  /** The newest one. */
  get worker(): FakeWorker {
    return this.workers[this.workers.length - 1];
  }
}

/** An update without patches. */
export function update(seq: number): EventItem {
  return { id: seq, data: JSON.stringify({ seq }) };
}

/** Whatever is under way comes to rest: there are no timers in it. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
