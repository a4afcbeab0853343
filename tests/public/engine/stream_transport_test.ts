import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { StreamTransport } from "../../../public/engine/stream_transport.js";

/** Opens a transport on `response` and collects what it reports until it is over. */
function run(response: Response | Error, onMessage = (_chunk: Uint8Array) => {}) {
  const log: string[] = [];
  const bytes: number[] = [];
  const counted: { count: number; compressed: boolean }[] = [];
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const transport = new StreamTransport("http://host/stream?since=4&epoch=2", {
    received: () => log.push("received"),
    refused: ({ status, detail, retryAfterMs }) => {
      log.push(`refused ${status} ${detail} ${retryAfterMs}`);
      resolve();
    },
    unsupported: (reason) => {
      log.push(`unsupported ${reason}`);
      resolve();
    },
    dropped: (reason) => {
      log.push(`dropped ${reason}`);
      resolve();
    },
  }, {
    message: (chunk) => {
      bytes.push(...chunk);
      onMessage(chunk);
    },
    bytes: (count, compressed) => counted.push({ count, compressed }),
  }, (input) => {
    assert.equal(input, "http://host/stream?since=4&epoch=2");
    return response instanceof Error ? Promise.reject(response) : Promise.resolve(response);
  });
  transport.open();
  return { log, bytes, counted, over, transport };
}

/** A response whose body arrives one byte at a time. */
function trickle(bytes: Uint8Array): Response {
  let at = 0;
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, ++at));
        else controller.close();
      },
    }),
  );
}

const plain = Uint8Array.from({ length: 400 }, (_, i) => (i * 7 + 1) % 256);

Deno.test("StreamTransport hands on a body that the browser has unpacked", async () => {
  const { bytes, counted, log, over } = run(trickle(plain));
  await over;
  assert.deepEqual(bytes, [...plain]);
  assert.equal(log.at(-1), "dropped the server closed the stream");
  assert.equal(log.filter((entry) => entry === "received").length, 400);
  assert.equal(counted.reduce((sum, { count }) => sum + count, 0), 400);
  assert.ok(counted.every(({ compressed }) => !compressed));
});

Deno.test("StreamTransport unpacks a body that the browser has not, and counts wire bytes", async () => {
  const packed = new Uint8Array(zstdCompressSync(plain));
  const { bytes, counted, over } = run(trickle(packed));
  await over;
  assert.deepEqual(bytes, [...plain]);
  assert.equal(counted.reduce((sum, { count }) => sum + count, 0), packed.length);
  assert.equal(counted.at(-1)?.compressed, true);
});

Deno.test("StreamTransport reports a refusal in the server's words", async () => {
  const problem = { type: "about:blank", title: "Busy", status: 503, detail: "No room" };
  const { log, over } = run(
    new Response(JSON.stringify(problem), { status: 503, headers: { "retry-after": "3" } }),
  );
  await over;
  assert.deepEqual(log, ["refused 503 No room 3000"]);
});

Deno.test("StreamTransport reports a refusal without words", async () => {
  const { log, over } = run(new Response("<html>", { status: 502 }));
  await over;
  assert.deepEqual(log, ["refused 502 The server answered 502 null"]);
});

Deno.test("StreamTransport reports a response without a body to read", async () => {
  const { log, over } = run(new Response(null));
  await over;
  assert.deepEqual(log, ["unsupported this browser cannot stream a response"]);
});

Deno.test("StreamTransport reports a server that cannot be reached", async () => {
  const { log, over } = run(new TypeError("Failed to fetch"));
  await over;
  assert.deepEqual(log, ["dropped the server could not be reached"]);
});

Deno.test("StreamTransport reports damaged zstd", async () => {
  const reservedBlock = 1 | (3 << 1) | (12 << 3);
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, reservedBlock, 0, 0];
  const damaged = new Uint8Array([...head, ...new Uint8Array(12)]);
  const { log, over } = run(trickle(damaged));
  await over;
  assert.equal(log.at(-1), "dropped invalid block type");
});

Deno.test("StreamTransport.close() in the middle silences it and cancels the body", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(plain),
    cancel: () => resolve(),
  });
  // A real fetch ends the body when its signal fires; so does this one.
  const log: string[] = [];
  const transport = new StreamTransport("http://host/", {
    received: () => log.push("received"),
    refused: () => log.push("refused"),
    unsupported: () => log.push("unsupported"),
    dropped: () => log.push("dropped"),
  }, {
    message: () => transport.close(),
    bytes: () => {},
  }, (_input, init) => {
    const gate = new TransformStream();
    body.pipeTo(gate.writable, { signal: init?.signal ?? undefined }).catch(() => {});
    return Promise.resolve(new Response(gate.readable));
  });
  transport.open();
  await cancelled;
  assert.deepEqual(log, ["received"]);
});
