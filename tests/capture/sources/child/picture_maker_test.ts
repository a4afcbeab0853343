import assert from "node:assert/strict";
import { BadImage } from "../../../../capture/images/bad_image.ts";
import { FileDecoder } from "../../../../capture/sources/child/file_decoder.ts";
import type { WrittenPicture } from "../../../../capture/sources/child/parsers/parser.ts";
import { Spares } from "../../../../capture/sources/child/parsers/payload.ts";
import { PictureMaker } from "../../../../capture/sources/child/picture_maker.ts";
import type { PushedFrame } from "../../../../capture/worker_protocol.ts";
import { ascii, TestClock } from "./support.ts";

/** Decodes when the test says so. */
class PlayedDecoder extends FileDecoder {
  readonly asked: { name: string; result: PromiseWithResolvers<PushedFrame> }[] = [];

  override decode({ bytes }: { bytes: Uint8Array }): Promise<PushedFrame> {
    const result = Promise.withResolvers<PushedFrame>();
    this.asked.push({ name: new TextDecoder().decode(bytes), result });
    return result.promise;
  }
}

function setUp() {
  const clock = new TestClock();
  const shown: string[] = [];
  const decoder = new PlayedDecoder(clock);
  const spares = new Spares();
  const maker = new PictureMaker({
    clock,
    decoder,
    spares,
    show: ({ bgrx }, readAt) => shown.push(`${bgrx[0]} read at ${readAt}`),
    spoilt: (problem) => shown.push(problem),
  });
  return { clock, shown, decoder, spares, maker };
}

function grey(value: number, spares: Spares): WrittenPicture {
  const bytes = spares.take(1);
  bytes[0] = value;
  return { kind: "packed", layout: "grey", width: 1, height: 1, bytes };
}

function file(name: string): WrittenPicture {
  return { kind: "file", type: "png", bytes: ascii(name) };
}

Deno.test("PictureMaker shows the newest of the pictures that come at once", async () => {
  const { clock, shown, spares, maker } = setUp();
  for (let i = 0; i < 9; i++) maker.take(grey(i, spares), i);
  assert.deepEqual(shown, [], "others are let run first");
  await clock.pass(1);
  await maker.idle();
  assert.deepEqual(shown, ["8 read at 8"]);
  maker.take(grey(50, spares), 9);
  await clock.pass(1);
  assert.deepEqual(shown, ["8 read at 8", "50 read at 9"]);
});

Deno.test("PictureMaker gives buffers back, so that few are made", async () => {
  const { clock, spares, maker } = setUp();
  const buffers = new Set<ArrayBuffer>();
  for (let i = 0; i < 50; i++) {
    const picture = grey(i, spares);
    buffers.add(picture.bytes.buffer);
    maker.take(picture, i);
    if (i % 3 === 0) await clock.pass(1);
  }
  assert.ok(buffers.size <= 3, `${buffers.size} buffers`);
});

Deno.test("PictureMaker leaves out files that come while one is decoded, but for the newest", async () => {
  const { clock, shown, decoder, maker } = setUp();
  maker.take(file("first"), 1);
  await clock.pass(1);
  for (const name of ["second", "third", "fourth"]) maker.take(file(name), 2);
  await clock.pass(5);
  assert.deepEqual(decoder.asked.map(({ name }) => name), ["first"]);
  decoder.asked[0].result.resolve({ width: 1, height: 1, bgrx: Uint8Array.of(7, 7, 7, 7) });
  await clock.pass(1);
  assert.deepEqual(decoder.asked.map(({ name }) => name), ["first", "fourth"]);
  decoder.asked[1].result.reject(new BadImage("The PNG file is damaged"));
  await maker.idle();
  assert.deepEqual(shown, ["7 read at 1", "The PNG file is damaged"]);
});

Deno.test("PictureMaker.clear() forgets what is waiting", async () => {
  const { clock, shown, spares, maker } = setUp();
  maker.take(grey(1, spares), 1);
  maker.clear();
  await clock.pass(1);
  await maker.idle();
  assert.deepEqual(shown, []);
});
