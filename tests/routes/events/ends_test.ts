/** How `GET /events` ends while its viewer waits for the first picture, which may never come. */
import assert from "node:assert/strict";
import type { Closed } from "../../../capture/held_source.ts";
import { eventsRoutes } from "../../../routes/events.ts";
import { ViewerRegistry } from "../../../routes/viewers_registry.ts";
import { NOW, testServer, VIEWER } from "../fakes.ts";
import { FeedRig, settle, update } from "./fake_feed.ts";

/** One viewer who has got the hello and waits for the picture. */
class Waiting {
  readonly rig = new FeedRig();
  readonly registry = new ViewerRegistry(10);
  /** The server closes the source under its viewers. */
  closeSource: Closed = () => assert.fail("nobody watches");
  #reader!: ReadableStreamDefaultReader<string>;

  static async start(): Promise<Waiting> {
    const waiting = new Waiting();
    const { registry, rig: { feed, engine } } = waiting;
    const source = {
      id: "screen",
      engine,
      enter: (closed: Closed) => {
        waiting.closeSource = closed;
        return () => {};
      },
    };
    const sources = { get: () => source, list: () => [source] };
    const { request } = testServer({
      extra: eventsRoutes({ sources, feedOf: () => feed, registry, now: () => NOW }),
    });
    const { body } = await request("/events", { token: VIEWER });
    waiting.#reader = body!.pipeThrough(new TextDecoderStream()).getReader();
    assert.match(await waiting.read() ?? "", /^event:hello\n/);
    return waiting;
  }

  /** What comes next; `undefined` at the end. */
  async read(): Promise<string | undefined> {
    return (await this.#reader.read()).value;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }
}

Deno.test("GET /events without a picture yet: a source whose engine dies says bye, and that one may come back", async () => {
  const waiting = await Waiting.start();
  const next = waiting.read();
  await settle();
  waiting.closeSource("the Worker died", "fault");
  waiting.rig.feed.close();
  assert.equal(await next, 'event:bye\ndata:{"code":2,"text":"the Worker died"}\n\n');
  assert.equal(await waiting.read(), undefined);
  assert.equal(waiting.registry.count, 0);
  assert.equal(waiting.rig.workers.length, 1);
});

Deno.test("GET /events without a picture yet: disconnecting and shutdown do not wait for one", async () => {
  const waiting = await Waiting.start();
  const next = waiting.read();
  await settle();
  waiting.registry.disconnect(waiting.registry.list()[0].id);
  assert.match(await next ?? "", /^event:bye\n.*disconnected by an administrator/);
  assert.equal(await waiting.read(), undefined);
  assert.equal(waiting.registry.count, 0);
});

Deno.test("GET /events without a picture yet: a feed that breaks ends it", async () => {
  const waiting = await Waiting.start();
  const next = waiting.read();
  await settle();
  waiting.rig.worker.say({ type: "fault", reason: "broken" });
  assert.equal(await next, undefined);
  assert.equal(waiting.registry.count, 0);
});

Deno.test("GET /events without a picture yet: a feed that is closed ends it", async () => {
  const waiting = await Waiting.start();
  const next = waiting.read();
  await settle();
  waiting.rig.feed.close();
  assert.equal(await next, undefined);
  assert.equal(waiting.registry.count, 0);
});

Deno.test("GET /events without a picture yet: a viewer who leaves is forgotten", async () => {
  const waiting = await Waiting.start();
  waiting.read();
  await settle();
  await waiting.cancel();
  await settle();
  assert.equal(waiting.registry.count, 0);
  // The answer that nobody waits for does no harm.
  waiting.rig.worker.answerKeyframes([update(1)]);
  await settle();
});
