import assert from "node:assert/strict";
import { StderrTail } from "../../../../capture/sources/child/stderr_tail.ts";

Deno.test("StderrTail keeps the last 4 KiB of what comes, in any pieces", async () => {
  const pieces = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`);
  const stream = ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
  const tail = new StderrTail(stream);
  await tail.ended;
  assert.equal(tail.text, pieces.join("").slice(-4096));
});

Deno.test("StderrTail takes a pipe that breaks for its end", async () => {
  const tail = new StderrTail(
    new ReadableStream({
      pull(controller) {
        controller.error(new Error("broken"));
      },
    }),
  );
  await tail.ended;
  assert.equal(tail.text, "");
});
