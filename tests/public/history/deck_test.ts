/** What the timeline's buttons and keys make the engine do. */
import assert from "node:assert/strict";
import { Deck } from "../../../public/history/deck.js";
import { TIME_KEYS, timeActionFor } from "../../../public/history/keys.js";
import type { Command } from "../../../public/engine/messages.js";

const NOW = 100_000;

function setUp({ isLive = true } = {}) {
  const sent: Exclude<Command, { type: "start" }>[] = [];
  const deck = new Deck({ send: (command) => sent.push(command), now: () => NOW, changed() {} });
  deck.source = "desk";
  deck.version = "v1";
  deck.isLive = isLive;
  deck.span = { from: 10_000, to: 90_000 };
  return {
    deck,
    sent,
    seeks: () => sent.flatMap((one) => one.type === "seek" ? [one.time] : []),
    /** The engine has painted what was asked for. */
    moment(at: number, time: number, previous: number | null, next: number | null) {
      const rest = { source: "desk", width: 1, height: 1, gap: false };
      deck.receive({ type: "moment", at, time, previous, next, ...rest });
    },
  };
}

Deno.test("Deck pauses live at now, and goes back to live", () => {
  const { deck, sent } = setUp();
  assert.deepEqual([deck.mode, deck.at], ["live", NOW]);
  deck.togglePlay();
  assert.deepEqual(sent, [{ type: "seek", source: "desk", version: "v1", time: NOW }]);
  assert.equal(deck.mode, "past");
  deck.end();
  assert.deepEqual(sent.at(-1), { type: "live" });
  assert.deepEqual([deck.mode, deck.shownTime], ["live", null]);
});

Deno.test("Deck keeps to the time that there are pictures of", () => {
  const { deck, seeks } = setUp();
  deck.seek(5);
  deck.seek(NOW + 5000);
  deck.home();
  assert.deepEqual(seeks(), [10_000, NOW, 10_000]);
  deck.jump(NOW);
  assert.equal(deck.mode, "live");
});

Deno.test("Deck of a source that is only recorded ends with its last picture", () => {
  const { deck, seeks } = setUp({ isLive: false });
  deck.end();
  deck.live();
  assert.deepEqual(seeks(), [90_000]);
  assert.equal(deck.mode, "past");
});

Deno.test("Deck steps from change to change; steps wait for the answers that tell where to", () => {
  const { deck, seeks, moment } = setUp();
  deck.seek(50_000);
  deck.step(-1);
  deck.step(-1);
  assert.deepEqual(seeks(), [50_000, 50_000]);
  moment(50_000, 48_000, 40_000, 55_000);
  assert.deepEqual(seeks().slice(2), [40_000]);
  moment(40_000, 40_000, 30_000, 48_000);
  assert.deepEqual(seeks().slice(3), [30_000]);
  moment(30_000, 30_000, null, 40_000);
  deck.step(-1);
  assert.equal(seeks().length, 4, "there is nothing before");
  deck.step(1);
  assert.equal(seeks().at(-1), 40_000);
});

Deno.test("Deck does not step by the answer to an older question", () => {
  const { deck, seeks, moment } = setUp();
  deck.seek(50_000);
  deck.seek(20_000);
  deck.step(-1);
  moment(50_000, 48_000, 40_000, 55_000);
  assert.deepEqual(seeks(), [50_000, 20_000, 20_000]);
});

Deno.test("Deck plays, faster and slower within bounds, and follows the film's clock", () => {
  const { deck, sent } = setUp();
  deck.seek(50_000);
  deck.faster();
  assert.deepEqual(sent.at(-1), {
    type: "play",
    source: "desk",
    version: "v1",
    time: 50_000,
    speed: 1,
    skipIdle: true,
  });
  deck.receive({ type: "played", time: 60_000 });
  assert.equal(deck.at, 60_000);
  for (let i = 0; i < 9; i++) deck.faster();
  assert.equal(deck.speed, 64);
  for (let i = 0; i < 9; i++) deck.slower();
  assert.equal(deck.speed, 0.5);
  deck.pause();
  assert.deepEqual(sent.at(-1), { type: "seek", source: "desk", version: "v1", time: 60_000 });
  deck.slower();
  assert.equal(deck.at, 50_000);
});

Deno.test("Deck goes live where a film caught up, and stands still where it ended or broke", () => {
  const { deck } = setUp();
  deck.seek(50_000);
  deck.play();
  deck.receive({ type: "playEnd", reason: "fault", text: "it broke" });
  assert.deepEqual([deck.mode, deck.fault], ["past", "it broke"]);
  deck.play();
  deck.receive({ type: "playEnd", reason: "live", text: "" });
  assert.equal(deck.mode, "live");
});

Deno.test("Deck says when nothing was recorded, and forgets complaints with the next picture", () => {
  const { deck, moment } = setUp();
  deck.seek(50_000);
  deck.receive({ type: "pastFault", status: 500, text: "no" });
  assert.equal(deck.fault, "no");
  const rest = { source: "desk", width: 1, height: 1, previous: null, next: null };
  deck.receive({ type: "moment", at: 50_000, time: 40_000, gap: true, ...rest });
  assert.deepEqual([deck.inGap, deck.fault, deck.shownTime], [true, "", 40_000]);
  moment(50_000, 50_000, null, null);
  assert.equal(deck.inGap, false);
});

Deno.test("Deck ignores what comes late from the past while live, and from other sources", () => {
  const { deck, moment } = setUp();
  moment(50_000, 50_000, null, null);
  assert.equal(deck.shownTime, null);
  deck.seek(50_000);
  const rest = { source: "other", width: 1, height: 1, gap: false, previous: null, next: null };
  deck.receive({ type: "moment", at: 50_000, time: 50_000, ...rest });
  assert.equal(deck.shownTime, null);
});

Deno.test("timeActionFor() gives each key its action, and leaves others what is theirs", () => {
  const plain = { ctrlKey: false, metaKey: false, altKey: false };
  const free = { typing: false, onButton: false, pans: false };
  for (const { key, shift = false, action } of TIME_KEYS) {
    assert.equal(timeActionFor({ key, shiftKey: shift, ...plain }, free), action);
    const typing = { ...free, typing: true };
    assert.equal(timeActionFor({ key, shiftKey: shift, ...plain }, typing), null);
    assert.equal(timeActionFor({ key, shiftKey: shift, ...plain, ctrlKey: true }, free), null);
  }
  const press = (key: string, focus: Partial<typeof free>) =>
    timeActionFor({ key, shiftKey: false, ...plain }, { ...free, ...focus });
  assert.equal(press(" ", { onButton: true }), null);
  assert.equal(press("ArrowLeft", { pans: true }), null);
  assert.equal(press("ArrowUp", {}), null);
});
