/** Going to instants and playing, with answers as the archive's encoder makes them. */
import assert from "node:assert/strict";
import { concat } from "../../../capture/messages.ts";
import { tilesMessage } from "../../../history/tiles_message.ts";
import { solidRef } from "../../../history/tile_ref.ts";
import { HistoryPlayer } from "../../../public/engine/history_player.js";
import { momentUrl } from "../../../public/engine/history_fetch.js";
import { Away, changedTiles } from "../../../public/engine/away.js";
import type { EngineEvent } from "../../../public/engine/messages.js";
import type { MomentAnswer } from "../../../public/engine/history_fetch.js";
import type { TransportEvents } from "../../../public/engine/stream_transport.js";
import { FakeClock } from "./fake_clock.ts";
import {
  byeMessage,
  epochMessage,
  heartbeatMessage,
  helloMessage,
} from "../../../capture/messages.ts";

const SIZE = { width: 100, height: 64 };
const hello = helloMessage({ ...SIZE, source: "desk", viewer: "", heartbeatMs: 250 });

/** What leads from one instant to another: the left cell gets a colour. */
function way(from: number | null, to: number, colour: number): Uint8Array {
  const base = from ?? 0;
  const header = { keyframe: from === null, seqDelta: to - base, timeDelta: to - base };
  const message = tilesMessage(header, [{ cell: 0, ref: solidRef(colour) }], () => {
    throw new Error("no packs here");
  });
  return concat([epochMessage(0, base, base), message]);
}

function picture(from: number | null, to: number, colour: number, next: number | null = null) {
  const neighbours = { previous: null, next, gap: false };
  const bytes = [concat([hello, way(from, to, colour)])];
  return { kind: "picture", bytes, neighbours } satisfies MomentAnswer;
}

function setUp() {
  const clock = new FakeClock();
  const events: EngineEvent[] = [];
  const shown: number[] = [];
  const asked: { url: URL; signal: AbortSignal; answer: PromiseWithResolvers<MomentAnswer> }[] = [];
  const films: {
    url: URL;
    events: TransportEvents;
    message: (chunk: Uint8Array) => void;
    open: boolean;
  }[] = [];
  /** Commands wait for the thread, until the test says that they were handled. */
  let waiting: PromiseWithResolvers<void> | undefined;
  const turns = async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const player: HistoryPlayer = new HistoryPlayer({
    base: "http://host/screen/",
    clock,
    // As much of a painter as is used here; "painted" at once.
    painter: {
      show: ({ rgba }: { rgba: Uint8ClampedArray }) => {
        shown.push(rgba[0] << 16 | rgba[1] << 8 | rgba[2]);
      },
    } as unknown as ConstructorParameters<typeof HistoryPlayer>[0]["painter"],
    fetchMoment: (url, signal) => {
      const answer = Promise.withResolvers<MomentAnswer>();
      asked.push({ url: new URL(url), signal, answer });
      return answer.promise;
    },
    afterMessages: () => waiting?.promise ?? Promise.resolve(),
    stream: (url, events, { message }) => {
      const film = { url: new URL(url), events, message, open: false };
      films.push(film);
      return { open: () => void (film.open = true), close: () => void (film.open = false) };
    },
    post: (event) => events.push(event),
  });
  return {
    clock,
    player,
    events,
    shown,
    asked,
    films,
    at: (time: number) => player.seek({ source: "desk", time, version: "v1" }),
    async answer(i: number, answer: MomentAnswer) {
      asked[i].answer.resolve(answer);
      await asked[i].answer.promise;
      // The loop that asks goes on behind its own awaits.
      await turns();
      player.painting()();
    },
    /** Lets time pass for whoever stays at a picture. */
    async rest(ms: number) {
      clock.advance(ms);
      await turns();
    },
    holdMessages: () => waiting = Promise.withResolvers(),
    async handleMessages() {
      waiting?.resolve();
      waiting = undefined;
      await turns();
      player.painting()();
    },
    times: () => asked.map(({ url }) => Number(url.searchParams.get("t"))),
    moments: () =>
      events.flatMap((event) => event.type === "moment" ? [[event.at, event.time]] : []),
  };
}

Deno.test("HistoryPlayer asks one question at a time, and then the newest one", async () => {
  const { at, asked, answer, shown, moments } = setUp();
  at(1000);
  at(2000);
  at(3000);
  assert.deepEqual(asked.map(({ url }) => url.href), [
    "http://host/screen/api/history/desk/at?t=1000&v=v1",
  ]);
  await answer(0, picture(null, 900, 0xff0000, 950));
  assert.deepEqual(moments(), [[1000, 900]]);
  assert.equal(asked.length, 2);
  assert.equal(asked[1].url.search, "?t=3000&v=v1&have=900", "only what differs");
  await answer(1, picture(900, 2900, 0x00ff00));
  assert.deepEqual(moments(), [[1000, 900], [3000, 2900]]);
  assert.deepEqual([...new Set(shown)], [0xff0000, 0x00ff00]);
  assert.equal(asked.length, 2);
});

Deno.test("HistoryPlayer goes where the pointer is once it has decoded, not where it was before", async () => {
  const { at, answer, holdMessages, handleMessages, times } = setUp();
  holdMessages();
  at(1000);
  at(2000);
  await answer(0, picture(null, 900, 1));
  assert.deepEqual(times(), [1000]);
  // This one waited while the thread was busy with the picture.
  at(3000);
  await handleMessages();
  assert.deepEqual(times(), [1000, 3000]);
});

Deno.test("HistoryPlayer asks nothing about instants that have the picture it shows", async () => {
  const { at, answer, handleMessages, moments, times } = setUp();
  at(1000);
  await answer(0, picture(null, 900, 1, 2000));
  at(950);
  await handleMessages();
  assert.deepEqual(moments(), [[1000, 900], [950, 900]]);
  assert.deepEqual(times(), [1000]);
  // Between there and the next picture a gap may begin.
  at(1100);
  assert.deepEqual(times(), [1000, 1100]);
  await answer(1, picture(900, 900, 1, 2000));
  at(1050);
  await handleMessages();
  assert.deepEqual(times(), [1000, 1100]);
  at(2000);
  assert.deepEqual(times(), [1000, 1100, 2000]);
});

Deno.test("HistoryPlayer asks again about the newest picture: it may have got a successor", async () => {
  const { at, answer, times } = setUp();
  at(1000);
  await answer(0, picture(null, 900, 1, null));
  at(950);
  assert.deepEqual(times(), [1000, 950]);
});

/** An answer with pictures on both sides of it. */
function between(from: number | null, [previous, to, next]: number[], colour: number) {
  return { ...picture(from, to, colour), neighbours: { previous, next, gap: false } };
}

Deno.test("HistoryPlayer fetches the neighbours of a picture that somebody stays at", async () => {
  const { at, answer, moments, rest, shown, asked, times } = setUp();
  at(2500);
  await answer(0, between(null, [1000, 2000, 3000], 1));
  await rest(100);
  assert.deepEqual(times(), [2500], "he may be on his way");
  await rest(100);
  assert.deepEqual(times(), [2500, 3000], "one at a time");
  await answer(1, between(2000, [2000, 3000, 4000], 2));
  assert.deepEqual(times(), [2500, 3000, 1000]);
  assert.equal(asked[2].url.search, "?t=1000&v=v1&have=2000");
  await answer(2, between(2000, [500, 1000, 2000], 3));
  assert.deepEqual(shown.at(-1), 1, "nothing of it is shown");
  at(3000);
  await rest(0);
  await rest(0);
  assert.deepEqual(moments(), [[2500, 2000]]);
  assert.deepEqual(times(), [2500, 3000, 1000], "it was there");
  assert.equal(shown.at(-1), 2);
});

Deno.test("HistoryPlayer waits for a neighbour that is on its way, and gives the others up", async () => {
  const { at, answer, moments, rest, asked, times } = setUp();
  at(2500);
  await answer(0, between(null, [1000, 2000, 3000], 1));
  await rest(200);
  at(3000);
  assert.deepEqual(times(), [2500, 3000]);
  await answer(1, between(2000, [2000, 3000, 4000], 2));
  assert.deepEqual(moments(), [[2500, 2000], [3000, 3000]]);
  await rest(200);
  assert.deepEqual(times(), [2500, 3000, 4000]);
  at(1500);
  assert.ok(asked[2].signal.aborted);
  assert.equal(asked[3].url.search, "?t=1500&v=v1&have=3000");
});

Deno.test("HistoryPlayer fetches what lies behind first for somebody who goes back", async () => {
  const { at, answer, rest, times } = setUp();
  at(3500);
  await answer(0, between(null, [2000, 3000, 4000], 1));
  at(2500);
  await answer(1, between(3000, [1000, 2000, 3000], 2));
  await rest(200);
  assert.deepEqual(times(), [3500, 2500, 1000]);
});

Deno.test("HistoryPlayer keeps no neighbour that was refused or is the newest", async () => {
  const { at, answer, rest, times, player } = setUp();
  at(2500);
  await answer(0, between(null, [1000, 2000, 3000], 1));
  await rest(200);
  await answer(1, picture(2000, 3000, 2, null));
  const refusal = { status: 503, detail: "later", retryAfterMs: null };
  await answer(2, { kind: "refused", refusal });
  at(3000);
  assert.deepEqual(times(), [2500, 3000, 1000, 3000]);
  player.leave();
});

Deno.test("HistoryPlayer goes backwards from what it has", async () => {
  const { at, answer, moments, asked } = setUp();
  at(3000);
  await answer(0, picture(null, 2900, 1));
  at(1000);
  assert.equal(asked[1].url.searchParams.get("have"), "2900");
  await answer(1, picture(2900, 900, 2));
  assert.deepEqual(moments().at(-1), [1000, 900]);
});

Deno.test("HistoryPlayer begins anew with another source or another version of the history", async () => {
  const { player, at, answer, asked } = setUp();
  at(1000);
  await answer(0, picture(null, 900, 1));
  player.seek({ source: "desk", time: 1000, version: "v2" });
  assert.equal(asked[1].url.searchParams.get("have"), null);
  await answer(1, picture(null, 900, 1));
  player.seek({ source: "other", time: 1000, version: "v2" });
  assert.equal(asked[2].url.searchParams.get("have"), null);
});

Deno.test("HistoryPlayer tells refusals, and answers the next question all the same", async () => {
  const { at, answer, events, moments } = setUp();
  at(1);
  await answer(0, {
    kind: "refused",
    refusal: { status: 404, detail: "too early", retryAfterMs: null },
  });
  assert.deepEqual(events.at(-1), { type: "pastFault", status: 404, text: "too early" });
  at(1000);
  await answer(1, picture(null, 900, 1));
  assert.deepEqual(moments(), [[1000, 900]]);
});

Deno.test("HistoryPlayer takes a damaged answer for what it is", async () => {
  const { at, answer, events, asked } = setUp();
  at(1000);
  const neighbours = { previous: null, next: null, gap: false };
  await answer(0, { kind: "picture", bytes: [Uint8Array.of(9, 9, 9)], neighbours });
  assert.equal(events.at(-1)?.type, "pastFault");
  at(1000);
  assert.equal(asked[1].url.searchParams.get("have"), null);
});

Deno.test("HistoryPlayer tells nothing of what arrives after the return to live", async () => {
  const { player, at, answer, events, asked } = setUp();
  at(1000);
  player.leave();
  assert.ok(asked[0].signal.aborted);
  await answer(0, picture(null, 900, 1));
  assert.deepEqual(events, []);
});

Deno.test("HistoryPlayer plays: moments, its clock, and the end", () => {
  const { player, films, events, moments } = setUp();
  player.play({ source: "desk", time: 1000, version: "v1", speed: 4, skipIdle: true });
  const [film] = films;
  assert.equal(
    film.url.href,
    "http://host/screen/api/history/desk/play?from=1000&speed=4&skipIdle=1",
  );
  assert.ok(film.open);
  film.message(concat([hello, way(null, 1000, 1)]));
  player.painting()();
  film.message(heartbeatMessage(1250));
  film.message(way(1000, 1500, 2));
  player.painting()();
  assert.deepEqual(moments(), [[1000, 1000], [1500, 1500]]);
  assert.ok(events.some((event) => event.type === "played" && event.time === 1250));
  film.message(byeMessage("shutdown", "live"));
  assert.deepEqual(events.at(-1), { type: "playEnd", reason: "live", text: "" });
  assert.equal(film.open, false);
});

Deno.test("HistoryPlayer notices a film that falls silent, and closes it at a seek", () => {
  const { player, films, events, clock, at } = setUp();
  const from = { source: "desk", time: 1000, version: "v1", speed: 1, skipIdle: false };
  player.play(from);
  clock.advance(4000);
  films[0].events.received();
  clock.advance(4000);
  assert.equal(events.length, 0);
  clock.advance(1000);
  assert.equal(events.at(-1)?.type, "playEnd");
  assert.equal(films[0].open, false);
  player.play(from);
  at(2000);
  assert.equal(films[1].open, false);
  assert.equal(clock.pending, 0);
});

Deno.test("momentUrl() escapes what is not its own", () => {
  const url = momentUrl("http://host/", { source: "a/b?", time: 5, version: "" }, null);
  assert.equal(url, "http://host/api/history/a%2Fb%3F/at?t=5");
});

Deno.test("changedTiles() joins neighbours in a row and keeps to the picture", () => {
  const before = Uint32Array.of(1, 2, 3, 4, 5, 6);
  const after = Uint32Array.of(1, 9, 9, 9, 5, 9);
  assert.deepEqual(changedTiles(before, after, { width: 150, height: 100 }), [
    { x: 64, y: 0, w: 86, h: 64 },
    { x: 0, y: 64, w: 64, h: 36 },
    { x: 128, y: 64, w: 22, h: 36 },
  ]);
});

Deno.test("Away tells what changed between looking away and being current again", () => {
  const clock = new FakeClock();
  const size = { width: 64, height: 64 };
  let hashes = Uint32Array.of(1);
  const told: unknown[] = [];
  const away = new Away(clock, (got) => got({ hashes, size }), (rects) => told.push(rects));
  away.left();
  hashes = Uint32Array.of(2);
  away.back();
  assert.deepEqual(told, []);
  clock.advance(1000);
  assert.deepEqual(told, [[{ x: 0, y: 0, w: 64, h: 64 }]]);
  away.back();
  away.left();
  away.back();
  clock.advance(1000);
  assert.equal(told.length, 1, "nothing changed since");
  assert.equal(clock.pending, 0);
});
