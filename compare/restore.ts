/** From A and the delta to B. What comes out is checked against what the delta says of B: it is B, or an error. */
import { inflateSync } from "node:zlib";
import { BadImage } from "../capture/images/bad_image.ts";
import type { ImageLimits } from "../capture/images/limits.ts";
import { isPng } from "../capture/images/png/header.ts";
import { chunkOf, DELTA_CHUNK, FILE_CHUNK, readDeltaFacts, readFileFacts } from "./delta_chunks.ts";
import { isVanished } from "./delta.ts";
import { restoreFile } from "./file/tell_file.ts";
import { CompareError, digestOf, type Picture, sameBytes, scaleTo } from "./picture.ts";
import { COMPARE_LIMITS, readPicture } from "./read_picture.ts";
import { writePng } from "./write_png.ts";

/** B, from its delta. */
export interface Restored {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * `file`: these are the bytes of B's file. `pixels`: a PNG with B's pixels, since the delta has no more. `other-file`:
   * the same, since A is not the file that the delta was made from, though its picture is.
   */
  readonly exact: "file" | "pixels" | "other-file";
}

/**
 * Gives B back.
 * @param fileA the bytes of A's file
 * @param delta those of a delta
 * @throws {CompareError} when one of the two cannot be read, or the delta is none, is damaged, or is for another picture
 * than A
 */
export async function restore(
  fileA: Uint8Array,
  delta: Uint8Array,
  limits: ImageLimits = COMPARE_LIMITS,
): Promise<Restored> {
  const a = await readOr("The first picture cannot be used", () => readPicture(fileA, limits));
  const b = await restorePicture(a, delta, limits);
  const content = chunkOf(delta, FILE_CHUNK);
  if (!content) return { bytes: writePng(b), exact: "pixels" };
  const facts = readFileFacts(content);
  try {
    const bytes = restoreFile(facts, fileA, b, limits);
    return bytes ? { bytes, exact: "file" } : { bytes: writePng(b), exact: "other-file" };
  } catch (error) {
    throw new CompareError(
      `The delta is damaged: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/**
 * B's pixels.
 * @throws as `restore()`
 */
export async function restorePicture(
  a: Picture,
  delta: Uint8Array,
  limits: ImageLimits = COMPARE_LIMITS,
): Promise<Picture> {
  const patch = await readOr("The delta cannot be used", () => readPicture(delta, limits));
  const content = isPng(delta) ? chunkOf(delta, DELTA_CHUNK) : undefined;
  if (!content) {
    throw new CompareError("The second picture is no delta: it lacks what `diff --delta` writes");
  }
  const { size, digestA, digestB, bitmap } = readDeltaFacts(content);
  if (size.width !== a.width || size.height !== a.height) {
    throw new CompareError(
      `The delta is for another picture: its A has ${size.width}×${size.height} pixels, ` +
        `this one ${a.width}×${a.height}`,
    );
  }
  if (!sameBytes(digestA, digestOf(a))) {
    throw new CompareError(
      "The delta is for another picture: its A has other pixels than this one",
    );
  }
  applyPatch(a, patch, bitmap && inflateBitmap(bitmap, patch));
  if (!sameBytes(digestB, digestOf(patch))) {
    throw new CompareError("The delta is damaged: what it gives is not B");
  }
  return patch;
}

async function readOr(what: string, read: () => Promise<Picture>): Promise<Picture> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BadImage) throw new CompareError(`${what}: ${error.message}`);
    throw error;
  }
}

/** Puts A's pixels where the patch has nothing. */
function applyPatch(a: Picture, patch: Picture, bitmap: Uint8Array | undefined): void {
  const { width, samples } = patch;
  const both = { width: Math.min(a.width, width), height: Math.min(a.height, patch.height) };
  const [up, down] = [scaleTo(patch.depth === 16, a), scaleTo(a.depth === 16, patch)];
  for (let y = 0; y < both.height; y++) {
    for (let x = 0; x < both.width; x++) {
      const to = (y * width + x) * 4;
      if ((samples[to] | samples[to + 1] | samples[to + 2] | samples[to + 3]) !== 0) continue;
      if (bitmap && isVanished(bitmap, patch, x, y)) continue;
      const from = (y * a.width + x) * 4;
      for (let i = 0; i < 4; i++) samples[to + i] = a.samples[from + i] * up / down;
    }
  }
}

function inflateBitmap(bitmap: Uint8Array, { width, height }: Picture): Uint8Array {
  const wanted = Math.ceil(width * height / 8);
  try {
    const bits = inflateSync(bitmap, { maxOutputLength: wanted });
    if (bits.length === wanted) return bits;
  } catch {
    // Said below.
  }
  throw new CompareError("The delta is damaged: its bitmap cannot be read");
}
