import assert from "node:assert/strict";
import { Connection, SETTLED_MS } from "../../../public/engine/connection.js";
import { BLOCKED_NOTE, BUFFERED_NOTE, CHOKED_NOTE } from "../../../public/engine/notes.js";
import type { TransportKind } from "../../../public/engine/messages.js";
import type { TransportEvents } from "../../../public/engine/stream_transport.js";
import { FakeClock } from "./fake_clock.ts";

interface Opened {
  kind: TransportKind;
  events: TransportEvents;
  open: boolean;
}

function setUp(forced: TransportKind | null = null, answers = false, named = false) {
  const clock = new FakeClock();
  const opened: Opened[] = [];
  const connection = new Connection({
    forced,
    clock,
    random: () => 1,
    changed: () => {},
    named: () => named,
    probe: () => Promise.resolve(answers),
    make: (kind, events) => {
      const transport: Opened = { kind, events, open: false };
      opened.push(transport);
      return {
        open: () => void (transport.open = true),
        close: () => void (transport.open = false),
      };
    },
  });
  /** The newest transport, as if a whole picture had come through it. */
  function deliver(heartbeatMs?: number): Opened {
    const newest = opened[opened.length - 1];
    newest.events.received();
    if (heartbeatMs) connection.promise(heartbeatMs);
    connection.current();
    return newest;
  }
  return { clock, opened, connection, deliver, status: () => connection.link.status };
}

Deno.test("Connection goes live with the first picture", () => {
  const { connection, deliver, status } = setUp();
  connection.open();
  assert.equal(status(), "connecting");
  assert.equal(deliver().kind, "stream");
  assert.equal(status(), "live");
});

Deno.test("Connection waits longer and longer between attempts, one transport at a time", () => {
  const { clock, connection, opened, status } = setUp();
  connection.open();
  for (const delayMs of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    opened[opened.length - 1].events.dropped("gone");
    assert.equal(status(), "reconnecting");
    assert.equal(connection.link.retryAt, clock.now() + delayMs);
    const before = opened.length;
    clock.advance(delayMs - 1);
    assert.equal(opened.length, before);
    clock.advance(1);
    assert.equal(opened.length, before + 1);
    assert.equal(opened.filter(({ open }) => open).length, 1);
  }
});

Deno.test("Connection forgets failures only after it has been live for a while", () => {
  const { clock, connection, deliver, opened } = setUp();
  connection.open();
  opened[0].events.dropped("gone");
  clock.advance(250);
  deliver(60_000);
  clock.advance(SETTLED_MS - 1);
  assert.equal(connection.link.failures, 1);
  clock.advance(1);
  assert.equal(connection.link.failures, 0);
});

Deno.test("Connection is stale without a heartbeat in 1.5 intervals, and dead after 2.5", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  const { events } = deliver(2000);
  clock.advance(4000);
  events.received();
  clock.advance(2999);
  assert.equal(status(), "live");
  clock.advance(1);
  assert.equal(status(), "stale");
  clock.advance(1999);
  assert.equal(status(), "stale");
  assert.equal(connection.quietMs, 4999);
  clock.advance(1);
  assert.equal(status(), "reconnecting");
  assert.equal(opened[0].open, false);
  assert.match(connection.link.detail, /nothing came from the server for 5 s/);
});

Deno.test("Connection falls back to events when nothing comes through the stream", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  clock.advance(5000);
  assert.deepEqual(opened.map(({ kind, open }) => [kind, open]), [["stream", false], [
    "sse",
    true,
  ]]);
  assert.equal(connection.note, BUFFERED_NOTE);
  deliver();
  assert.equal(status(), "live");
  // An event stream without heartbeats may be silent for as long as it likes.
  clock.advance(3_600_000);
  assert.equal(status(), "live");
  opened[1].events.dropped("gone");
  clock.advance(250);
  assert.equal(opened[2].kind, "sse");
  deliver();
  clock.advance(3_600_000);
  assert.equal(status(), "live");
});

Deno.test("Connection watches events that promise heartbeats", () => {
  const { clock, connection, deliver, status } = setUp("sse");
  connection.open();
  deliver(2000);
  clock.advance(5000);
  assert.equal(status(), "reconnecting");
});

Deno.test("Connection is live again with the first byte after silence", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  const { events } = deliver(2000);
  for (let i = 0; i < 3; i++) {
    clock.advance(2900);
    assert.equal(status(), "live");
    clock.advance(2000);
    assert.equal(status(), "stale");
    events.received();
    assert.equal(status(), "live");
  }
  assert.equal(opened.length, 1);
});

Deno.test("Connection connects anew right after a sleep, and never shows live before it has", () => {
  for (const steady of [true, false]) {
    const { clock, connection, deliver, opened, status } = setUp();
    connection.open();
    deliver(2000);
    clock.advance(1500);
    clock.sleep(3_600_000, steady);
    clock.advance(1000);
    assert.equal(opened.length, 2, `steady clock runs on: ${steady}`);
    assert.equal(opened[0].open, false);
    assert.equal(status(), "connecting");
    assert.ok(Math.abs(connection.quietMs! - 3_602_500) < 1001);
    deliver(2000);
    assert.equal(status(), "live");
  }
});

Deno.test("Connection takes a short sleep for silence", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  const { events } = deliver(2000);
  clock.sleep(2500, true);
  clock.advance(500);
  assert.equal(status(), "stale");
  events.received();
  assert.equal(status(), "live");
  assert.equal(opened.length, 1);
});

Deno.test("Connection does not care when the wall clock is set back", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  const { events } = deliver(2000);
  clock.advance(1000);
  clock.setWall(-86_400_000);
  for (let i = 0; i < 10; i++) {
    clock.advance(2000);
    events.received();
    assert.equal(status(), "live");
    assert.equal(connection.quietMs, 0);
  }
  assert.equal(opened.length, 1);
});

Deno.test("Connection makes sure with one more request when the wall clock is set forward", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  deliver(2000);
  clock.setWall(86_400_000);
  clock.advance(1000);
  assert.equal(opened.length, 2);
  const { events } = deliver(2000);
  for (let i = 0; i < 10; i++) {
    clock.advance(2000);
    events.received();
    assert.equal(status(), "live");
  }
  assert.equal(opened.length, 2);
  assert.equal(connection.link.failures, 0);
});

Deno.test("Connection says what is in the way when the server answers but nothing streams", async () => {
  const { clock, connection, opened, status } = setUp(null, true);
  connection.open();
  clock.advance(10_000);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(status(), "reconnecting");
  assert.equal(connection.note, BLOCKED_NOTE);
  clock.advance(250);
  assert.equal(connection.note, BLOCKED_NOTE);
  opened.at(-1)!.events.received();
  assert.equal(connection.note, "");
});

for (const answers of [true, false]) {
  const does = answers ? "leaves" : "stays with";
  const server = answers ? "answers" : "does not answer either";
  Deno.test(`Connection ${does} a stream that goes silent behind each picture where the server ${server}`, async () => {
    const { clock, connection, deliver, opened } = setUp(null, answers);
    connection.open();
    for (let i = 0; i < 3; i++) {
      assert.equal(opened.length, i + 1);
      deliver(2000);
      clock.advance(5000);
      await Promise.resolve();
      await Promise.resolve();
      if (i < 2) clock.advance(250 * 2 ** i);
    }
    clock.advance(1000);
    const kinds = opened.map(({ kind }) => kind);
    assert.deepEqual(kinds, ["stream", "stream", "stream", answers ? "sse" : "stream"]);
    assert.equal(connection.note, answers ? CHOKED_NOTE : "");
  });
}

Deno.test("Connection stays with a stream that was silent now and then", () => {
  const { clock, connection, deliver, opened } = setUp();
  connection.open();
  for (let i = 0; i < 6; i++) {
    const { events } = deliver(2000);
    for (let second = 0; second < 10; second += 2) {
      clock.advance(2000);
      events.received();
    }
    clock.advance(10_000);
  }
  assert.ok(opened.length >= 6);
  assert.ok(opened.every(({ kind }) => kind === "stream"));
});

Deno.test("Connection begins again with the stream when neither gets through", () => {
  const { clock, connection, opened, status } = setUp();
  connection.open();
  clock.advance(10_000);
  assert.equal(status(), "reconnecting");
  assert.equal(connection.note, "");
  clock.advance(250);
  assert.deepEqual(opened.map(({ kind }) => kind), ["stream", "sse", "stream"]);
});

Deno.test("Connection does not leave a stream that has worked for events", () => {
  const { clock, connection, deliver, opened } = setUp();
  connection.open();
  deliver(60_000);
  opened[0].events.dropped("gone");
  clock.advance(250 + 5000 + 500);
  assert.deepEqual(opened.map(({ kind }) => kind), ["stream", "stream", "stream"]);
});

Deno.test("Connection uses only the transport it was told to", () => {
  for (const forced of ["stream", "sse"] as const) {
    const { clock, connection, opened } = setUp(forced);
    connection.open();
    clock.advance(20_000);
    assert.ok(opened.length >= 3);
    assert.ok(opened.every(({ kind }) => kind === forced));
  }
});

Deno.test("Connection uses events when the browser cannot stream, and ends when it can do neither", () => {
  const { connection, opened, status } = setUp();
  connection.open();
  opened[0].events.unsupported("this browser cannot stream a response");
  assert.equal(opened[1].kind, "sse");
  assert.match(connection.note, /Server-Sent Events, since this browser cannot stream/);
  opened[1].events.unsupported("this browser has no EventSource");
  assert.equal(status(), "ended");
});

Deno.test("Connection stops at 401 and 403 until a person tries again", () => {
  for (const code of [401, 403]) {
    const { clock, connection, opened, status } = setUp();
    connection.open();
    opened[0].events.refused({ status: code, detail: "A token is needed", retryAfterMs: null });
    assert.equal(status(), "unauthorised");
    assert.equal(connection.link.detail, "A token is needed");
    clock.advance(100_000);
    assert.equal(opened.length, 1);
    assert.equal(clock.pending, 0);
    connection.open();
    assert.equal(status(), "connecting");
    assert.equal(opened.length, 2);
  }
});

Deno.test("Connection tells that a named source is not there, and asks again", () => {
  const refusal = { status: 404, detail: "There is no source x", retryAfterMs: null };
  const { clock, connection, opened, deliver, status } = setUp(null, false, true);
  connection.open();
  opened[0].events.refused(refusal);
  assert.deepEqual([status(), connection.link.detail], ["missing", refusal.detail]);
  clock.advance(250);
  assert.equal(opened.length, 2);
  assert.equal(status(), "missing");
  deliver();
  assert.equal(status(), "live");

  // Nothing was named: something in between does not know the path.
  const unnamed = setUp();
  unnamed.connection.open();
  unnamed.opened[0].events.refused(refusal);
  assert.equal(unnamed.status(), "reconnecting");
});

Deno.test("Connection.openAnew() starts without the failures of what was watched before", () => {
  const { clock, connection, opened, status } = setUp();
  connection.open();
  opened[0].events.dropped("gone");
  clock.advance(250);
  opened[1].events.dropped("gone");
  connection.openAnew();
  assert.deepEqual([status(), connection.link.failures, opened.length], ["connecting", 0, 3]);
  opened[2].events.dropped("gone");
  assert.equal(connection.link.retryAt, clock.now() + 250);
  connection.hide();
  connection.openAnew();
  assert.deepEqual([status(), opened.length], ["hidden", 3]);
});

Deno.test("Connection waits as long as the server asks, within reason", () => {
  const { clock, connection, opened } = setUp();
  connection.open();
  opened[0].events.refused({ status: 503, detail: "full", retryAfterMs: 7000 });
  assert.equal(connection.link.retryAt, clock.now() + 7000);
  clock.advance(7000);
  opened[1].events.refused({ status: 503, detail: "full", retryAfterMs: 86_400_000 });
  assert.equal(connection.link.retryAt, clock.now() + 60_000);
});

Deno.test("Connection streams nothing while hidden, and goes on when shown", () => {
  const { clock, connection, deliver, opened, status } = setUp();
  connection.open();
  deliver(2000);
  connection.hide();
  assert.equal(status(), "hidden");
  assert.equal(opened[0].open, false);
  assert.equal(clock.pending, 0);
  connection.open();
  assert.equal(opened.length, 1);
  connection.show();
  assert.equal(opened.length, 2);
  deliver(2000);
  assert.equal(status(), "live");
});

Deno.test("Connection does not connect when a tab without rights is shown again", () => {
  const { connection, opened, status } = setUp();
  connection.open();
  opened[0].events.refused({ status: 401, detail: "", retryAfterMs: null });
  connection.hide();
  connection.show();
  assert.equal(status(), "unauthorised");
  assert.equal(opened.length, 1);
});

Deno.test("Connection.wake() cuts a wait short and leaves a live connection alone", () => {
  const { connection, deliver, opened } = setUp();
  connection.open();
  opened[0].events.dropped("gone");
  connection.wake();
  assert.equal(opened.length, 2);
  deliver();
  connection.wake();
  assert.equal(opened.length, 2);
});

Deno.test("Connection.close() leaves no timer and no transport behind", () => {
  const { clock, connection, deliver, opened } = setUp();
  connection.open();
  deliver(2000);
  connection.close();
  assert.equal(clock.pending, 0);
  assert.equal(opened[0].open, false);
});

Deno.test("Connection.close() is the end, whatever is said or answered later", async () => {
  const { clock, connection, deliver, opened, status } = setUp(null, true);
  connection.open();
  for (let i = 0; i < 3; i++) {
    deliver(2000);
    clock.advance(5000);
    if (i < 2) clock.advance(250 * 2 ** i);
  }
  // It is being asked whether the server answers at all.
  connection.close();
  const before = [status(), connection.kind, connection.note];
  await Promise.resolve();
  await Promise.resolve();
  connection.fail("the event stream broke off");
  connection.wake();
  connection.open();
  clock.advance(60_000);
  assert.equal(opened.length, 3);
  assert.equal(clock.pending, 0);
  assert.deepEqual([status(), connection.kind, connection.note], before);
});
