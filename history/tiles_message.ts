/**
 * The tiles message (docs/PROTOCOL.md, "Tiles"): what takes one picture of the archive to another, straight from what
 * is stored. Packs go out as they are, cut behind the last tile that is wanted; nothing is decoded here.
 */
import { ByteWriter } from "../capture/byte_writer.ts";
import { frameMessage } from "../capture/messages.ts";
import { Reader } from "../public/decoder/reader.js";
import type { CellChange } from "./grid.ts";
import { PACK_TILES } from "./tile_coder.ts";
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
  body.u8(pack.width).u8(pack.height).u8(pack.coded).varint(placed.length);
  let last = 0;
  for (const { cell, ref } of placed) {
    const place = ref % PACK_TILES;
    if (!(pack.coded & (1 << place))) throw new Error(`Cannot send tile ${ref}: it is gone`);
    last = Math.max(last, place);
    body.u8(place).varint(cell);
  }
  const code = pack.code.subarray(0, codeLength(pack, last));
  body.varint(code.length).bytes(code);
}

/** Bytes of the code up to the tile at `last`, that one included. */
function codeLength({ coded, code }: Pack, last: number): number {
  const reader = new Reader(code);
  for (let place = 0; place <= last; place++) {
    if (coded & (1 << place)) reader.bytes(reader.varint());
  }
  return code.length - reader.left;
}
