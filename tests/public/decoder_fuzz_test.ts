/**
 * Hostile bytes: whatever arrives, the decoder takes it or throws a ProtocolError. It never throws anything
 * else, never hangs, and takes no more memory than a canvas of the size that was announced needs.
 */
import assert from "node:assert/strict";
import { Decoder, ProtocolError } from "../../public/decoder/decoder.js";
import { ByteWriter } from "../../capture/byte_writer.ts";
import { helloMessage } from "../../capture/messages.ts";
import { MessageBuffer } from "../../public/decoder/message_buffer.js";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { changed, CHANGES, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

/** Pieces of a real stream: whole messages, hello first. */
async function recordMessages(): Promise<Uint8Array[]> {
  const random = new Random(11);
  const size = { width: 70, height: 40 };
  const rig = await CaptureRig.start(randomFrame(random, size, "mixed"));
  const shape = { width: 3, height: 3, hotX: 1, hotY: 1, rgba: random.bytes(36) };
  rig.watch();
  await rig.tick();
  for (let i = 0; i < 40; i++) {
    const next = changed(random, rig.screen.frame, random.pick(CHANGES));
    rig.screen.show(next.frame, next.damage);
    if (i % 5 === 0) rig.screen.moveCursor({ visible: true, x: i, y: -i, shape });
    await rig.tick();
  }
  rig.screen.show(randomFrame(random, { width: 33, height: 65 }, "text"));
  await rig.run(3000);
  rig.close();
  const hello = helloMessage({ ...size, source: "fuzz", viewer: "v", heartbeatMs: 1000 });
  return [hello, ...rig.chunks.flatMap(({ messages }) => split(messages))];
}

function split(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const { bodyStart, length } = headerOf(bytes, at);
    out.push(bytes.slice(at, bodyStart + length));
    at = bodyStart + length;
  }
  return out;
}

function headerOf(bytes: Uint8Array, at: number): { bodyStart: number; length: number } {
  let length = 0;
  let scale = 1;
  for (let i = at + 1;; i++) {
    length += (bytes[i] & 0x7f) * scale;
    scale *= 128;
    if (bytes[i] < 0x80) return { bodyStart: i + 1, length };
  }
}

/** A message with another body, and the length that belongs to it. */
function withBody(kind: number, body: Uint8Array): Uint8Array {
  return new ByteWriter().u8(kind).varint(body.length).bytes(body).finish();
}

const messages = await recordMessages();
const updates = messages.filter(([kind]) => kind === 3);

/**
 * A decoder and a check: after each piece, it has refused by a ProtocolError or its picture is whole.
 * Announced sizes beyond `MAX_PIXELS` are not followed, so that the test itself stays small.
 */
const MAX_PIXELS = 2 ** 20;

function newDecoder(): Decoder {
  // Somebody listens to everything: what nobody asks for need not be read.
  const ignore = () => {};
  return new Decoder({ cursor: ignore, heartbeat: ignore, state: ignore, bye: ignore });
}

/** @returns whether everything was taken */
function feed(decoder: Decoder, pieces: Iterable<Uint8Array>): boolean {
  for (const piece of pieces) {
    try {
      decoder.push(piece);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, `${error}`);
      // It stays refused, whatever follows.
      assert.throws(() => decoder.push(messages[0]), ProtocolError);
      return false;
    }
    const { picture } = decoder;
    if (!picture) continue;
    assert.equal(picture.rgba.length, picture.width * picture.height * 4);
    assert.ok(picture.width >= 1 && picture.height >= 1);
    if (picture.width * picture.height > MAX_PIXELS) return true;
  }
  return true;
}

Deno.test("Decoder takes the recorded stream, in which all kinds of messages are", () => {
  const decoder = newDecoder();
  assert.equal(feed(decoder, messages), true);
  assert.deepEqual(new Set(messages.map(([kind]) => kind)), new Set([1, 2, 3, 4, 5, 6, 0x80]));
  assert.ok(updates.length >= 30);
});

Deno.test("Decoder: a stream that ends anywhere is no error, only incomplete", () => {
  const decoder = newDecoder();
  for (const message of messages) {
    for (let at = 0; at < message.length; at++) {
      assert.equal(feed(decoder, [message.subarray(at, at + 1)]), true);
    }
  }
});

Deno.test("Decoder: a body cut off at any length is refused", () => {
  const seen = new Set<number>();
  const short = messages.filter((message) => message.length < 800).filter(([kind], i) => {
    const isNew = !seen.has(kind) || (kind === 3 && i % 6 === 0);
    seen.add(kind);
    return isNew && kind !== 1;
  });
  assert.ok(short.length >= 6);
  for (const message of short) {
    const place = messages.indexOf(message);
    const { bodyStart } = headerOf(message, 0);
    for (let length = 0; length < message.length - bodyStart; length += length < 40 ? 1 : 17) {
      const cut = withBody(message[0], message.subarray(bodyStart, bodyStart + length));
      const decoder = newDecoder();
      assert.equal(feed(decoder, messages.slice(0, place)), true);
      assert.equal(feed(decoder, [cut]), false, `kind ${message[0]}, ${length} bytes`);
    }
  }
});

Deno.test("Decoder: random bytes", () => {
  const random = new Random(21);
  let refused = 0;
  for (let i = 0; i < 1500; i++) {
    const decoder = newDecoder();
    // Half of them behind a real beginning, as one message with a kind that exists.
    const body = random.bytes(random.int(0, 200));
    const pieces = random.chance(0.5)
      ? [body]
      : [...messages.slice(0, 3), withBody(random.int(1, 9), body)];
    if (!feed(decoder, pieces)) refused++;
  }
  assert.ok(refused > 900, `${refused} refused`);
});

/** Numbers at which something happens. */
const EDGES = [
  0,
  1,
  2,
  63,
  64,
  127,
  128,
  255,
  256,
  4096,
  4097,
  16384,
  16385,
  2 ** 26,
  2 ** 32,
  2 ** 53 - 1,
];

/** Changes a message's body in a way that an enemy would. */
function mutate(random: Random, body: Uint8Array): Uint8Array {
  const out = body.slice();
  if (out.length === 0) return random.bytes(3);
  // The front has the counts and rectangles.
  const at = random.chance(0.7)
    ? random.int(0, Math.min(out.length, 24) - 1)
    : random.int(0, out.length - 1);
  switch (random.int(0, 5)) {
    case 0:
      out[at] ^= 1 << random.int(0, 7);
      return out;
    case 1:
      out[at] = random.pick([0, 1, 127, 128, 254, 255]);
      return out;
    case 2: {
      const edge = new ByteWriter().varint(random.pick(EDGES)).finish();
      return Uint8Array.from([...out.subarray(0, at), ...edge, ...out.subarray(at + 1)]);
    }
    case 3:
      return out.slice(0, at);
    case 4:
      return Uint8Array.from([
        ...out.subarray(0, at),
        ...random.bytes(random.int(1, 9)),
        ...out.subarray(at),
      ]);
    default: {
      const other = random.pick(updates);
      return Uint8Array.from([
        ...out.subarray(0, at),
        ...other.subarray(headerOf(other, 0).bodyStart + at),
      ]);
    }
  }
}

Deno.test("Decoder: mutated messages in a real stream", () => {
  const random = new Random(31);
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    const decoder = newDecoder();
    const place = random.int(1, messages.length - 1);
    // A keyframe's epoch and what follows: enough state for whatever the mutation refers to.
    const before = messages.slice(0, Math.min(place, 9));
    const { bodyStart } = headerOf(messages[place], 0);
    let body = messages[place].subarray(bodyStart);
    for (let n = random.int(1, 3); n > 0; n--) body = mutate(random, body);
    const pieces = [
      ...before,
      withBody(messages[place][0], body),
      ...messages.slice(place, place + 2),
    ];
    if (!feed(decoder, pieces)) refused++;
  }
  assert.ok(refused > 300 && refused < 1000, `${refused} refused`);
});

Deno.test("Decoder: wrong lengths, kinds and orders of messages", () => {
  const random = new Random(41);
  for (let i = 0; i < 800; i++) {
    const pieces = [messages[0]];
    for (let n = random.int(1, 6); n > 0; n--) {
      const message = random.pick(messages).slice();
      const { bodyStart } = headerOf(message, 0);
      if (random.chance(0.3)) message[0] = random.int(0, 255);
      if (random.chance(0.3)) message[random.int(1, bodyStart - 1)] ^= 1 << random.int(0, 7);
      pieces.push(message);
    }
    feed(newDecoder(), pieces);
  }
});

Deno.test("MessageBuffer: memory grows with what arrives, not with what a header claims", () => {
  const claim = new ByteWriter().u8(3).varint(2 ** 30 - 1).bytes(new Uint8Array(10)).finish();
  const before = Deno.memoryUsage().rss;
  // A gigabyte each, if it were taken by its word.
  const waiting = Array.from({ length: 1000 }, () => {
    const buffer = new MessageBuffer(2 ** 30);
    buffer.push(claim, () => assert.fail("the message has not arrived yet"));
    return buffer;
  });
  assert.equal(waiting.length, 1000);
  const grown = Deno.memoryUsage().rss - before;
  assert.ok(grown < 100e6, `${grown} bytes for 1000 claims`);
});

Deno.test("Decoder: few bytes cannot ask for much work", () => {
  // Refused before a pixel is drawn: many rectangles of the whole canvas, cheap to write.
  const area = (count: number, write: (body: ByteWriter) => void) => {
    const body = new ByteWriter().u8(0).varint(1).varint(0);
    for (let i = 0; i < count; i++) write(body);
    return withBody(3, body.finish());
  };
  const solid = area(1, (body) => {
    body.varint(0).varint(0).varint(0).varint(0).varint(1000);
    for (let i = 0; i < 1000; i++) body.u8(0).varint(0).varint(0).varint(70).varint(40);
    for (let i = 0; i < 1000; i++) body.rgb(i);
  });
  const copies = area(1, (body) => {
    body.varint(0).varint(1000);
    for (let i = 0; i < 1000; i++) {
      body.varint(0).varint(0).varint(0).varint(0).varint(70).varint(40);
    }
    body.varint(0).varint(0).varint(0);
  });
  for (const message of [solid, copies]) {
    const decoder = newDecoder();
    const keyframe = messages.findIndex(([kind]) => kind === 3);
    assert.equal(feed(decoder, messages.slice(0, keyframe + 1)), true);
    const shown = decoder.picture!.rgba.slice();
    assert.equal(feed(decoder, [message]), false);
    assert.deepEqual(decoder.picture!.rgba, shown);
  }
});
