/** JPEG to pixels, by MozJPEG in WebAssembly. */
import { createRequire } from "node:module";
import mozjpeg, { type MozJPEGModule } from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { BadImage } from "./bad_image.ts";
import { readJpegHeader } from "./jpeg_header.ts";
import { checkSize, type ImageLimits } from "./limits.ts";
import type { Pixels } from "./pixels.ts";

/**
 * A block of 8×8 takes a bit at the very least. The decoder fills what is missing with grey: without this, a file of
 * some bytes would keep it busy for seconds.
 */
const MOST_PIXELS_PER_BYTE = 8 * 64;

/**
 * What the decoder only warns of, and goes on with grey or rubbish. Bytes that are too many, which many cameras write, do no
 * harm.
 */
const DAMAGE = /premature end|bad Huffman|corrupt/i;
const HARMLESS = /extraneous bytes/i;

/** What it said of the file that is being decoded. */
let words: string[] = [];
let compiled: Promise<WebAssembly.Module> | undefined;
let decoder: Promise<MozJPEGModule> | undefined;

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
  const { decode } = await (decoder ??= start());
  words = [];
  let image: ImageData | null = null;
  try {
    image = decode(new Uint8Array(bytes), false);
  } catch {
    // It has left its memory as it was at that moment.
    decoder = undefined;
  }
  if (!image) throw damaged(words.at(-1));
  const damage = words.find((line) => DAMAGE.test(line) && !HARMLESS.test(line));
  if (damage !== undefined) throw damaged(damage);
  if (image.width !== width || image.height !== height) {
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

function damaged(why: string | undefined): BadImage {
  const reason = why ?? "its picture cannot be decoded";
  return new BadImage(`The JPEG file is damaged: ${reason}`);
}

async function start(): Promise<MozJPEGModule> {
  const file = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  const code = await (compiled ??= Deno.readFile(file).then((bytes) => WebAssembly.compile(bytes)));
  const listen = (line: string) => void words.push(line);
  return await mozjpeg({
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
