import assert from "node:assert/strict";
import { fetched } from "../../../public/engine/event_links.js";

/** A server whose answer the test writes. */
function setUp(status = 200) {
  const asked: { url: string; init: RequestInit }[] = [];
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  const ended = Promise.withResolvers<void>();
  const heard: string[] = [];
  const fetcher = (input: string | URL | Request, init: RequestInit = {}) => {
    asked.push({ url: String(input), init });
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => void (body = controller),
    });
    init.signal?.addEventListener("abort", () => body?.error(init.signal?.reason));
    return Promise.resolve(new Response(stream, { status }));
  };
  const link = fetched(fetcher)("http://host/events", ["hello"], {
    event: (name, data) => heard.push(`${name} ${data}`),
    failed: () => {
      heard.push("failed");
      ended.resolve();
    },
  });
  return {
    asked,
    heard,
    link,
    ended: ended.promise,
    write: (text: string) => body!.enqueue(new TextEncoder().encode(text)),
    end: () => body!.close(),
  };
}

Deno.test("fetched() tells messages and the named events that are wanted, and then that it is over", async () => {
  const { asked, heard, write, end, ended } = setUp();
  write("data: ü1\n\nevent: hello\ndata: {}\n\nevent: other\ndata: x\n\n");
  end();
  await ended;
  assert.deepEqual(heard, ["message ü1", "hello {}", "failed"]);
  assert.equal(new Headers(asked[0].init.headers).get("accept"), "text/event-stream");
});

Deno.test("fetched() puts characters together that come in two pieces", async () => {
  const asked: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const bytes = new TextEncoder().encode("data: €\n\n");
  const pieces = [bytes.subarray(0, 7), bytes.subarray(7)];
  const response = new Response(ReadableStream.from(pieces));
  fetched(() => Promise.resolve(response))("http://host/events", [], {
    event: (_, data) => asked.push(data),
    failed: resolve,
  });
  await promise;
  assert.deepEqual(asked, ["€"]);
});

Deno.test("fetched() tells a refusal as a failure, once", async () => {
  const { heard, ended } = setUp(401);
  await ended;
  assert.deepEqual(heard, ["failed"]);
});

Deno.test("fetched() says nothing any more once it is closed", async () => {
  const { asked, heard, link, write } = setUp();
  write("data: a\n\n");
  link.close();
  assert.ok(asked[0].init.signal?.aborted);
  // As long as a chunk and an error take to get through.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assert.deepEqual(heard, []);
});
