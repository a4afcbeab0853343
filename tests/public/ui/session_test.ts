import assert from "node:assert/strict";
import { Caller } from "../../../public/engine/caller.js";
import { Session } from "../../../public/ui/session.js";

/** A server that knows one token, and a browser that keeps its cookie or does not. */
function setUp({ keepsCookies }: { keepsCookies: boolean }) {
  let hasCookie = false;
  const asked: { url: string; by: string }[] = [];
  const send = (input: string | URL | Request, init: RequestInit = {}) => {
    const authorization = new Headers(init.headers).get("authorization");
    const sendsCookie = hasCookie && init.credentials === "same-origin";
    asked.push({ url: String(input), by: authorization ?? (sendsCookie ? "cookie" : "nothing") });
    const isRight = authorization === null ? sendsCookie : authorization === "Bearer right";
    if (!isRight) return Promise.resolve(Response.json({ detail: "No" }, { status: 401 }));
    if (keepsCookies) hasCookie = true;
    return Promise.resolve(Response.json({ role: "history", now: 1000 }));
  };
  const caller = new Caller(null, send);
  let opened = 0;
  const session = new Session("http://host/screen/", caller, () => opened++);
  return { session, caller, asked, opened: () => opened };
}

Deno.test("Session.open() leaves it at the cookie where the browser keeps that", async () => {
  const { session, caller, asked, opened } = setUp({ keepsCookies: true });
  assert.equal(await session.open("right"), null);
  assert.equal(session.role, "history");
  assert.equal(caller.token, null);
  assert.equal(opened(), 1);
  await caller.fetch("http://host/screen/stream");
  assert.deepEqual(asked.map(({ by }) => by), ["Bearer right", "cookie", "cookie"]);
});

Deno.test("Session.open() keeps the token in memory where the cookie does not come back", async () => {
  const { session, caller, asked, opened } = setUp({ keepsCookies: false });
  assert.equal(await session.open("right"), null);
  assert.equal(caller.token, "right");
  assert.equal(opened(), 1);
  await caller.fetch("http://host/screen/stream");
  assert.equal(await session.open(null), null);
  assert.deepEqual(asked.map(({ by }) => by), [
    "Bearer right",
    "nothing",
    "Bearer right",
    "Bearer right",
  ]);
  assert.ok(asked.every(({ url }) => !url.includes("right")));
});

Deno.test("Session.open() forgets nothing when another token is refused", async () => {
  const { session, caller } = setUp({ keepsCookies: false });
  assert.equal(await session.open("right"), null);
  assert.equal(await session.open("wrong"), "No");
  assert.equal(caller.token, "right");
  assert.equal(session.role, "history");
});
