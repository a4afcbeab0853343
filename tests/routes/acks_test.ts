/** `POST /api/viewers/{id}/ack`. */
import assert from "node:assert/strict";
import { acknowledge } from "../../routes/acks.ts";
import { randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { Client } from "../helpers/client.ts";
import { WatchServer } from "../helpers/watch_server.ts";
import { ADMIN, problemOf, testServer, VIEWER } from "./fakes.ts";

function post(body: unknown, token = VIEWER, id = "abc") {
  const server = testServer();
  const response = server.request(`/api/viewers/${id}/ack`, {
    method: "POST",
    token,
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { viewers: server.viewers, response };
}

Deno.test("POST /api/viewers/{id}/ack takes what a viewer shows, from viewers too", async () => {
  for (const token of [VIEWER, ADMIN]) {
    const { viewers, response } = post({ seq: 7, delayMs: 12.5 }, token);
    assert.equal((await response).status, 200);
    assert.deepEqual(await (await response).json(), { intervalMs: 100 });
    assert.deepEqual(viewers.acknowledged, [{ seq: 7, delayMs: 12.5, mismatches: 0 }]);
  }
  const { viewers, response } = post({ seq: 0 });
  assert.equal((await response).status, 200);
  assert.deepEqual(viewers.acknowledged, [{ seq: 0, delayMs: 0, mismatches: 0 }]);
});

Deno.test("POST /api/viewers/{id}/ack: nobody without a token, and no viewer that is not there", async () => {
  assert.equal((await post({ seq: 1 }, "").response).status, 401);
  const missing = await problemOf(await post({ seq: 1 }, VIEWER, "nobody").response);
  assert.deepEqual([missing.status, missing.detail], [404, "No stream has this id"]);
});

Deno.test("POST /api/viewers/{id}/ack refuses bad values by name, with their range", async () => {
  const cases: [unknown, RegExp][] = [
    [{}, /Cannot set seq: got nothing, wanted a whole number, 0 to 2\^53 - 1/],
    [{ seq: -1 }, /Cannot set seq: got -1, wanted a whole number/],
    [{ seq: 1.5 }, /Cannot set seq: got 1\.5/],
    [{ seq: "7" }, /Cannot set seq: got "7"/],
    [{ seq: 1e300 }, /Cannot set seq/],
    [{ seq: 8 }, /Cannot set seq: got 8, wanted 0 to 7, the newest update sent/],
    [{ seq: 7, delayMs: -1 }, /Cannot set delayMs: got -1, wanted 0 to 60000/],
    [{ seq: 7, delayMs: 60_001 }, /Cannot set delayMs: got 60001/],
    [{ seq: 7, mismatches: 1001 }, /Cannot set mismatches: got 1001, wanted a whole number, 0 to/],
    [{ seq: 7, shade: 1 }, /Cannot set shade: got 1, wanted no such field/],
    [[7], /must be a JSON object/],
    [null, /must be a JSON object/],
    ["{", /not valid JSON/],
  ];
  for (const [body, words] of cases) {
    const { viewers, response } = post(body);
    const problem = await problemOf(await response);
    assert.equal(problem.status, 400, JSON.stringify(body));
    assert.match(String(problem.detail), words);
    assert.ok(viewers.acknowledged.every(({ seq }) => seq === 8));
  }
});

Deno.test("acknowledge() asks for the next one soon only where something was held back", () => {
  const cursor = (held: boolean) => ({
    seq: 5,
    acknowledge: () => "taken" as const,
    heldBackWithin: () => held,
  });
  const interval = (held: boolean, usualMs: number) =>
    acknowledge(cursor(held), { seq: 5, delayMs: 0 }, usualMs).intervalMs;
  assert.equal(interval(false, 1), 100);
  assert.equal(interval(false, 750.4), 750);
  assert.equal(interval(false, 1e6), 2000);
  assert.equal(interval(true, 1e6), 100);
});

Deno.test("GET /api/viewers shows the link of who acknowledges on a stream", async () => {
  const server = await WatchServer.start(
    randomFrame(new Random(1), { width: 320, height: 240 }, "text"),
  );
  const response = await server.get("/stream");
  const reader = response.body!.getReader();
  const client = new Client();
  client.connect();
  while (client.updates.length === 0) {
    const { value } = await server.during(reader.read());
    client.receive(value!);
  }
  const [{ viewer }] = client.hellos;
  for (const seq of [0, client.decoder.seq!]) {
    const answer = server.registry.acknowledge(viewer, { seq, delayMs: 0 });
    assert.equal(answer?.result, "taken");
  }
  assert.equal(server.registry.acknowledge("nobody", { seq: 0, delayMs: 0 }), undefined);
  const { seq } = client.decoder;
  server.registry.acknowledge(viewer, { seq: seq!, delayMs: 0, mismatches: 2 });
  server.registry.acknowledge(viewer, { seq: seq! + 1, delayMs: 0, mismatches: 5 });
  assert.equal(server.registry.mismatches, 2, "what is not believed does not count");
  const [{ link, lagMs }] = server.registry.list();
  assert.equal(lagMs, 0);
  assert.equal(link?.seq, client.decoder.seq);
  assert.equal(link?.unacknowledgedBytes, 0);
  assert.equal(link?.windowBytes, 256 * 1024);
  await reader.cancel();
  server.close();
});
