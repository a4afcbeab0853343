import assert from "node:assert/strict";
import { report, type Reported } from "../../push/report.ts";

const NOW = Date.UTC(2026, 0, 1);

/** Reports to a server that answers as told. */
async function against(
  answer: (request: Request) => Response,
): Promise<Reported> {
  return await report({ time: NOW, pictureTime: NOW - 5000 }, new AbortController().signal, {
    to: new URL("http://example.org/screen"),
    as: "desk",
    token: "the-push-token",
    promisedMs: 60_000,
    now: () => NOW,
    send: (url, init) => Promise.resolve(answer(new Request(url, init))),
  });
}

Deno.test("report() posts both times, the promise and the token, and no body", async () => {
  let got: unknown;
  const outcome = await against(({ method, url, headers, body }) => {
    const names = ["x-captured-at", "x-picture-at", "x-push-every", "authorization"];
    got = [method, new URL(url).pathname, ...names.map((name) => headers.get(name)), body];
    return Response.json({ source: "desk", result: "stands" });
  });
  assert.deepEqual(outcome, { kind: "stands" });
  assert.deepEqual(got, [
    "POST",
    "/screen/api/sources/desk/alive",
    "2026-01-01T00:00:00.000Z",
    "2025-12-31T23:59:55.000Z",
    "60",
    "Bearer the-push-token",
    null,
  ]);
});

Deno.test("report() tells what the server wants, or why it was not heard", async () => {
  const kind = async (response: Response) => (await against(() => response)).kind;
  assert.equal(await kind(Response.json({ result: "wanted" })), "wanted");
  assert.equal(await kind(Response.json({ result: "else" })), "later");
  assert.equal(await kind(new Response("<html>")), "later");
  assert.equal(await kind(new Response(null, { status: 404 })), "later");
  assert.equal(await kind(Response.json({ detail: "no" }, { status: 401 })), "denied");
  assert.equal(await kind(Response.json({ detail: "no" }, { status: 400 })), "refused");
});
