import assert from "node:assert/strict";
import { type Outcome, upload } from "../../push/upload.ts";

const NOW = Date.UTC(2026, 0, 1);
const SHOT = { time: NOW - 5000, png: Uint8Array.of(1, 2, 3) };
const TOKEN = "the-push-token";

/** Sends the shot to a real server that answers as told. */
async function against(
  answer: (request: Request) => Response | Promise<Response>,
  options: { path?: string; timeLimitMs?: number; signal?: AbortSignal } = {},
): Promise<Outcome> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
  try {
    return await upload(SHOT, options.signal ?? new AbortController().signal, {
      to: new URL(options.path ?? "/", `http://127.0.0.1:${server.addr.port}`),
      as: "desk",
      token: TOKEN,
      promisedMs: 30_000,
      now: () => NOW,
      ...options,
    });
  } finally {
    await server.shutdown();
  }
}

const problem = (status: number, detail: string, headers: Record<string, string> = {}) =>
  Response.json({ detail }, { status, headers });

Deno.test("upload() posts the picture with its time and the token, under the server's path", async () => {
  for (const path of ["/screen", "/screen/"]) {
    let got: unknown;
    const outcome = await against(async (request) => {
      const { method, url, headers } = request;
      got = [
        method,
        new URL(url).pathname,
        headers.get("content-type"),
        headers.get("x-captured-at"),
        headers.get("x-push-every"),
        headers.get("authorization"),
        [...new Uint8Array(await request.arrayBuffer())],
      ];
      return Response.json({ result: "newest" });
    }, { path });
    assert.deepEqual(outcome, { kind: "sent" });
    assert.deepEqual(got, [
      "POST",
      "/screen/api/sources/desk/frames",
      "image/png",
      "2025-12-31T23:59:55.000Z",
      "30",
      `Bearer ${TOKEN}`,
      [1, 2, 3],
    ]);
  }
});

Deno.test("upload() tells what a status means for the next attempt", async () => {
  const kinds: [number, Outcome["kind"]][] = [
    [400, "refused"],
    [401, "denied"],
    [403, "denied"],
    [404, "later"],
    [405, "later"],
    [408, "later"],
    [409, "denied"],
    [413, "refused"],
    [415, "refused"],
    [422, "refused"],
    [429, "later"],
    [500, "later"],
    [502, "later"],
    [503, "later"],
  ];
  for (const [status, kind] of kinds) {
    const outcome = await against(() => problem(status, "the reason"));
    assert.equal(outcome.kind, kind, String(status));
    assert.equal("why" in outcome && outcome.why, `${status}: the reason`);
  }
});

Deno.test("upload() passes on how long the server asks to wait", async () => {
  const outcome = await against(() => problem(503, "busy", { "retry-after": "7" }));
  assert.deepEqual(outcome, { kind: "later", why: "503: busy", retryAfterMs: 7000 });
});

Deno.test("upload() follows no redirection: the token is for this server", async () => {
  let requests = 0;
  const outcome = await against(() => {
    requests++;
    return new Response(null, { status: 307, headers: { location: "http://elsewhere.example/" } });
  });
  assert.equal(requests, 1);
  assert.equal(outcome.kind, "denied");
  assert.match("why" in outcome ? outcome.why : "", /sends us to http:\/\/elsewhere\.example\//);
});

Deno.test("upload() reads a bounded part of what a broken server says", async () => {
  const endless = () => {
    const piece = new TextEncoder().encode("blah ".repeat(1000));
    return new ReadableStream({ pull: (controller) => controller.enqueue(piece) });
  };
  const outcome = await against(() => new Response(endless(), { status: 500 }));
  assert.deepEqual(outcome, {
    kind: "later",
    why: "500: Internal Server Error",
    retryAfterMs: undefined,
  });
});

Deno.test("upload() gives up on a server that hangs, and when it is told to", async () => {
  const release = Promise.withResolvers<Response>();
  const hanging = against(() => release.promise, { timeLimitMs: 20 });
  const stop = new AbortController();
  const stopped = against(() => {
    stop.abort();
    return release.promise;
  }, { signal: stop.signal });
  setTimeout(() => release.resolve(new Response()), 50);
  assert.deepEqual(await hanging, { kind: "later", why: "no answer within 0.02 s" });
  assert.equal((await stopped).kind, "later");
});

Deno.test("upload() takes an unreachable server for one that is away", async () => {
  const outcome = await upload(SHOT, new AbortController().signal, {
    to: new URL("http://127.0.0.1:1/"),
    as: "desk",
    token: TOKEN,
    promisedMs: 30_000,
    now: () => NOW,
  });
  assert.equal(outcome.kind, "later");
  assert.ok("why" in outcome && !outcome.why.includes(TOKEN));
});
