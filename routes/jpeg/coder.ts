/**
 * The JPEG kernel (capture/kernels/assembly/jpeg.ts) as TypeScript sees it, and the memory that it works on: one row of
 * MCUs and what becomes of it.
 */
import { Arena } from "../../capture/kernels/kernels.ts";
import { coderTables, type QuantisationTables } from "./tables.ts";

/** What `assembly/jpeg.ts` exports; addresses are byte offsets into `memory`. */
interface JpegKernel {
  readonly memory: WebAssembly.Memory;
  jpegRow(
    pixels: number,
    stride: number,
    width: number,
    height: number,
    averaged: boolean,
    tables: number,
    out: number,
  ): number;
}

/** More than a block's 64 levels can take: 27 bits each, doubled where all bytes are FF. */
const MOST_BLOCK_BYTES = 512;

/** What a row of MCUs belongs to. */
export interface JpegShape {
  /** Pixels. */
  readonly width: number;
  /** Colours at half the resolution (4:2:0): MCUs of 16 × 16 pixels, else of 8 × 8. */
  readonly averaged: boolean;
  readonly tables: QuantisationTables;
}

/** Side of an MCU, pixels. */
export function mcuSide({ averaged }: Pick<JpegShape, "averaged">): 8 | 16 {
  return averaged ? 16 : 8;
}

/** Codes rows of MCUs of pictures of one width in one quality. */
export class JpegCoder {
  readonly #kernel: JpegKernel;
  readonly #shape: JpegShape;
  /** Bytes of a row of whole MCUs. */
  readonly #stride: number;
  readonly #pixels: number;
  readonly #tables: number;
  readonly #out: number;

  private constructor(kernel: JpegKernel, shape: JpegShape) {
    this.#kernel = kernel;
    this.#shape = shape;
    const side = mcuSide(shape);
    const mcus = Math.ceil(shape.width / side);
    this.#stride = mcus * side * 4;
    const tables = coderTables(shape.tables);
    const arena = new Arena(kernel.memory);
    this.#pixels = arena.take(this.#stride * side);
    this.#tables = arena.take(tables.length);
    this.#out = arena.take(mcus * (shape.averaged ? 6 : 3) * MOST_BLOCK_BYTES);
    this.#bytes(this.#tables, tables.length).set(tables);
  }

  /** Takes about 200 times as many bytes as the width has pixels. */
  static async load(shape: JpegShape): Promise<JpegCoder> {
    const url = new URL("../../capture/kernels/jpeg.wasm", import.meta.url);
    const { instance } = await WebAssembly.instantiate(await Deno.readFile(url), {});
    return new JpegCoder(instance.exports as unknown as JpegKernel, shape);
  }

  /**
   * Codes the picture's rows from `top` on, as many as an MCU has or as are left: one restart interval.
   * @param rgba of the picture: R, G, B, X bytes
   * @param height of the picture
   * @param top a multiple of the MCU's side
   */
  row(rgba: Uint8Array | Uint8ClampedArray, height: number, top: number): Uint8Array<ArrayBuffer> {
    const { width, averaged } = this.#shape;
    const rows = Math.min(mcuSide(this.#shape), height - top);
    const input = this.#bytes(this.#pixels, this.#stride * rows);
    for (let y = 0; y < rows; y++) {
      const from = (top + y) * width * 4;
      input.set(rgba.subarray(from, from + width * 4), y * this.#stride);
    }
    const { jpegRow } = this.#kernel;
    const size = jpegRow(
      this.#pixels,
      this.#stride,
      width,
      rows,
      averaged,
      this.#tables,
      this.#out,
    );
    return this.#bytes(this.#out, size).slice();
  }

  #bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#kernel.memory.buffer as ArrayBuffer, address, length);
  }
}
