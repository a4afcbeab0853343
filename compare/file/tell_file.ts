/** B's file told by A's, so that not only its pixels but the very file comes back. */
import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { sniffFormat } from "../../capture/images/image_header.ts";
import type { ImageLimits } from "../../capture/images/limits.ts";
import type { FileFacts } from "../delta_chunks.ts";
import { type Picture, sameBytes } from "../picture.ts";
import { decodeByteDelta, encodeByteDelta } from "./byte_delta.ts";
import { fileOf, skeletonOf } from "./skeleton.ts";

const LEVEL = 9;
/** A skeleton has at most 4 bytes for each 3 of the picture's, and some for its blocks. */
const MAX_TOLD_BYTES = 2 ** 30;
/** Operations and new bytes of a byte delta: never more than half again what it tells. */
const MAX_DELTA_BYTES = MAX_TOLD_BYTES * 1.5;

/**
 * Tells a file.
 * @param a, b files that were read without an error
 * @param pictureB what `b` holds
 */
export function tellFile(
  a: Uint8Array,
  b: Uint8Array,
  pictureB: Picture,
  limits: ImageLimits,
): FileFacts {
  const digests = { digestA: sha256(a), digestB: sha256(b) };
  const skeleton = sniffFormat(b) === "png" ? provenSkeleton(b, pictureB, limits) : undefined;
  const told = skeleton
    ? encodeByteDelta(skeletonOrNothing(a, limits), skeleton)
    : encodeByteDelta(a, b);
  return {
    ...digests,
    kind: skeleton ? "png" : "any",
    told: deflateSync(told, { level: LEVEL }),
  };
}

/**
 * Undoes `tellFile()`.
 * @returns `undefined` where it needs another file than `a`, be it one of the same picture
 * @throws {Error} when it is damaged
 */
export function restoreFile(
  { kind, digestA, digestB, told }: FileFacts,
  a: Uint8Array,
  pictureB: Picture,
  limits: ImageLimits,
): Uint8Array<ArrayBuffer> | undefined {
  if (!sameBytes(digestA, sha256(a))) return undefined;
  const delta = inflateSync(told, { maxOutputLength: MAX_DELTA_BYTES });
  const base = kind === "png" ? skeletonOrNothing(a, limits) : a;
  const bytes = decodeByteDelta(base, delta, MAX_TOLD_BYTES);
  const file = kind === "png" ? fileOf(bytes, pictureB) : bytes;
  if (!sameBytes(sha256(file), digestB)) throw new Error("the file is not the one that was told");
  return file;
}

/** A skeleton that was seen to give the file back. */
function provenSkeleton(
  file: Uint8Array,
  picture: Picture,
  limits: ImageLimits,
): Uint8Array | undefined {
  const skeleton = skeletonOf(file, limits);
  if (!skeleton) return undefined;
  try {
    return sameBytes(fileOf(skeleton, picture), file) ? skeleton : undefined;
  } catch {
    // An odd file, which is told as it is.
    return undefined;
  }
}

function skeletonOrNothing(file: Uint8Array, limits: ImageLimits): Uint8Array {
  const skeleton = sniffFormat(file) === "png" ? skeletonOf(file, limits) : undefined;
  return skeleton ?? new Uint8Array();
}

function sha256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
