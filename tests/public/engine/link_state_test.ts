import assert from "node:assert/strict";
import {
  initialLink,
  type Link,
  type LinkEvent,
  nextLink,
} from "../../../public/engine/link_state.js";

/** The statuses after each of the events, from the beginning. */
function walk(...events: LinkEvent[]): string[] {
  let link: Readonly<Link> = initialLink;
  return events.map((event) => {
    link = nextLink(link, event);
    return link.status;
  });
}

function after(...events: LinkEvent[]): Readonly<Link> {
  return events.reduce<Readonly<Link>>((link, event) => nextLink(link, event), initialLink);
}

const connect = { type: "connect" } as const;
const current = { type: "current" } as const;
const silent = { type: "silent" } as const;
const heard = { type: "heard" } as const;
const settled = { type: "settled" } as const;
const hide = { type: "hide" } as const;
const show = { type: "show" } as const;
const failed = { type: "failed", detail: "gone", retryAt: 500 } as const;
const missing = { ...failed, missing: true } as const;
const anew = { type: "anew" } as const;
const refused = { type: "refused", detail: "no token" } as const;
const ended = { type: "ended", detail: "thrown out" } as const;
const lost = { type: "source", state: "lost", text: "no display" } as const;
const paused = { type: "source", state: "paused", text: "" } as const;
const back = { type: "source", state: "live", text: "" } as const;

Deno.test("nextLink() goes from connecting to live", () => {
  assert.deepEqual(walk(connect, current), ["connecting", "live"]);
});

Deno.test("nextLink() says reconnecting until the picture is current again", () => {
  assert.deepEqual(walk(connect, current, failed, connect, failed, connect, current), [
    "connecting",
    "live",
    "reconnecting",
    "reconnecting",
    "reconnecting",
    "reconnecting",
    "live",
  ]);
});

Deno.test("nextLink() keeps reason and time of the next attempt, and drops the time when it starts", () => {
  const waiting = after(connect, failed);
  assert.equal(waiting.detail, "gone");
  assert.equal(waiting.retryAt, 500);
  const trying = nextLink(waiting, connect);
  assert.equal(trying.detail, "gone");
  assert.equal(trying.retryAt, null);
});

Deno.test("nextLink() counts failures in a row until the connection has settled", () => {
  assert.equal(after(connect, failed, connect, failed).failures, 2);
  assert.equal(after(connect, failed, connect, current).failures, 1);
  assert.equal(after(connect, failed, connect, current, settled).failures, 0);
});

Deno.test("nextLink() tells the source's troubles while the connection is fine", () => {
  assert.deepEqual(walk(connect, current, lost, back, paused, back), [
    "connecting",
    "live",
    "lost",
    "live",
    "paused",
    "live",
  ]);
  assert.equal(after(connect, current, lost).detail, "no display");
  assert.equal(after(connect, current, lost, back).detail, "");
});

Deno.test("nextLink() tells a lost source before there is any picture", () => {
  assert.deepEqual(walk(connect, lost, back, current), [
    "connecting",
    "lost",
    "connecting",
    "live",
  ]);
});

Deno.test("nextLink() an update does not make a paused source live", () => {
  assert.deepEqual(walk(connect, paused, current), ["connecting", "paused", "paused"]);
});

Deno.test("nextLink() forgets the source's trouble with the connection", () => {
  assert.deepEqual(walk(connect, current, lost, failed, connect, current).slice(-3), [
    "reconnecting",
    "reconnecting",
    "live",
  ]);
});

Deno.test("nextLink() hidden: late words of the closed connection change nothing", () => {
  const hidden = after(connect, current, hide);
  assert.equal(hidden.status, "hidden");
  for (const event of [connect, current, failed, lost]) {
    assert.equal(nextLink(hidden, event), hidden);
  }
  assert.deepEqual(walk(connect, current, hide, show, connect, current).slice(-3), [
    "connecting",
    "connecting",
    "live",
  ]);
});

Deno.test("nextLink() says that there is no such source until there is, or the server is away", () => {
  assert.deepEqual(walk(connect, missing, connect, missing, connect, current).slice(1), [
    "missing",
    "missing",
    "missing",
    "missing",
    "live",
  ]);
  assert.deepEqual(walk(connect, missing, failed, connect, hide, show).slice(1), [
    "missing",
    "reconnecting",
    "reconnecting",
    "hidden",
    "connecting",
  ]);
});

Deno.test("nextLink() knows nothing bad of another source, but whether it may watch at all", () => {
  for (const before of [failed, missing, lost]) {
    const begun = after(connect, before, anew, connect);
    assert.deepEqual([begun.status, begun.detail, begun.failures], ["connecting", "", 0]);
  }
  for (const stop of [hide, refused, ended]) {
    const stopped = after(connect, stop);
    assert.equal(nextLink(stopped, anew), stopped);
  }
});

Deno.test("nextLink() unauthorised and ended last until somebody connects anew", () => {
  for (const [stop, status] of [[refused, "unauthorised"], [ended, "ended"]] as const) {
    const stopped = after(connect, current, stop);
    assert.equal(stopped.status, status);
    assert.equal(stopped.detail, stop.detail);
    for (const event of [current, failed, lost, hide, show]) {
      assert.equal(nextLink(stopped, event), stopped);
    }
    assert.equal(nextLink(stopped, connect).status, "connecting");
  }
});

Deno.test("nextLink() a silent server makes the picture stale, whatever it said before, until it is heard", () => {
  assert.deepEqual(walk(connect, current, silent, current, heard), [
    "connecting",
    "live",
    "stale",
    "stale",
    "live",
  ]);
  assert.deepEqual(walk(connect, current, paused, silent, heard).slice(2), [
    "paused",
    "stale",
    "paused",
  ]);
});

Deno.test("nextLink() silence before the first picture, and on a lost connection, is nothing new", () => {
  assert.deepEqual(walk(connect, silent, current), ["connecting", "connecting", "live"]);
  assert.deepEqual(walk(connect, current, silent, failed, silent, connect, current).slice(2), [
    "stale",
    "reconnecting",
    "reconnecting",
    "reconnecting",
    "live",
  ]);
});
