/**
 * The tiles message (docs/PROTOCOL.md, "Tiles"): what takes one picture of the archive to another, straight from what
 * is stored. Packs go out as they are, without the tiles that nobody needs; nothing is decoded here.
 */
import { ByteWriter } from "../capture/byte_writer.ts";
import { frameMessage } from "../capture/messages.ts";
import { Reader } from "../public/decoder/reader.js";
import type { CellChange } from "./grid.ts";
import { PACK_TILES, readTileHead } from "./tile_coder.ts";
import { BLACK, colourOf, isSolidRef } from "./tile_ref.ts";
import type { Pack } from "./tiles.ts";

const KIND = 0x09;
const KEYFRAME = 1;

/** What a tiles message says besides its tiles. */
export interface TilesHeader {
  /** The canvas becomes black first. */
  readonly keyframe: boolean;
  /** Where seq and time go, from the epoch's or the message before; either way. */
  readonly seqDelta: number;
  readonly timeDelta: number;
}

/**
 * @param changes in ascending order of cells, each at most once; black ones may be left out of a keyframe
 * @param packOf the pack with an id
 */
export function tilesMessage(
  { keyframe, seqDelta, timeDelta }: TilesHeader,
  changes: readonly CellChange[],
  packOf: (id: number) => Pack,
): Uint8Array<ArrayBuffer> {
  const body = new ByteWriter().u8(keyframe ? KEYFRAME : 0).svarint(seqDelta).svarint(timeDelta);
  writeSolids(body, changes.filter(({ ref }) => isSolidRef(ref) && !(keyframe && ref === BLACK)));
  const byPack = Map.groupBy(
    changes.filter(({ ref }) => !isSolidRef(ref)),
    ({ ref }) => Math.floor(ref / PACK_TILES),
  );
  body.varint(byPack.size);
  for (const [id, placed] of byPack) writePack(body, packOf(id), placed);
  return frameMessage(KIND, body);
}

function writeSolids(body: ByteWriter, solids: readonly CellChange[]): void {
  body.varint(solids.length);
  let next = 0;
  for (const { cell, ref } of solids) {
    body.varint(cell - next).rgb(colourOf(ref));
    next = cell + 1;
  }
}

function writePack(body: ByteWriter, pack: Pack, placed: readonly CellChange[]): void {
  const wanted = new Set(placed.map(({ ref }) => ref % PACK_TILES));
  const parts = neededParts(pack, wanted);
  const places = parts.reduce((bits, { place }) => bits | 1 << place, 0);
  body.varint(pack.id).u8(pack.width).u8(pack.height).u8(places).varint(placed.length);
  for (const { cell, ref } of placed) {
    const place = ref % PACK_TILES;
    if (!(places & (1 << place))) throw new Error(`Cannot send tile ${ref}: it is gone`);
    body.u8(place).varint(cell);
  }
  body.varint(parts.reduce((sum, { bytes }) => sum + bytes.length, 0));
  for (const { bytes } of parts) body.bytes(bytes);
}

/** A tile's code within its pack, its head included. */
interface Part {
  readonly place: number;
  readonly isRice: boolean;
  readonly bytes: Uint8Array;
}

/** What the wanted tiles are decoded from: their codes, and before the last of the context coder all of its. */
function neededParts({ coded, code }: Pack, wanted: ReadonlySet<number>): Part[] {
  const reader = new Reader(code);
  const parts: Part[] = [];
  for (let place = 0; place < PACK_TILES; place++) {
    if (!(coded & (1 << place))) continue;
    const start = code.length - reader.left;
    const { length, isRice } = readTileHead(reader);
    reader.bytes(length);
    parts.push({ place, isRice, bytes: code.subarray(start, code.length - reader.left) });
  }
  const last = parts.findLastIndex(({ place, isRice }) => !isRice && wanted.has(place));
  return parts.filter(({ place, isRice }, i) => wanted.has(place) || (!isRice && i < last));
}
