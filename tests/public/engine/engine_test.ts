/** The engine as a whole, on a fake clock, a fake canvas and transports that the test speaks through. */
import assert from "node:assert/strict";
import { CanvasSurface } from "../../../public/engine/canvas_surface.js";
import { Engine } from "../../../public/engine/engine.js";
import { TileHasher } from "../../../public/decoder/tile_hash.js";
import type { EngineEvent } from "../../../public/engine/messages.js";
import type { SseData } from "../../../public/engine/sse_transport.js";
import type { TransportEvents } from "../../../public/engine/stream_transport.js";
import { FakeCanvas } from "./fake_canvas.ts";
import { FakeClock } from "./fake_clock.ts";

type StreamData = Parameters<ConstructorParameters<typeof Engine>[3]["stream"]>[2];

const utf8 = new TextEncoder();
const RED = [255, 0, 0];
const GREEN = [0, 255, 0];

function message(kind: number, body: number[]): Uint8Array {
  assert.ok(body.length < 128);
  return Uint8Array.of(kind, body.length, ...body);
}

function hello(width: number, height: number): Uint8Array {
  const json = JSON.stringify({ width, height, source: "demo", viewer: "1", heartbeatMs: 2000 });
  return message(1, [0x50, 0x43, 0x53, 0x54, 1, ...utf8.encode(json)]);
}

const epoch = (id: number, seq: number) => message(2, [id, seq, 100]);
const heartbeat = message(6, [100]);

/** An update with one solid patch; no saves, copies, recalls or new colours. */
function solid(keyframe: boolean, [x, y, w, h]: number[], rgb: number[]): Uint8Array {
  return message(3, [keyframe ? 1 : 0, 1, 5, 0, 0, 0, 0, 1, 0, x, y, w, h, ...rgb]);
}

function setUp(options: { visible?: boolean } = {}) {
  const clock = new FakeClock();
  const canvas = new FakeCanvas();
  const events: EngineEvent[] = [];
  const urls: string[] = [];
  const tokens: (string | null)[] = [];
  const acks: { viewer: string; seq: number }[] = [];
  const streams: { events: TransportEvents; data: StreamData; open: boolean }[] = [];
  const sses: { events: TransportEvents; data: SseData; open: boolean }[] = [];
  let frame: (() => void) | null = null;
  const engine = new Engine(
    new CanvasSurface(canvas.asCanvas()),
    {
      base: "http://host/screen/",
      forced: null,
      visible: options.visible ?? true,
      source: null,
      past: false,
    },
    (event) => events.push(event),
    {
      clock,
      random: () => 1,
      probe: () => Promise.resolve(false),
      fetchMoment: () => Promise.reject(new Error("nobody asked for the past")),
      afterMessages: () => Promise.resolve(),
      callAs: (token) => tokens.push(token),
      acknowledge: (viewer, { seq }) => {
        acks.push({ viewer, seq });
        return Promise.resolve({ intervalMs: 100 });
      },
      requestFrame: (run) => {
        frame = run;
        return () => frame = null;
      },
      stream: (url, transportEvents, data) => {
        urls.push(url);
        const stream = { events: transportEvents, data, open: false };
        streams.push(stream);
        return { open: () => void (stream.open = true), close: () => void (stream.open = false) };
      },
      sse: (url, transportEvents, data) => {
        urls.push(url);
        const sse = { events: transportEvents, data, open: false };
        sses.push(sse);
        return { open: () => void (sse.open = true), close: () => void (sse.open = false) };
      },
    },
  );
  return {
    clock,
    canvas,
    events,
    urls,
    tokens,
    acks,
    streams,
    sses,
    engine,
    send: (...messages: Uint8Array[]) => {
      const { events, data } = streams[streams.length - 1];
      events.received();
      for (const bytes of messages) data.message(bytes);
    },
    paint: () => {
      const run = frame;
      frame = null;
      run?.();
    },
    framePending: () => frame !== null,
    ofType: <T extends EngineEvent["type"]>(type: T) =>
      events.filter((event): event is Extract<EngineEvent, { type: T }> => event.type === type),
    status: () => events.findLast((event) => event.type === "status")?.status,
  };
}

Deno.test("Engine paints what the stream says, with the next animation frame", () => {
  const { canvas, send, paint, ofType, status, urls } = setUp();
  assert.deepEqual(urls, ["http://host/screen/stream"]);
  assert.equal(status(), "connecting");
  send(hello(4, 3), epoch(7, 10));
  assert.equal(status(), "connecting");
  send(solid(true, [0, 0, 4, 3], RED), solid(false, [1, 1, 2, 1], GREEN));
  assert.equal(status(), "live");
  assert.deepEqual(ofType("painted"), []);
  paint();
  assert.deepEqual(ofType("size"), [{ type: "size", width: 4, height: 3 }]);
  assert.deepEqual(ofType("source"), [{ type: "source", name: "demo" }]);
  assert.deepEqual(ofType("painted").map(({ seq }) => seq), [12]);
  assert.deepEqual([canvas.width, canvas.height], [4, 3]);
  assert.deepEqual(canvas.rows(), ["RRRR", "RGGR", "RRRR"]);
});

Deno.test("Engine paints only what changed, and tells it when outlines are wanted", () => {
  const { canvas, engine, send, paint, ofType } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  paint();
  canvas.puts.length = 0;
  send(solid(false, [1, 1, 2, 1], GREEN));
  paint();
  assert.deepEqual(canvas.puts, [{ x: 1, y: 1, w: 2, h: 1 }]);
  assert.deepEqual(ofType("painted").at(-1), { type: "painted", seq: 12, rects: [] });
  engine.handle({ type: "watch", stats: false, outlines: true });
  send(solid(false, [3, 2, 1, 1], GREEN));
  paint();
  assert.deepEqual(ofType("painted").at(-1)?.rects, [{ x: 3, y: 2, w: 1, h: 1 }]);
});

Deno.test("Engine resumes where it was, and is live with the first heartbeat", () => {
  const { clock, send, paint, streams, status, urls } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  paint();
  streams[0].events.dropped("gone");
  clock.advance(250);
  assert.equal(urls[1], "http://host/screen/stream?since=11&epoch=7");
  assert.equal(status(), "reconnecting");
  send(hello(4, 3));
  assert.equal(status(), "reconnecting");
  send(heartbeat);
  assert.equal(status(), "live");
});

Deno.test("Engine keeps the old picture until the new one is there", () => {
  const { canvas, send, paint } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  paint();
  send(message(4, [2, 2]));
  paint();
  assert.deepEqual(canvas.rows(), ["RRRR", "RRRR", "RRRR"]);
  send(solid(true, [0, 0, 2, 2], GREEN));
  paint();
  assert.deepEqual(canvas.rows(), ["GG", "GG"]);
});

Deno.test("Engine drops a damaged stream and asks for a fresh picture", () => {
  const { clock, ofType, send, status, streams, urls } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  send(message(0x33, []));
  assert.equal(status(), "reconnecting");
  assert.match(ofType("status").at(-1)?.detail ?? "", /the stream was damaged: /);
  assert.equal(streams[0].open, false);
  clock.advance(250);
  assert.equal(urls[1], "http://host/screen/stream");
});

Deno.test("Engine ends, with a word, at another version of the protocol", () => {
  const { clock, ofType, send, status, streams } = setUp();
  send(message(1, [0x50, 0x43, 0x53, 0x54, 2, 0x7b, 0x7d]));
  assert.equal(status(), "ended");
  assert.match(ofType("status").at(-1)?.detail ?? "", /version 2 .* version 1.* Reload the page/);
  clock.advance(60_000);
  assert.equal(streams.length, 1);
});

Deno.test("Engine comes back after a shutdown, but not after being thrown out", () => {
  const { clock, engine, send, status, streams } = setUp();
  send(hello(4, 3), message(8, [0, ...utf8.encode("restarting")]));
  assert.equal(status(), "reconnecting");
  clock.advance(250);
  assert.equal(streams.length, 2);
  send(hello(4, 3), message(8, [1]));
  assert.equal(status(), "ended");
  clock.advance(60_000);
  assert.equal(streams.length, 2);
  engine.handle({ type: "retry" });
  assert.equal(streams.length, 3);
});

Deno.test("Engine tells the source's state and the pointer", () => {
  const { ofType, send, status } = setUp();
  send(hello(4, 3), message(7, [1, ...utf8.encode("no display")]));
  assert.equal(status(), "lost");
  assert.equal(ofType("status").at(-1)?.detail, "no display");
  send(message(5, [1, 6, 8]));
  assert.deepEqual(ofType("cursor"), [{ type: "cursor", visible: true, x: 3, y: 4 }]);
});

Deno.test("Engine connects anew as whoever has a token, and from where it was", () => {
  const { engine, send, status, streams, tokens, urls } = setUp();
  streams[0].events.refused({ status: 401, detail: "no", retryAfterMs: null });
  assert.equal(status(), "unauthorised");
  engine.handle({ type: "token", token: "right" });
  send(hello(4, 4), epoch(7, 10), solid(true, [0, 0, 4, 4], RED));
  assert.equal(status(), "live");
  engine.handle({ type: "token", token: null });
  assert.deepEqual(streams.map(({ open }) => open), [false, false, true]);
  assert.deepEqual(tokens, ["right", null]);
  assert.equal(urls[2], "http://host/screen/stream?since=11&epoch=7");
});

Deno.test("Engine streams only while the tab is visible", () => {
  const { engine, send, status, streams, urls } = setUp({ visible: false });
  assert.equal(status(), "hidden");
  assert.equal(streams.length, 0);
  engine.handle({ type: "visible", visible: true });
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  engine.handle({ type: "visible", visible: false });
  assert.equal(streams[0].open, false);
  engine.handle({ type: "visible", visible: true });
  assert.equal(urls.at(-1), "http://host/screen/stream?since=11&epoch=7");
});

Deno.test("Engine measures only while somebody looks at the numbers", () => {
  const { clock, engine, ofType, send, paint, streams } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  paint();
  clock.advance(3000);
  assert.deepEqual(ofType("stats"), []);
  engine.handle({ type: "watch", stats: true, outlines: false });
  streams[0].data.bytes(2000, true);
  send(solid(false, [1, 1, 2, 1], GREEN));
  paint();
  clock.advance(500);
  const stats = ofType("stats").at(-1)?.stats;
  assert.equal(stats?.compressed, true);
  assert.equal(stats?.updatesPerSecond, 0.5);
  assert.equal(stats?.bytesPerSecond, 1000);
  // That update is the fastest message so far.
  assert.equal(stats?.lagMs, 0);
  const before = ofType("stats").length;
  engine.handle({ type: "watch", stats: false, outlines: false });
  clock.advance(3000);
  assert.equal(ofType("stats").length, before);
});

/** Heartbeats and updates tell the server's time, which is not ours; see `epoch` and `solid`. */
Deno.test("Engine tells the lag without the clocks' difference, whatever happens to the clocks", () => {
  const { clock, engine, ofType, send, paint } = setUp();
  engine.handle({ type: "watch", stats: true, outlines: false });
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  paint();
  // The server's clock stands at 110 ms when it sends the next update, by an ordinary request; it takes 40 ms.
  engine.handle({ type: "clock", offsetMs: 110 - clock.now() });
  const lag = (afterMs: number) => {
    clock.advance(afterMs);
    send(solid(false, [1, 1, 2, 1], GREEN));
    paint();
    clock.advance(500);
    return ofType("stats").at(-1)?.stats.lagMs;
  };
  assert.equal(lag(40), 40);
  clock.setWall(-2 * 86_400_000);
  // The server's clock stands still in this test.
  assert.equal(lag(10), 40 + 500 + 10 - 5);
  clock.setWall(3 * 86_400_000);
  clock.advance(1000);
  send(hello(4, 3), heartbeat, solid(false, [1, 1, 2, 1], GREEN));
  paint();
  assert.equal(lag(10), 0);
});

/** A check message, as the server makes it for a picture with these letters. */
function check(rows: string[]): Uint8Array {
  const rgba = new Uint8ClampedArray(
    [...rows.join("")].flatMap((letter) => [
      ..."RGB".split("").map((name) => name === letter ? 255 : 0),
      255,
    ]),
  );
  const size = { width: rows[0].length, height: rows.length };
  const hashes = new TileHasher().hash(size, (y, h) => {
    return rgba.subarray(y * size.width * 4, (y + h) * size.width * 4);
  });
  return message(0x80, [...new Uint8Array(hashes.buffer)]);
}

Deno.test("Engine compares the canvas with a check, having painted what was waiting", () => {
  const { canvas, ofType, send } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED), check(["RRRR", "RRRR", "RRRR"]));
  assert.deepEqual(canvas.rows(), ["RRRR", "RRRR", "RRRR"]);
  assert.deepEqual(ofType("painted").map(({ seq }) => seq), [11]);
  assert.deepEqual(ofType("check").map(({ report }) => report), [
    { result: "exact", tiles: 1, wrong: 0, exact: 1, mismatches: 0, healed: 0 },
  ]);
});

Deno.test("Engine looks at a canvas that nothing is drawn on again each minute, and paints lost pixels anew", () => {
  const { canvas, clock, ofType, send, streams } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED), check(["RRRR", "RRRR", "RRRR"]));
  const beat = () => {
    for (let second = 0; second < 60; second += 2) {
      clock.advance(2000);
      send(heartbeat);
    }
  };
  beat();
  assert.equal(ofType("check").at(-1)?.report.exact, 2);
  canvas.spoil(2, 1);
  beat();
  assert.deepEqual(canvas.rows(), ["RRRR", "RRRR", "RRRR"]);
  const { exact, mismatches, healed, wrong } = ofType("check").at(-1)!.report;
  assert.deepEqual({ exact, mismatches, healed, wrong }, {
    exact: 3,
    mismatches: 1,
    healed: 1,
    wrong: 1,
  });
  assert.equal(streams.length, 1);
});

Deno.test("Engine fetches a whole picture when its own is wrong, and says healed once that is right", () => {
  const { clock, ofType, send, streams, status, urls } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED), check(["RRRR", "RGRR", "RRRR"]));
  assert.equal(ofType("check").at(-1)?.report.result, "differs");
  assert.equal(streams.length, 2);
  assert.equal(streams[0].open, false);
  assert.equal(urls[1], "http://host/screen/stream");
  assert.notEqual(status(), "live");
  clock.advance(1000);
  const rows = ["RRRR", "RGRR", "RRRR"];
  send(
    hello(4, 3),
    epoch(8, 11),
    solid(true, [0, 0, 4, 3], RED),
    solid(false, [1, 1, 1, 1], GREEN),
  );
  assert.equal(status(), "live");
  send(check(rows));
  const { report } = ofType("check").at(-1)!;
  assert.deepEqual([report.result, report.mismatches, report.healed], ["exact", 1, 1]);
});

Deno.test("Engine fetches no whole pictures all day when none of them is right", () => {
  const { clock, ofType, send, streams } = setUp();
  const wrong = check(["RRRR", "RGRR", "RRRR"]);
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED), wrong);
  for (let minute = 0; minute < 600; minute++) {
    send(hello(4, 3), epoch(9, 10), solid(true, [0, 0, 4, 3], RED), wrong);
    // If that made it connect anew:
    send(hello(4, 3), epoch(9, 10), solid(true, [0, 0, 4, 3], RED));
    for (let second = 0; second < 60; second += 2) {
      clock.advance(2000);
      send(heartbeat);
    }
  }
  assert.ok(ofType("check").at(-1)!.report.mismatches > 500);
  assert.ok(streams.length > 5 && streams.length < 20, `${streams.length} connections in 10 hours`);
  assert.equal(ofType("check").at(-1)!.report.healed, 0);
});

Deno.test("Engine blames nobody where the browser alters what is read from a canvas", () => {
  const { canvas, ofType, send, streams } = setUp();
  canvas.unreadable = true;
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED), check(["RRRR", "RRRR", "RRRR"]));
  const { report } = ofType("check").at(-1)!;
  assert.deepEqual([report.result, report.mismatches], ["unreadable", 0]);
  assert.equal(streams.length, 1);
});

Deno.test("Engine: a check says nothing about what is drawn after it", () => {
  const { canvas, clock, ofType, send } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED), check(["RRRR", "RRRR", "RRRR"]));
  send(solid(false, [1, 1, 2, 1], GREEN));
  canvas.spoil(0, 0);
  for (let second = 0; second < 120; second += 2) {
    clock.advance(2000);
    send(heartbeat);
  }
  assert.equal(ofType("check").length, 1);
});

Deno.test("Engine compares what events drew, and comes back for a keyframe when it is wrong", () => {
  const { canvas, clock, ofType, sses } = setUp();
  clock.advance(5000);
  const size = { width: 4, height: 2 };
  const begin = (letter: string) => {
    const { events, data } = sses.at(-1)!;
    events.received();
    data.notice("hello", { source: "demo", heartbeatMs: 2000 });
    data.update({ seq: 20, time: 5, ...size, patches: [], keyframe: true }, [
      { x: 0, y: 0, bitmap: canvas.bitmap(4, 2, letter) },
    ]);
    const tiles = check(["GGGG", "GGGG"]).subarray(2).toBase64();
    data.notice("check", { tiles });
  };
  begin("R");
  assert.equal(ofType("check").at(-1)?.report.result, "differs");
  assert.equal(sses.length, 2);
  begin("G");
  const { report } = ofType("check").at(-1)!;
  assert.deepEqual([report.result, report.healed, sses.length], ["exact", 1, 2]);
});

Deno.test("Engine follows events after the stream stayed silent", () => {
  const { canvas, clock, ofType, sses, status, urls } = setUp();
  clock.advance(5000);
  assert.equal(urls[1], "http://host/screen/events");
  assert.match(ofType("status").at(-1)?.note ?? "", /proxy/);
  const { events, data } = sses[0];
  events.received();
  const size = { width: 4, height: 2 };
  const update = { seq: 20, time: 5, ...size, patches: [] };
  data.update({ ...update, keyframe: true }, [{ x: 0, y: 0, bitmap: canvas.bitmap(4, 2, "R") }]);
  data.update({ ...update, seq: 21, keyframe: false }, [
    { x: 1, y: 1, bitmap: canvas.bitmap(2, 1, "G") },
  ]);
  assert.equal(status(), "live");
  assert.deepEqual(canvas.rows(), ["RRRR", "RGGR"]);
  assert.deepEqual(ofType("painted").map(({ seq }) => seq), [20, 21]);
  data.notice("state", { state: "paused", text: "" });
  assert.equal(status(), "paused");
});

Deno.test("Engine does not follow events that begin in the middle", () => {
  const { clock, sses, status } = setUp();
  clock.advance(5000);
  sses[0].data.update(
    { seq: 20, time: 5, width: 4, height: 2, keyframe: false, patches: [] },
    [],
  );
  assert.equal(status(), "reconnecting");
});

Deno.test("Engine paints everything again when the browser lost the canvas's pixels", () => {
  const { canvas, send, paint } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  paint();
  canvas.lose();
  paint();
  assert.deepEqual(canvas.rows(), ["RRRR", "RRRR", "RRRR"]);
});

Deno.test("Engine stops without leaving anything behind", () => {
  const { canvas, clock, engine, framePending, send, streams } = setUp();
  engine.handle({ type: "watch", stats: true, outlines: true });
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  engine.handle({ type: "stop" });
  assert.equal(streams[0].open, false);
  assert.equal(clock.pending, 0);
  assert.equal(framePending(), false);
  assert.equal(canvas.listeners, 0);
});

Deno.test("Engine acknowledges the hello and what it has painted, while it streams", async () => {
  const { acks, clock, engine, send, paint } = setUp();
  send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
  assert.deepEqual(acks, [{ viewer: "1", seq: 0 }]);
  await Promise.resolve();
  paint();
  clock.advance(100);
  assert.deepEqual(acks.slice(1), [{ viewer: "1", seq: 11 }]);
  engine.handle({ type: "stop" });
  assert.equal(clock.pending, 0);
});

Deno.test("Engine acknowledges to no connection what came through the one before", async () => {
  const anew: Parameters<Engine["handle"]>[0][][] = [
    [{ type: "token", token: null }],
    [{ type: "source", id: "desk" }],
    [{ type: "visible", visible: false }, { type: "visible", visible: true }],
  ];
  for (const commands of anew) {
    const { acks, clock, engine, ofType, send, paint } = setUp();
    send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
    for (const command of commands) engine.handle(command);
    acks.length = 0;
    send(hello(4, 3));
    await Promise.resolve();
    paint();
    clock.advance(100);
    assert.deepEqual(acks, [{ viewer: "1", seq: 0 }], commands[0].type);
    assert.deepEqual(ofType("painted").map(({ seq }) => seq), [11], "it is painted all the same");
    send(epoch(8, 3), solid(true, [0, 0, 4, 3], GREEN));
    paint();
    clock.advance(100);
    assert.deepEqual(acks.slice(1), [{ viewer: "1", seq: 4 }]);
  }
});

Deno.test("Engine acknowledges to no connection what was on its way to the canvas before", async () => {
  const { acks, clock, engine, send, paint } = setUp();
  const drawn: (() => void)[] = [];
  const { put } = CanvasSurface.prototype;
  // Like a page that is slow to do what its Worker asks.
  CanvasSurface.prototype.put = function (picture, rects, done) {
    put.call(this, picture, rects, () => drawn.push(done));
  };
  try {
    send(hello(4, 3), epoch(7, 10), solid(true, [0, 0, 4, 3], RED));
    paint();
  } finally {
    CanvasSurface.prototype.put = put;
  }
  engine.handle({ type: "source", id: "desk" });
  acks.length = 0;
  send(hello(4, 3));
  await Promise.resolve();
  assert.equal(drawn.length, 1);
  drawn[0]();
  clock.advance(100);
  assert.deepEqual(acks, [{ viewer: "1", seq: 0 }]);
});

Deno.test("Engine watches another source: a whole picture, another name, no word of the one before", () => {
  const { engine, send, paint, urls, streams, ofType, status } = setUp();
  send(hello(4, 4), epoch(1, 0), solid(true, [0, 0, 4, 4], RED));
  paint();
  assert.equal(status(), "live");
  engine.handle({ type: "source", id: "desk" });
  assert.equal(streams[0].open, false);
  assert.equal(urls.at(-1), "http://host/screen/stream?source=desk");
  assert.equal(status(), "connecting");
  assert.equal(ofType("source").at(-1)?.name, "");
  const refusal = { status: 404, detail: "There is no source desk", retryAfterMs: null };
  streams[1].events.refused(refusal);
  assert.equal(status(), "missing");
  engine.handle({ type: "source", id: null });
  assert.equal(urls.at(-1), "http://host/screen/stream");
  assert.equal(status(), "connecting");
  // The server's own was not named.
  streams[2].events.refused(refusal);
  assert.equal(status(), "reconnecting");
});
