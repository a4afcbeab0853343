/** The test vectors of docs/PROTOCOL.md, run as they stand there: the page and the decoder cannot disagree. */
import assert from "node:assert/strict";
import { ProtocolError } from "../../public/decoder/decoder.js";
import { type Chunking, cut } from "../helpers/client.ts";
import { fromHex } from "../helpers/hex.ts";
import { Random } from "../helpers/random.ts";
import { Transcript } from "../helpers/transcript.ts";

interface Vector {
  /** `vector`, `vector refused at start`, `vector refused after the keyframe`. */
  readonly kind: string;
  readonly bytes: Uint8Array;
  /** What stands behind the arrows. */
  readonly means: readonly string[];
}

async function readVectors(): Promise<Vector[]> {
  const page = await Deno.readTextFile(new URL("../../docs/PROTOCOL.md", import.meta.url));
  const section = page.split("\n## Test vectors\n")[1];
  assert.ok(section, "docs/PROTOCOL.md has no test vectors");
  const blocks = section.matchAll(/^```(vector.*)\n([^]*?)^```$/gm);
  return Array.from(blocks, ([, kind, text]) => {
    const lines = text.trimEnd().split("\n");
    const means = lines.filter((line) => line.startsWith("→ ")).map((line) => line.slice(2));
    const hex = lines.filter((line) => !line.startsWith("→ ")).map((line) => line.split(";")[0]);
    return { kind, bytes: fromHex(hex.join(" ")), means };
  });
}

const vectors = await readVectors();
const accepted = vectors.filter(({ kind }) => kind === "vector");
const refused = vectors.filter(({ kind }) => kind !== "vector");

function feed(transcript: Transcript, bytes: Uint8Array, chunking: Chunking): void {
  for (const piece of cut(bytes, chunking, new Random(1))) transcript.decoder.push(piece);
}

for (const chunking of ["whole", "bytes", "random"] as const) {
  Deno.test(`docs/PROTOCOL.md: the vectors mean what they say (bytes: ${chunking})`, () => {
    const transcript = new Transcript();
    for (const { bytes, means } of accepted) {
      feed(transcript, bytes, chunking);
      // The canvas begins with the hello's size; a resize is told of where a message says so.
      const said = transcript.take().filter((line, i) => i > 0 || line !== "resize 4×2");
      const expectsCanvas = means.at(-1)!.startsWith("canvas ");
      assert.deepEqual(expectsCanvas ? [...said, transcript.canvas()] : said, means);
    }
  });

  Deno.test(`docs/PROTOCOL.md: what is refused is refused (bytes: ${chunking})`, () => {
    for (const { kind, bytes, means } of refused) {
      const transcript = new Transcript();
      if (kind === "vector refused after the keyframe") {
        for (const before of accepted.slice(0, 2)) feed(transcript, before.bytes, "whole");
      } else {
        assert.equal(kind, "vector refused at start");
      }
      assert.match(means.join(), /^refused: /);
      assert.throws(() => feed(transcript, bytes, chunking), ProtocolError, means[0]);
      assert.throws(() => transcript.decoder.push(accepted[1].bytes), ProtocolError);
    }
  });
}

Deno.test("docs/PROTOCOL.md has vectors of every kind of message and every encoding", () => {
  const kinds = new Set<number>();
  for (const { bytes } of accepted) {
    for (let at = 0; at < bytes.length; at += 2 + bytes[at + 1]) {
      assert.ok(bytes[at + 1] < 0x80, "this test reads short messages only");
      kinds.add(bytes[at]);
    }
  }
  assert.deepEqual([...kinds].sort((a, b) => a - b), [1, 2, 3, 4, 5, 6, 7, 8, 9, 0x80, 0x90]);
  assert.ok(accepted.length >= 10);
  assert.ok(refused.length >= 30);
});

Deno.test("docs/PROTOCOL.md: each vector that is refused is refused at its end, not before", () => {
  // So that it is refused for the reason that it names: less of it is only incomplete.
  for (const { kind, bytes, means } of refused) {
    const transcript = new Transcript();
    if (kind === "vector refused after the keyframe") {
      for (const before of accepted.slice(0, 2)) feed(transcript, before.bytes, "whole");
    }
    transcript.decoder.push(bytes.subarray(0, bytes.length - 1));
    assert.throws(() => transcript.decoder.push(bytes.subarray(bytes.length - 1)), means[0]);
  }
});
