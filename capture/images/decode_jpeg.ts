/** JPEG to pixels, by MozJPEG in WebAssembly. */
import { createRequire } from "node:module";
import mozjpeg from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { BadImage } from "./bad_image.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { type CheckedJpeg, checkedJpeg } from "./jpeg_segments.ts";
import { checkSize, type ImageLimits } from "./limits.ts";
import type { Pixels } from "./pixels.ts";

/** What is used of an instance; its memory is seen anew whenever it has grown. */
interface Decoder {
  decode(file: Uint8Array<ArrayBuffer>, turned: boolean): ImageData | null;
  readonly HEAPU8: Uint8Array;
}

/**
 * A block of 8×8 takes a bit at the very least. The decoder fills what is missing with grey: without this, a file of
 * some bytes would keep it busy for seconds.
 */
const MOST_PIXELS_PER_BYTE = 8 * 64;

/**
 * The one harmless thing it may say: many cameras fill a file up in front of its end. All else that it warns of, it goes
 * on with grey or rubbish.
 */
const PADDED = /^Corrupt JPEG data: (\d+) extraneous bytes before marker 0xd9$/;
/** The padding's length is exact but for the few bytes that the decoder had read ahead; the third time, it is silent. */
const MOST_TRIES = 3;

/**
 * An instance's memory grows for a large picture and never shrinks. Beyond this, in bytes, it is not kept: pictures up to
 * 5K mostly stay below, and next to the time that a larger one takes, the 4 ms for a new instance are little.
 */
const MOST_KEPT = 64 * 2 ** 20;

/** What it said of the file that is being decoded. */
let words: string[] = [];
let compiled: Promise<WebAssembly.Module> | undefined;
/** The instance that may be used now; while there is none, `starting` may be there. */
let decoder: Decoder | undefined;
let starting: Promise<void> | undefined;

/**
 * Decodes a JPEG with 1 or 3 channels, baseline or progressive. Its EXIF orientation is not applied.
 * @throws {BadImage} when it is damaged or beyond the limits; says what is wrong
 */
export async function decodeJpeg(bytes: Uint8Array, limits: ImageLimits): Promise<Pixels> {
  const { width, height } = readJpegHeader(bytes);
  checkSize({ width, height }, limits);
  if (bytes.length * MOST_PIXELS_PER_BYTE < width * height) {
    throw new BadImage(
      `The JPEG file says ${width}×${height} pixels and has ${bytes.length} bytes, too few for them`,
    );
  }
  const image = await decodeWhole(checkedJpeg(bytes));
  if (image.width !== width || image.height !== height) {
    // It has taken more memory than the limits allow, perhaps.
    decoder = undefined;
    throw new BadImage(
      `The JPEG file says ${width}×${height} pixels and holds ${image.width}×${image.height}`,
    );
  }
  const bgrx = new Uint8Array(image.data.buffer);
  const pixels = new Uint32Array(bgrx.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const abgr = pixels[i];
    pixels[i] = abgr & 0xff00ff00 | (abgr & 0xff) << 16 | abgr >>> 16 & 0xff;
  }
  return { width, height, bgrx };
}

/**
 * Decodes a file of which nothing but padding may be wrong.
 *
 * With restart intervals, "bytes too many before the end" may be the first words of worse: an interval that was cut off
 * within, or bytes left over in an earlier one, which are counted later. So the padding is overwritten with FF, of which
 * any number may stand before a marker, and the rest must then decode without a word: were these bytes not padding, the
 * decoder misses them.
 */
async function decodeWhole({ bytes, end, hasIntervals }: CheckedJpeg): Promise<ImageData> {
  let paddedFrom = end;
  for (let tries = 1;; tries++) {
    while (!decoder) await (starting ??= start());
    // Nothing is awaited from here on to its return: no other call can break the instance in between.
    const image = decodeWith(decoder, bytes);
    if (!image) throw damaged(words.at(-1));
    if (words.length === 0) return image;
    const padding = PADDED.exec(words[0]);
    if (!padding || words.length > 1) throw damaged(words[0]);
    if (!hasIntervals) return image;
    const from = paddedFrom - Number(padding[1]);
    if (tries === MOST_TRIES || from < 0) throw damaged(words[0]);
    bytes.fill(0xff, from, paddedFrom);
    paddedFrom = from;
  }
}

/** Decodes with this instance and forgets it when it cannot be used again; `null`: it gave up. */
function decodeWith(instance: Decoder, bytes: Uint8Array<ArrayBuffer>): ImageData | null {
  words = [];
  try {
    const image = instance.decode(bytes, false);
    if (instance.HEAPU8.length > MOST_KEPT) decoder = undefined;
    return image;
  } catch {
    // It has left its memory as it was at that moment.
    decoder = undefined;
    return null;
  }
}

function damaged(why: string | undefined): BadImage {
  const reason = why ?? "its picture cannot be decoded";
  return new BadImage(`The JPEG file is damaged: ${reason}`);
}

/** Makes an instance; when it fails, the next call tries again from the beginning. */
async function start(): Promise<void> {
  try {
    const instance = await instantiate(await (compiled ??= compile()));
    decoder = instance;
  } catch (error) {
    compiled = undefined;
    throw error;
  } finally {
    starting = undefined;
  }
}

async function compile(): Promise<WebAssembly.Module> {
  const file = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  return await WebAssembly.compile(await Deno.readFile(file));
}

function instantiate(code: WebAssembly.Module): Promise<Decoder> {
  const listen = (line: string) => void words.push(line);
  return mozjpeg({
    noInitialRun: true,
    print: listen,
    printErr: listen,
    instantiateWasm(
      imports: WebAssembly.Imports,
      done: (instance: WebAssembly.Instance) => void,
    ) {
      const instance = new WebAssembly.Instance(code, imports);
      done(instance);
      return instance.exports;
    },
  });
}
