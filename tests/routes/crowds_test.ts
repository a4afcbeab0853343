/** When nobody waits for a browser's acknowledgements any more. */
import assert from "node:assert/strict";
import { Crowds } from "../../routes/crowds.ts";
import { randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { WatchServer } from "../helpers/watch_server.ts";
import { VIEWER } from "./fakes.ts";

Deno.test("Crowds tells all of a browser's streams once it has six, and each further one", () => {
  const crowds = new Crowds();
  const told: string[] = [];
  const add = (browser: string, id: string) => crowds.add(browser, id, () => told.push(id));
  for (const id of ["a", "b", "c", "d", "e"]) add("one", id);
  add("two", "x");
  assert.deepEqual(told, []);
  add("one", "f");
  assert.deepEqual(told.splice(0), ["a", "b", "c", "d", "e", "f"]);
  add("one", "g");
  assert.deepEqual(told.splice(0), ["g"]);
  for (const id of ["a", "b", "g", "nobody"]) crowds.remove("one", id);
  add("one", "h");
  assert.deepEqual(told, [], "there is room again");
});

/** Opens a stream as the page does, acknowledges its hello, and says whether that was heard. */
async function join(server: WatchServer, headers: Record<string, string>, token?: string) {
  const response = await server.server.request("/stream", { headers, token });
  const reader = response.body!.getReader();
  await reader.read();
  const { id } = server.registry.list().at(-1)!;
  server.registry.acknowledge(id, { seq: 0, delayMs: 0 });
  const isHeard = () => server.registry.list().find((one) => one.id === id)?.link !== null;
  return { reader, isHeard };
}

Deno.test("six pages of one browser go on without acknowledgements, five and other browsers with them", async () => {
  const server = await WatchServer.start(
    randomFrame(new Random(1), { width: 64, height: 64 }, "text"),
    { maxViewers: 30 },
  );
  const session = async () => {
    const answer = await server.server.request("/api/session", { method: "POST", token: VIEWER });
    return answer.headers.get("set-cookie")!.split(";", 1)[0];
  };
  const host = "localhost";
  const one = { host, cookie: await session() };
  const two = { host, cookie: await session() };
  const pages = [];
  for (let i = 0; i < 5; i++) pages.push(await join(server, one));
  const other = await join(server, two);
  assert.ok([...pages, other].every(({ isHeard }) => isHeard()));
  pages.push(await join(server, one));
  assert.ok(pages.every(({ isHeard }) => !isHeard()));
  assert.ok(other.isHeard());

  // Neither programs with a token nor HTTP/2, which has no Host header, run out of connections.
  const programs = [];
  for (let i = 0; i < 7; i++) programs.push(await join(server, { host }, VIEWER));
  for (let i = 0; i < 7; i++) programs.push(await join(server, { cookie: two.cookie }));
  assert.ok([...programs, other].every(({ isHeard }) => isHeard()));
  // Pages in pages of other sites bring a token, too, and have six connections like all others.
  const guests = [];
  for (let i = 0; i < 6; i++) {
    guests.push(await join(server, { host, "sec-fetch-site": "same-origin" }, VIEWER));
  }
  assert.ok(guests.every(({ isHeard }) => !isHeard()));
  for (const { reader } of [...pages, other, ...programs, ...guests]) await reader.cancel();
  server.close();
});
