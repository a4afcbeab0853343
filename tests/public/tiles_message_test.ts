/** The tiles message: what the archive encodes, the decoder draws; hostile bytes are refused or harmless. */
import assert from "node:assert/strict";
import { ByteWriter } from "../../capture/byte_writer.ts";
import { concat, epochMessage, helloMessage } from "../../capture/messages.ts";
import { Grid, gridChanges } from "../../history/grid.ts";
import { seek } from "../../history/seek.ts";
import { cutTile, PACK_TILES, solidColour, TileCoder } from "../../history/tile_coder.ts";
import { solidRef, type TileRef } from "../../history/tile_ref.ts";
import { tilesMessage } from "../../history/tiles_message.ts";
import type { Pack } from "../../history/tiles.ts";
import { Decoder, ProtocolError } from "../../public/decoder/decoder.js";
import { Reader } from "../../public/decoder/reader.js";
import { readTilesHeader } from "../../public/decoder/tiles_message.js";
import type { Rect } from "../../capture/geometry.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { type Chunking, cut } from "../helpers/client.ts";
import { randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { START, StoreRig } from "../history/rig.ts";

const SIZE = { width: 150, height: 100 };
const coder = await TileCoder.load();

/** Pictures as the archive holds them, each tile once. */
class Shelf {
  readonly #ids = new Map<string, TileRef>();
  readonly packs = new Map<number, Pack>();

  /** Stores a picture, its new tiles in packs of up to eight. */
  add(pixels: Uint32Array, size = SIZE): TileRef[] {
    const grid = new Grid(size);
    const fresh = new Map<string, { key: string; tile: Uint32Array<ArrayBuffer> }[]>();
    const keys = Array.from({ length: grid.count }, (_, cell) => {
      const rect = grid.rectOf(cell);
      const tile = cutTile(pixels, size.width, rect);
      const colour = solidColour(tile);
      if (colour !== undefined) return solidRef(colour);
      const key = `${rect.w}×${rect.h} ${tile.join()}`;
      const same = fresh.get(`${rect.w}×${rect.h}`) ?? [];
      fresh.set(`${rect.w}×${rect.h}`, same);
      if (!this.#ids.has(key) && !same.some((one) => one.key === key)) same.push({ key, tile });
      return key;
    });
    for (const [size, tiles] of fresh) {
      const [width, height] = size.split("×").map(Number);
      for (let at = 0; at < tiles.length; at += PACK_TILES) {
        const some = tiles.slice(at, at + PACK_TILES);
        const id = this.packs.size + 1;
        const code = coder.encode(some.map(({ tile }) => tile), { width, height });
        this.packs.set(id, { id, width, height, coded: (1 << some.length) - 1, code });
        some.forEach(({ key }, place) => this.#ids.set(key, id * PACK_TILES + place));
      }
    }
    return keys.map((key) => typeof key === "number" ? key : this.#ids.get(key)!);
  }

  readonly packOf = (id: number): Pack => this.packs.get(id)!;
}

function randomPicture(random: Random, { width, height } = SIZE): Uint32Array<ArrayBuffer> {
  const pixels = new Uint32Array(width * height).fill(random.int(0, 3) * 0x404040);
  for (let i = 0; i < 6; i++) {
    const x = random.int(0, width - 1);
    const y = random.int(0, height - 1);
    const right = random.int(x + 1, width);
    const colour = random.int(0, 0xffffff);
    for (let row = y; row < Math.min(height, y + 40); row++) {
      for (let column = x; column < right; column++) {
        pixels[row * width + column] = (column ^ row) & 4 ? colour : colour >> 1;
      }
    }
  }
  return pixels;
}

function hello(size = SIZE): Uint8Array<ArrayBuffer> {
  return helloMessage({ ...size, source: "test", viewer: "", heartbeatMs: 250 });
}

function shown(decoder: Decoder): Uint32Array {
  return decoder.picture!.pixels.map((pixel) => pixel & 0xffffff);
}

for (const chunking of ["whole", "bytes"] as const satisfies Chunking[]) {
  Deno.test(`tiles messages lead from any picture to any other, either way (bytes: ${chunking})`, () => {
    const random = new Random(5);
    const shelf = new Shelf();
    const pictures = Array.from({ length: 6 }, () => randomPicture(random));
    const grids = pictures.map((pixels) => shelf.add(pixels));
    const rects: Rect[][] = [];
    const decoder = new Decoder({ update: (update) => rects.push(update.rects) });
    decoder.push(concat([hello(), epochMessage(0, 0, 0)]));
    let at = -1;
    for (let step = 0; step < (chunking === "whole" ? 40 : 8); step++) {
      const next = random.int(0, pictures.length - 1);
      const keyframe = at < 0 || random.int(0, 9) === 0;
      const changes = gridChanges(keyframe ? [] : grids[at], grids[next]);
      const before = at < 0 ? undefined : shown(decoder);
      const delta = 1000 + next - (decoder.seq ?? 0);
      const header = { keyframe, seqDelta: delta, timeDelta: delta };
      const message = tilesMessage(header, changes, shelf.packOf);
      for (const piece of cut(message, chunking, random)) decoder.push(piece);
      assert.deepEqual(shown(decoder), pictures[next]);
      assert.equal(decoder.seq, 1000 + next);
      if (before && !keyframe) assertCovered(before, shown(decoder), rects.at(-1)!);
      at = next;
    }
  });
}

/** Whoever repaints only `rects` has repainted all that differs. */
function assertCovered(before: Uint32Array, after: Uint32Array, rects: Rect[]): void {
  after.forEach((pixel, i) => {
    if (pixel === before[i]) return;
    const x = i % SIZE.width;
    const y = Math.floor(i / SIZE.width);
    const inside = rects.some((r) => x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h);
    assert.ok(inside, `${x},${y} changed outside of ${JSON.stringify(rects)}`);
  });
}

Deno.test("tilesMessage() leaves out what the placed tiles are not decoded from", () => {
  // Text, photograph, text, photograph: the context coder's tiles need those before them, the Rice coder's none.
  const size = { width: 256, height: 64 };
  const random = new Random(8);
  const shelf = new Shelf();
  const pixels = randomPicture(random, size);
  for (let i = 0; i < pixels.length; i++) {
    if (i & 64) pixels[i] = (i & 127) * 0x10101 ^ random.int(0, 255);
  }
  const grid = shelf.add(pixels, size);
  const [pack] = shelf.packs.values();
  assert.deepEqual(grid.map((ref) => ref - pack.id * PACK_TILES), [0, 1, 2, 3]);
  const header = { keyframe: true, seqDelta: 1, timeDelta: 1 };
  const places = [0, 1, 2, 3].map((place) => {
    const ref = pack.id * PACK_TILES + place;
    const message = tilesMessage(header, [{ cell: 1, ref }], shelf.packOf);
    const decoder = new Decoder();
    decoder.push(concat([hello(size), epochMessage(0, 0, 0), message]));
    const cell = new Grid(size).rectOf(1);
    const placed = new Grid(size).rectOf(place);
    assert.deepEqual(
      cutTile(shown(decoder), size.width, cell),
      cutTile(pixels, size.width, placed),
    );
    const reader = new Reader(message);
    reader.u8();
    reader.varint();
    readTilesHeader(reader);
    reader.varint(); // no solids
    reader.varint(); // one pack
    return [reader.varint(), reader.u8(), reader.u8(), reader.u8()];
  });
  assert.deepEqual(places, [0b1, 0b10, 0b101, 0b1000].map((bits) => [pack.id, 64, 64, bits]));
  const gone = { ...pack, coded: pack.coded & ~1, code: pack.code.subarray(1) };
  const ref = pack.id * PACK_TILES;
  assert.throws(() => tilesMessage(header, [{ cell: 0, ref }], () => gone));
});

Deno.test("a decoder that keeps tiles draws them again without their code, within one archive only", () => {
  const random = new Random(31);
  const shelf = new Shelf();
  const changes = gridChanges([], shelf.add(randomPicture(random)));
  const other = gridChanges([], shelf.add(randomPicture(random)));
  const header = { keyframe: true, seqDelta: 0, timeDelta: 0 };
  const message = (list: typeof changes, code: (pack: Pack) => Uint8Array) => {
    return tilesMessage(header, list, (id) => {
      const pack = shelf.packOf(id);
      return { ...pack, code: code(pack) };
    });
  };
  const whole = ({ code }: Pack) => code;
  // Rice coded, and nothing in it: no decoder can make a picture of that.
  const empty = ({ coded }: Pack) =>
    new Uint8Array(coded.toString(2).replaceAll("0", "").length)
      .fill(1);
  const named = (archive: string | undefined) => {
    return helloMessage({
      ...{ ...SIZE, source: "test", viewer: "", heartbeatMs: 250 },
      ...archive === undefined ? {} : { archive },
    });
  };
  for (
    const { keptTiles, first, second, draws } of [
      { keptTiles: 20, first: "a", second: "a", draws: true },
      { keptTiles: 20, first: "a", second: "b", draws: false },
      { keptTiles: 20, first: undefined, second: undefined, draws: false },
      { keptTiles: 0, first: "a", second: "a", draws: false },
      { keptTiles: 3, first: "a", second: "a", draws: false },
    ]
  ) {
    const decoder = new Decoder({}, { keptTiles });
    decoder.push(concat([named(first), epochMessage(0, 0, 0), message(changes, whole)]));
    const picture = shown(decoder);
    decoder.push(message(other, whole));
    assert.notDeepEqual(shown(decoder), picture);
    decoder.push(named(second));
    const again = () => decoder.push(message(changes, empty));
    const what = JSON.stringify({ keptTiles, first, second });
    if (draws) {
      again();
      assert.deepEqual(shown(decoder), picture, what);
    } else assert.throws(again, ProtocolError, what);
  }
});

Deno.test("tiles leave what the context coder of the stream has learnt alone", async () => {
  // A keyframe of tiles between two updates: the second one goes on from the first.
  const random = new Random(3);
  const rig = await CaptureRig.start(randomFrame(random, SIZE, "text"));
  rig.watch();
  await rig.tick();
  for (let i = 0; i < 5; i++) {
    rig.screen.show(randomFrame(random, SIZE, "text"));
    await rig.tick();
  }
  rig.close();
  const plain = new Decoder();
  const mixed = new Decoder();
  plain.push(hello());
  mixed.push(hello());
  for (const { messages } of rig.chunks) {
    plain.push(messages);
    mixed.push(messages);
    // Draws the same picture once more, as tiles.
    const shelf = new Shelf();
    const changes = gridChanges([], shelf.add(shown(mixed)));
    const header = { keyframe: false, seqDelta: 0, timeDelta: 0 };
    mixed.push(tilesMessage(header, changes, shelf.packOf));
    assert.deepEqual(shown(mixed), shown(plain));
  }
});

Deno.test("Decoder.assume() gives the picture another name, and needs one", () => {
  const decoder = new Decoder();
  assert.throws(() => decoder.assume(5), RangeError);
  decoder.push(concat([hello(), epochMessage(0, 0, 0)]));
  const header = { keyframe: true, seqDelta: 7, timeDelta: 7 };
  decoder.push(tilesMessage(header, [{ cell: 0, ref: solidRef(0xff) }], () => assert.fail()));
  decoder.assume(9);
  assert.equal(decoder.seq, 9);
  // An epoch that counts from there needs no keyframe.
  decoder.push(concat([
    epochMessage(0, 9, 9),
    tilesMessage({ keyframe: false, seqDelta: -4, timeDelta: 0 }, [], () => assert.fail()),
  ]));
  assert.equal(decoder.seq, 5);
  assert.equal(shown(decoder)[0], 0xff);
});

Deno.test("seek() leads from any recorded instant to any other", async () => {
  const random = new Random(21);
  const rig = await StoreRig.open();
  const pictures = Array.from({ length: 12 }, (_, i) => ({
    time: START + i * 1000,
    // Another size in the middle.
    ...i < 8 ? SIZE : { width: 70, height: 200 },
    pixels: randomPicture(random, i < 8 ? SIZE : { width: 70, height: 200 }),
  }));
  for (const { time, ...picture } of pictures) rig.store.record("a", time, picture);
  assert.equal(seek(rig.store, "a", START - 1, undefined), undefined);
  const decoder = new Decoder();
  for (let step = 0; step < 60; step++) {
    const at = random.int(0, pictures.length - 1);
    const want = pictures[at];
    const time = want.time + random.int(0, 999);
    const have = random.int(0, 5) > 0 ? decoder.seq ?? undefined : undefined;
    const answer = seek(rig.store, "a", time, have)!;
    assert.equal(answer.time, want.time);
    assert.equal(answer.previous, pictures[at - 1]?.time);
    assert.equal(answer.next, pictures[at + 1]?.time);
    assert.equal(answer.gap, undefined);
    decoder.restart();
    decoder.push(hello(answer));
    decoder.push(epochMessage(0, answer.base ?? 0, answer.base ?? 0));
    decoder.push(answer.message);
    assert.deepEqual(shown(decoder), want.pixels);
    assert.equal(decoder.seq, want.time);
  }
  // Nothing differs: a few bytes.
  assert.ok(seek(rig.store, "a", START + 500, START)!.message.length < 20);
  await rig.close();
});

Deno.test("tiles messages with damage are refused, or draw inside the canvas", () => {
  const random = new Random(77);
  const shelf = new Shelf();
  const grid = shelf.add(randomPicture(random));
  const header = { keyframe: true, seqDelta: 1000, timeDelta: 1000 };
  const message = tilesMessage(header, gridChanges([], grid), shelf.packOf);
  let refused = 0;
  for (let i = 0; i < 500; i++) {
    const bytes = message.slice();
    const body = random.int(3, bytes.length - 1);
    for (let n = random.int(1, 3); n > 0; n--) {
      const near = random.int(0, 1) ? random.int(3, Math.min(60, bytes.length - 1)) : body;
      bytes[near] = random.int(0, 255);
    }
    const decoder = new Decoder();
    decoder.push(concat([hello(), epochMessage(0, 0, 0)]));
    try {
      decoder.push(bytes);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
      refused++;
    }
    assert.equal(decoder.picture!.pixels.length, SIZE.width * SIZE.height);
  }
  assert.ok(refused > 50 && refused < 500, `${refused} refused`);
});

Deno.test("a tiles message that promises much and brings little is refused at once", () => {
  for (const claim of [2 ** 20, 2 ** 40]) {
    for (
      const body of [
        new ByteWriter().u8(1).svarint(1).svarint(1).varint(claim).varint(0).rgb(0),
        new ByteWriter().u8(1).svarint(1).svarint(1).varint(0).varint(claim).varint(1).u8(64).u8(64)
          .u8(255),
        new ByteWriter().u8(1).svarint(1).svarint(1).varint(0).varint(1).varint(1).u8(64).u8(64)
          .u8(1).varint(1).u8(0).varint(0).varint(claim).u8(0),
      ]
    ) {
      const decoder = new Decoder();
      decoder.push(concat([hello(), epochMessage(0, 0, 0)]));
      const message = new ByteWriter().u8(9).varint(body.length).bytes(body.finish()).finish();
      assert.throws(() => decoder.push(message), ProtocolError);
    }
  }
});
