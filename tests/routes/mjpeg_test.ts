/** `GET /mjpeg` on a real loop with a fake screen and the real Worker, behind the real doors, without a socket. */
import assert from "node:assert/strict";
import { setImmediate, setTimeout } from "node:timers/promises";
import { mjpegRoutes } from "../../routes/mjpeg.ts";
import { MjpegFeed } from "../../routes/mjpeg/feed.ts";
import { KEEP_ALIVE_MS } from "../../routes/mjpeg/reader.ts";
import { ViewerRegistry } from "../../routes/viewers_registry.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { blankFrame, copyFrame, type Frame, randomFrame, rgbaOf } from "../helpers/frames.ts";
import { WALL_START } from "../helpers/manual_clock.ts";
import { ManualTimers } from "../helpers/manual_timers.ts";
import { decodeJpegFile, meanError, type MjpegPart, MjpegParts } from "../helpers/mjpeg_parts.ts";
import { onlySource } from "../helpers/only_source.ts";
import { Random } from "../helpers/random.ts";
import { problemOf, type TestServer, testServer, VIEWER } from "./fakes.ts";

/** What the lossy picture may differ by on average in quality 100. */
const MOST_ERROR = 1.5;

class MjpegServer {
  readonly rig: CaptureRig;
  readonly registry: ViewerRegistry;
  readonly feed: MjpegFeed;
  readonly #server: TestServer;
  readonly #timers = new ManualTimers();

  private constructor(rig: CaptureRig, maxViewers: number) {
    this.rig = rig;
    const { ring, clock } = rig;
    const capture = { join: (wish: Parameters<CaptureRig["join"]>[0]) => rig.join(wish) };
    const now = clock.wall;
    this.registry = new ViewerRegistry(maxViewers);
    this.feed = new MjpegFeed({ ring, capture, now, hello: () => rig.hello("") });
    this.#server = testServer({
      extra: mjpegRoutes({
        sources: onlySource({ ring }, (count) => rig.loop.setViewers(count)),
        feedOf: () => this.feed,
        registry: this.registry,
        now,
        clock: { steady: clock.steady, after: this.#timers.after },
      }),
    });
  }

  static async start(frame: Frame, maxViewers = 10): Promise<MjpegServer> {
    return new MjpegServer(await CaptureRig.start(frame), maxViewers);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#server.request(path, { token: VIEWER, headers });
  }

  async open(path: string): Promise<MjpegParts> {
    const response = await this.get(path);
    assert.equal(response.status, 200);
    return new MjpegParts(response.body!);
  }

  /** What `waited` resolves with; time passes meanwhile. */
  async during<T>(waited: Promise<T>): Promise<T> {
    let done = false;
    const marked = waited.finally(() => done = true);
    marked.catch(() => {});
    await setImmediate();
    while (!done) {
      await this.rig.run(10);
      this.#timers.pass(10);
      // The Worker lives in real time.
      await setTimeout(1);
    }
    return await marked;
  }

  /** The first part from now on that shows the frame. */
  async showing(parts: MjpegParts, frame: Frame): Promise<MjpegPart> {
    for (;;) {
      const part = await this.during(parts.next());
      assert.ok(part, "the stream ended");
      const { rgba } = await decodeJpegFile(part.body);
      if (meanError(rgba, rgbaOf(frame)) < MOST_ERROR) return part;
    }
  }

  close(): void {
    this.feed.close();
    this.rig.close();
  }
}

function desktop(seed: number, width = 150, height = 90): Frame {
  return randomFrame(new Random(seed), { width, height }, "text");
}

/** Runs `body` with a server that shows `frame`. */
async function serving(frame: Frame, body: (server: MjpegServer) => Promise<void>, max?: number) {
  const server = await MjpegServer.start(frame, max);
  try {
    await body(server);
  } finally {
    server.close();
  }
}

Deno.test("GET /mjpeg sends what the screen shows, then what has changed", async () => {
  await serving(desktop(1), async (server) => {
    const response = await server.get("/mjpeg?q=100");
    assert.equal(
      response.headers.get("content-type"),
      "multipart/x-mixed-replace; boundary=patchcast",
    );
    assert.equal(response.headers.get("cache-control"), "no-store, no-transform");
    await using parts = new MjpegParts(response.body!);
    const first = await server.showing(parts, server.rig.screen.frame);
    assert.equal(first.headers.get("content-type"), "image/jpeg");
    const time = Math.round(Number(first.headers.get("x-timestamp")) * 1000);
    assert.ok(time >= WALL_START && time <= server.rig.clock.wall(), `${time}`);
    const changed = desktop(2);
    server.rig.screen.show(changed);
    const second = await server.showing(parts, changed);
    const seqs = [first, second].map(({ headers }) => Number(headers.get("x-patchcast-seq")));
    assert.ok(seqs[1] > seqs[0]);
    const [viewer] = server.registry.list();
    assert.equal(viewer.transport, "mjpeg");
    assert.equal(viewer.seq, seqs[1]);
    assert.equal(viewer.lagMs, 0);
    assert.ok(viewer.bytes > first.body.length + second.body.length);
    assert.ok(viewer.messages >= 2);
  });
});

Deno.test("GET /mjpeg makes each picture once for all, and none while the screen stands still", async () => {
  await serving(desktop(3), async (server) => {
    assert.equal(server.feed.encoded, 0);
    await using one = await server.open("/mjpeg?q=100");
    await using two = await server.open("/mjpeg?q=100&fps=60");
    const bodies = [];
    for (const parts of [one, two]) {
      bodies.push((await server.showing(parts, server.rig.screen.frame)).body);
    }
    assert.deepEqual(bodies[0], bodies[1]);
    // The last picture comes again for as long as nothing changes.
    const { encoded } = server.feed;
    const before = server.rig.clock.now;
    for (let i = 0; i < 4; i++) {
      assert.deepEqual((await server.during(one.next()))?.body, bodies[0]);
    }
    assert.ok(server.rig.clock.now - before >= KEEP_ALIVE_MS);
    assert.equal(server.feed.encoded, encoded);
    assert.equal(encoded, 1);
  });
});

Deno.test("GET /mjpeg draws the pointer where it is, unless it is not wanted", async () => {
  await serving(blankFrame(64, 64), async (server) => {
    await using pointed = await server.open("/mjpeg?q=100");
    await using plain = await server.open("/mjpeg?q=100&pointer=0");
    const { screen } = server.rig;
    for (const parts of [pointed, plain]) await server.showing(parts, screen.frame);
    const shape = {
      width: 16,
      height: 16,
      hotX: 0,
      hotY: 0,
      rgba: new Uint8Array(16 * 16 * 4).fill(255),
    };
    screen.moveCursor({ visible: true, x: 32, y: 16, shape });
    const shown = copyFrame(screen.frame);
    for (let y = 16; y < 32; y++) {
      for (let x = 32; x < 48; x++) shown.bgrx.fill(255, (y * 64 + x) * 4, (y * 64 + x) * 4 + 3);
    }
    await server.showing(pointed, shown);
    screen.moveCursor({ visible: false, x: 32, y: 16 });
    await server.showing(pointed, screen.frame);
    const { encoded } = server.feed;
    for (let i = 0; i < 3; i++) {
      const part = await server.during(plain.next());
      const { rgba } = await decodeJpegFile(part!.body);
      assert.ok(meanError(rgba, rgbaOf(screen.frame)) < MOST_ERROR);
    }
    assert.equal(server.feed.encoded, encoded);
  });
});

Deno.test("GET /mjpeg goes on when the screen changes its size", async () => {
  await serving(desktop(4), async (server) => {
    await using parts = await server.open("/mjpeg?q=100");
    await server.showing(parts, server.rig.screen.frame);
    const larger = desktop(5, 233, 121);
    server.rig.screen.show(larger);
    await server.showing(parts, larger);
  });
});

Deno.test("GET /mjpeg sends browsers the next part's header right behind each picture", async () => {
  const HEADER = "--patchcast\r\ncontent-type: image/jpeg\r\n\r\n";
  const browser = { "user-agent": "Mozilla/5.0", "sec-fetch-dest": "image" };
  await serving(desktop(6), async (server) => {
    const { body } = await server.get("/mjpeg", browser);
    const reader = body!.getReader();
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) {
      const { value } = await server.during(reader.read());
      texts.push(new TextDecoder("latin1").decode(value));
    }
    assert.equal(texts[0], HEADER);
    assert.match(texts[1], /^\xff\xd8.*\xff\xd9$/s);
    assert.equal(texts[2], `\r\n${HEADER}`);
    server.registry.disconnect(server.registry.list()[0].id);
    const { value } = await server.during(reader.read());
    assert.equal(new TextDecoder().decode(value), "\r\n--patchcast--\r\n");
    assert.ok((await reader.read()).done);
  });
});

Deno.test("GET /mjpeg ends with the last boundary when the viewer is disconnected or the server stops", async () => {
  await serving(desktop(7), async (server) => {
    await using parts = await server.open("/mjpeg?q=100");
    await server.showing(parts, server.rig.screen.frame);
    const ending = server.registry.endAll("shutdown", 60_000);
    await server.during(Promise.all([ending, readToEnd(parts)]));
    assert.equal(server.registry.count, 0);
  });
});

async function readToEnd(parts: MjpegParts): Promise<void> {
  while (await parts.next());
}

Deno.test("GET /mjpeg: a viewer that goes is gone, and with the last one goes the Worker", async () => {
  await serving(desktop(8), async (server) => {
    const parts = await server.open("/mjpeg?q=100");
    await server.showing(parts, server.rig.screen.frame);
    assert.equal(server.registry.count, 1);
    await parts[Symbol.asyncDispose]();
    assert.equal(server.registry.count, 0);
    const { encoded } = server.feed;
    server.rig.screen.show(desktop(9));
    await server.rig.run(2000);
    assert.equal(server.feed.encoded, encoded);
    assert.equal(server.rig.loop.delay() > 100, true, "the capture sleeps");
    // And back again.
    await using again = await server.open("/mjpeg?q=100");
    await server.showing(again, server.rig.screen.frame);
  });
});

Deno.test("GET /mjpeg refuses values out of range, too many viewers and too many kinds", async () => {
  await serving(desktop(10), async (server) => {
    const detail = async (query: string) => {
      const problem = await problemOf(await server.get(`/mjpeg?${query}`));
      assert.equal(problem.status, 400);
      return problem.detail;
    };
    for (const fps of ["0", "0.09", "60.1", "-1", "1e1", "", "abc"]) {
      assert.equal(await detail(`fps=${fps}`), `Cannot set fps: got "${fps}", wanted 0.1 to 60`);
    }
    for (const q of ["0", "101", "80.5", ""]) {
      const wanted = `Cannot set q: got "${q}", wanted a whole number, 1 to 100`;
      assert.equal(await detail(`q=${q}`), wanted);
    }
    assert.equal(await detail("pointer=2"), 'Cannot set pointer: got "2", wanted 0 or 1');
    assert.equal((await problemOf(await server.get("/mjpeg?source=no"))).status, 404);
    assert.equal(server.registry.count, 0);

    const opened = [];
    for (const q of [10, 20, 30, 40]) opened.push(await server.get(`/mjpeg?q=${q}&fps=0.1`));
    const fifth = await server.get("/mjpeg?q=50");
    assert.equal(fifth.headers.get("retry-after"), "10");
    assert.equal((await problemOf(fifth)).status, 503);
    opened.push(await server.get("/mjpeg?q=40"));
    assert.equal(
      (await problemOf(await server.get("/mjpeg?q=40"))).title,
      "There are as many viewers as there may be",
    );
    for (const { body } of opened) await body!.cancel();
    assert.equal(server.registry.count, 0);
  }, 5);
});
