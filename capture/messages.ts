/**
 * The messages of docs/PROTOCOL.md as bytes, all but the update's payloads (encode.ts).
 *
 *     +--------+----------------+------------------+
 *     | kind   | length         | body             |
 *     | u8     | varint         | length bytes     |
 *     +--------+----------------+------------------+
 */
import { ByteWriter } from "./byte_writer.ts";
import type { CursorChange } from "./source.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Version of the protocol; `VERSION` in public/decoder/decoder.js. */
export const PROTOCOL_VERSION = 1;

/** What a hello tells; more members may be added, clients ignore those they do not know. */
export interface Hello {
  readonly width: number;
  readonly height: number;
  /** The source's name for people. */
  readonly source: string;
  /** This connection's id. */
  readonly viewer: string;
  /** A heartbeat follows at the latest this long after any other message. */
  readonly heartbeatMs: number;
}

export const STATE_CODES = { live: 0, lost: 1, paused: 2 } as const;
export const BYE_CODES = { shutdown: 0, disconnected: 1, fault: 2 } as const;

/** Puts kind and length before a body. */
export function frameMessage(kind: number, body: ByteWriter): Bytes {
  return new ByteWriter().u8(kind).varint(body.length).bytes(body.finish()).finish();
}

export function helloMessage(hello: Hello): Bytes {
  const body = new ByteWriter().text("PCST").u8(PROTOCOL_VERSION).text(JSON.stringify(hello));
  return frameMessage(0x01, body);
}

/**
 * @param seq the updates that follow count from here
 * @param time ms since the Unix epoch; their times count from here
 */
export function epochMessage(id: number, seq: number, time: number): Bytes {
  return frameMessage(0x02, new ByteWriter().varint(id).varint(seq).varint(time));
}

export function resizeMessage(width: number, height: number): Bytes {
  return frameMessage(0x04, new ByteWriter().varint(width).varint(height));
}

export function cursorMessage({ visible, x, y, shape }: CursorChange): Bytes {
  const body = new ByteWriter().u8((visible ? 1 : 0) | (shape ? 2 : 0)).svarint(x).svarint(y);
  if (shape) {
    body.varint(shape.width).varint(shape.height).varint(shape.hotX).varint(shape.hotY);
    body.bytes(shape.rgba);
  }
  return frameMessage(0x05, body);
}

/** @param time ms since the Unix epoch */
export function heartbeatMessage(time: number): Bytes {
  return frameMessage(0x06, new ByteWriter().varint(time));
}

export function stateMessage(state: keyof typeof STATE_CODES, text: string): Bytes {
  return frameMessage(0x07, new ByteWriter().u8(STATE_CODES[state]).text(text));
}

export function byeMessage(reason: keyof typeof BYE_CODES, text: string): Bytes {
  return frameMessage(0x08, new ByteWriter().u8(BYE_CODES[reason]).text(text));
}

/** @param hashes one a tile, row by row, as little-endian u32 (kernels/assembly/tile_hash.ts) */
export function checkMessage(hashes: Uint8Array): Bytes {
  return frameMessage(0x80, new ByteWriter().bytes(hashes));
}

/** One block of memory with all of `parts`, end to end. */
export function concat(parts: readonly Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
