import assert from "node:assert/strict";
import { BadFrames } from "../../../../../capture/sources/child/parsers/parser.ts";
import { concat } from "../../../../helpers/make_png.ts";
import { Random } from "../../../../helpers/random.ts";
import { ascii, parse, parseEveryWay } from "../support.ts";

const MJPEG = { kind: "mjpeg" } as const;
const [SOI, EOI] = [[0xff, 0xd8], [0xff, 0xd9]];

function segment(marker: number, content: readonly number[]): number[] {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...content];
}

/** A file with everything in it that looks like an end and is none. */
function tricky(seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...SOI,
    ...segment(0xe1, [...SOI, 1, 2, ...EOI]),
    ...segment(0xfe, EOI),
    ...[0xff, 0xff, 0xff],
    ...segment(0xdb, [seed, 0xff]),
    ...segment(0xda, [0xff, 0xd9]),
    ...[seed, 0xff, 0x00, 0xd9, 0xff, 0xd0, 5, 0xff, 0xff, 0x00, 0xff, 0xd7, 6],
    ...segment(0xc4, [0xff, 0xd9, 1]),
    ...segment(0xda, []),
    ...[7, 8, 0xff, 0xff],
    ...EOI,
  ]);
}

function filesOf(bytes: Uint8Array): Uint8Array[] {
  return parseEveryWay(MJPEG, bytes).pictures.map(({ bytes }) => bytes);
}

Deno.test("JpegSequenceParser finds where each file ends, whatever its segments hold", () => {
  const files = [tricky(1), tricky(2), tricky(3)];
  assert.deepEqual(filesOf(concat(...files)), files);
});

Deno.test("JpegSequenceParser takes files out of multipart/x-mixed-replace", () => {
  const head = (file: Uint8Array) =>
    ascii(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${file.length}\r\n\r\n`);
  const files = [tricky(1), tricky(2)];
  const parts = files.flatMap((file) => [head(file), file, ascii("\r\n")]);
  assert.deepEqual(filesOf(concat(...parts)), files);
});

Deno.test("JpegSequenceParser skips zeros after a file", () => {
  const files = [tricky(1), tricky(2)];
  const padded = concat(files[0], new Uint8Array(3000), files[1], new Uint8Array(3000));
  assert.deepEqual(filesOf(padded), files);
});

Deno.test("JpegSequenceParser leaves out a file that the next one cuts off", () => {
  // Not within a segment, whose length counts: the next file would be a part of it.
  for (const length of [2, tricky(1).length - 2]) {
    const cut = tricky(1).subarray(0, length);
    assert.deepEqual(filesOf(concat(cut, tricky(2), tricky(3))), [tricky(2), tricky(3)]);
  }
});

Deno.test("JpegSequenceParser knows whether a file is whole", () => {
  assert.equal(parse(MJPEG, tricky(1), []).isBetween, true);
  assert.equal(parse(MJPEG, tricky(1).subarray(0, -1), []).isBetween, false);
});

Deno.test("JpegSequenceParser refuses what is none", () => {
  const refuse = (bytes: Uint8Array, message: RegExp) => {
    assert.throws(
      () => parse(MJPEG, bytes, []),
      (error) => error instanceof BadFrames && message.test(error.message),
    );
  };
  refuse(ascii("no camera here\n".repeat(5000)), /65536 bytes like "no camera he", wanted a JPEG/);
  refuse(Uint8Array.from([...SOI, 0xff, 0xe0, 0, 1]), /segment of 1 bytes/);
  refuse(Uint8Array.from([...SOI, ...segment(0xe0, [1]), 5]), /got 05 at byte 7 of a JPEG/);
  const unfinished = tricky(1).subarray(0, -2);
  refuse(concat(...Array(11).fill(unfinished)), /10 JPEGs in a row without an end/);
});

Deno.test("JpegSequenceParser gives up on a file that has no end", () => {
  const start = Uint8Array.from([...SOI, ...segment(0xda, [])]);
  const noise = new Uint8Array(2 ** 20).fill(7);
  const pieces = [start, ...Array(65).fill(noise)];
  let from = 0;
  const cuts = pieces.slice(0, -1).map(({ length }) => from += length);
  assert.throws(() => parse(MJPEG, concat(...pieces), cuts), /JPEG of more than 67108864 bytes/);
});

Deno.test("JpegSequenceParser ends with pictures or a word about any bytes", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const bytes = concat(tricky(1), tricky(2), tricky(3));
    for (let i = random.int(1, 9); i > 0; i--) {
      bytes[random.int(0, bytes.length - 1)] = random.pick([0xff, 0xd8, 0xd9, 0xda, 0, 1]);
    }
    try {
      parse(MJPEG, bytes, [random.int(0, bytes.length)].sort());
    } catch (error) {
      assert.ok(error instanceof BadFrames, String(error));
    }
  }
});
