/**
 * What a delta carries besides its picture: two chunks of a PNG that other programs skip, and drop when they change the
 * picture (their names say so: ancillary, private, unsafe to copy).
 *
 * `pcDL`, numbers u32 and big-endian:
 *
 *     version u8 = 1 │ kind u8: 0; 1: a bitmap follows │ A's width, height │ A's digest, 32 bytes │
 *     B's digest, 32 bytes │ bitmap, a zlib stream
 *
 * A changed pixel has B's colour and alpha; a pixel 0, 0, 0, 0 is A's, unless its bit in the bitmap is set: then B is
 * transparent black there. The bitmap has a bit for each pixel of B, row by row, the first one as the highest of a byte,
 * without padding between rows. Digests: `digestOf()` in picture.ts.
 *
 * `pcFL`, only where the very file is to come back:
 *
 *     version u8 = 1 │ kind u8: 1: PNG, 2: any │ SHA-256 of A's file │ SHA-256 of B's file │
 *     a zlib stream of bytes told by A's (file/byte_delta.ts): 1: the skeletons (file/skeleton.ts), 2: the files
 */
import type { Size } from "../capture/geometry.ts";
import { concat } from "../capture/messages.ts";
import { CompareError } from "./picture.ts";

export const DELTA_CHUNK = "pcDL";
export const FILE_CHUNK = "pcFL";

const VERSION = 1;
const DIGEST_BYTES = 32;

/** What `pcDL` says. */
export interface DeltaFacts {
  /** Of A. */
  readonly size: Size;
  readonly digestA: Uint8Array;
  readonly digestB: Uint8Array;
  /** Deflated; `undefined` where no pixel has become transparent black. */
  readonly bitmap: Uint8Array | undefined;
}

/** How B's file is told by A's. */
export type FileKind = "png" | "any";

/** What `pcFL` says. */
export interface FileFacts {
  readonly kind: FileKind;
  readonly digestA: Uint8Array;
  readonly digestB: Uint8Array;
  /** Deflated. */
  readonly told: Uint8Array;
}

export function writeDeltaFacts(
  { size, digestA, digestB, bitmap }: DeltaFacts,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(10);
  const view = new DataView(head.buffer);
  head.set([VERSION, bitmap ? 1 : 0]);
  view.setUint32(2, size.width);
  view.setUint32(6, size.height);
  return concat([head, digestA, digestB, bitmap ?? new Uint8Array()]);
}

/** @throws {CompareError} when it cannot be read */
export function readDeltaFacts(content: Uint8Array): DeltaFacts {
  const [bitmapAt, view] = [10 + 2 * DIGEST_BYTES, viewOf(content)];
  checkHead(content, bitmapAt, [0, 1]);
  return {
    size: { width: view.getUint32(2), height: view.getUint32(6) },
    digestA: content.subarray(10, 10 + DIGEST_BYTES),
    digestB: content.subarray(10 + DIGEST_BYTES, bitmapAt),
    bitmap: content[1] === 1 ? content.subarray(bitmapAt) : undefined,
  };
}

export function writeFileFacts(
  { kind, digestA, digestB, told }: FileFacts,
): Uint8Array<ArrayBuffer> {
  return concat([Uint8Array.of(VERSION, kind === "png" ? 1 : 2), digestA, digestB, told]);
}

/** @throws {CompareError} when it cannot be read */
export function readFileFacts(content: Uint8Array): FileFacts {
  const toldAt = 2 + 2 * DIGEST_BYTES;
  checkHead(content, toldAt, [1, 2]);
  return {
    kind: content[1] === 1 ? "png" : "any",
    digestA: content.subarray(2, 2 + DIGEST_BYTES),
    digestB: content.subarray(2 + DIGEST_BYTES, toldAt),
    told: content.subarray(toldAt),
  };
}

/**
 * The content of a chunk of a PNG that was read without an error; `undefined` where it has none of that name.
 */
export function chunkOf(png: Uint8Array, name: string): Uint8Array | undefined {
  const view = viewOf(png);
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    const found = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (found === name) return png.subarray(at + 8, at + 8 + length);
    if (found === "IEND") return undefined;
    at += 12 + length;
  }
  return undefined;
}

function checkHead(content: Uint8Array, atLeast: number, kinds: readonly number[]): void {
  if (content.length > 0 && content[0] !== VERSION) {
    throw new CompareError(
      `The delta has version ${content[0]}, wanted ${VERSION}: it was made by another Patchcast`,
    );
  }
  if (content.length < atLeast || !kinds.includes(content[1])) {
    throw new CompareError("The delta is damaged: what it says of its pictures cannot be read");
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
