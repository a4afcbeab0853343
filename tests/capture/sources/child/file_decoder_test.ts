import assert from "node:assert/strict";
import { BadImage } from "../../../../capture/images/bad_image.ts";
import {
  type DecodeReply,
  type DecodeWorker,
  FileDecoder,
} from "../../../../capture/sources/child/file_decoder.ts";
import { REAL_CLOCK } from "../../../../capture/sources/child/clock.ts";
import { makePng } from "../../../helpers/make_png.ts";
import { ascii, TestClock } from "./support.ts";

Deno.test("FileDecoder decodes in its Worker, and goes on after a damaged file", async () => {
  const decoder = new FileDecoder(REAL_CLOCK);
  try {
    for (let round = 0; round < 2; round++) {
      const bytes = makePng({
        width: 2,
        height: 1,
        colour: 2,
        depth: 8,
        samples: [1, 2, 3, 4, 5, 6],
      });
      const { width, height, bgrx } = await decoder.decode({ type: "png", bytes });
      assert.deepEqual([width, height], [2, 1]);
      assert.deepEqual([...bgrx], [3, 2, 1, 255, 6, 5, 4, 255]);
      await assert.rejects(
        decoder.decode({ type: "jpeg", bytes: ascii("no picture at all") }),
        (error) => error instanceof BadImage && /JPEG/.test(error.message),
      );
    }
  } finally {
    decoder.close();
  }
});

/** A Worker that never answers. */
function mute(): DecodeWorker & { ended: boolean; start(): void } {
  return {
    start() {
      const data: DecodeReply = { ready: true };
      this.onmessage?.call(this as unknown as Worker, new MessageEvent("message", { data }));
    },
    ended: false,
    postMessage() {},
    terminate() {
      this.ended = true;
    },
    onmessage: null,
    onerror: null,
  };
}

Deno.test("FileDecoder ends a Worker that takes more than 15 s, and starts another one", async () => {
  const clock = new TestClock();
  const workers: ReturnType<typeof mute>[] = [];
  const decoder = new FileDecoder(clock, () => {
    workers.push(mute());
    return workers[workers.length - 1];
  });
  const unborn = assert.rejects(
    decoder.decode({ type: "png", bytes: ascii("x") }),
    /decoder does not start/,
  );
  await clock.pass(60_000);
  await unborn;
  const slow = assert.rejects(
    decoder.decode({ type: "png", bytes: ascii("x") }),
    /took more than 15 s/,
  );
  workers[1].start();
  await clock.pass(15_000);
  await slow;
  assert.deepEqual(workers.map(({ ended }) => ended), [true, true]);
  const closed = assert.rejects(decoder.decode({ type: "png", bytes: ascii("x") }), /was closed/);
  decoder.close();
  await closed;
  assert.deepEqual([workers.length, workers[2].ended, clock.pending], [3, true, 0]);
});
