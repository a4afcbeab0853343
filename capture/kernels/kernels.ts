/**
 * The SIMD kernels as TypeScript sees them, and the one memory they work on.
 *
 * Everything that touches many pixels lives in this memory: the grabbed frame, the reference, the
 * encoders' output. The built file is committed; `deno task build:kernels` rebuilds it from `assembly/`.
 */

/** What `assembly/index.ts` exports; addresses are byte offsets into `memory`. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  diffTiles(
    frame: number,
    reference: number,
    width: number,
    height: number,
    look: number,
    threshold: number,
    out: number,
  ): number;
  hashTiles(
    picture: number,
    width: number,
    height: number,
    swapped: boolean,
    out: number,
  ): void;
  hashRect(frame: number, width: number, x: number, y: number, w: number, h: number): number;
  copyRect(
    from: number,
    to: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): void;
  crop(
    from: number,
    fromWidth: number,
    x: number,
    y: number,
    to: number,
    w: number,
    h: number,
  ): void;
  fillRect(
    frame: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
    colour: number,
  ): void;
  rectsEqual(
    a: number,
    b: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): number;
  shrink(
    from: number,
    fromWidth: number,
    x: number,
    y: number,
    fromW: number,
    fromH: number,
    to: number,
    toWidth: number,
    w: number,
    h: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
    scratch: number,
  ): void;
  shrinkBytes(fromW: number): number;
  toRgba(from: number, to: number, count: number): void;
  isSolid(frame: number, width: number, x: number, y: number, w: number, h: number): number;
  paletteReset(): void;
  paletteSize(): number;
  paletteColours(): number;
  surveyColours(
    frame: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
    limit: number,
  ): number;
  mostFrequent(frame: number, width: number, x: number, y: number, w: number, h: number): number;
  encodeIndexed(
    frame: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
    grow: boolean,
    out: number,
  ): number;
  encodePlanar(
    frame: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
    out: number,
  ): number;
  riceEncode(tile: number, width: number, height: number, out: number): number;
  contextReset(): void;
  contextEncode(
    frame: number,
    canvas: number,
    width: number,
    x: number,
    y: number,
    w: number,
    h: number,
    out: number,
  ): number;
  lossyReset(): void;
  lossyHurry(on: boolean): void;
  lossyEncode(
    frame: number,
    canvas: number,
    width: number,
    height: number,
    x: number,
    y: number,
    w: number,
    h: number,
    quality: number,
    out: number,
  ): number;
  lossyDecode(
    input: number,
    length: number,
    canvas: number,
    width: number,
    height: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): number;
  motionIndexBytes(pictureWidth: number): number;
  motionBegin(
    memoryAddress: number,
    frame: number,
    reference: number,
    pictureWidth: number,
    pictureHeight: number,
    sampleSparseness: number,
  ): void;
  motionIndex(x: number, y: number, w: number, h: number): void;
  motionMatch(x: number, y: number, w: number, h: number): number;
  motionVote(least: number, out: number): number;
  motionDropVector(dx: number, dy: number): void;
  motionDropArea(x: number, y: number, w: number, h: number): void;
  motionAreaBytes(pictureWidth: number, pictureHeight: number): number;
  motionAreaBegin(memoryAddress: number, pictureWidth: number, pictureHeight: number): void;
  motionCompare(
    frame: number,
    reference: number,
    dx: number,
    dy: number,
    left: number,
    top: number,
    right: number,
    bottom: number,
  ): number;
  motionBestRect(left: number, top: number, right: number, bottom: number, out: number): number;
  motionTake(x: number, y: number, w: number, h: number): void;
  motionEqualRows(
    frame: number,
    reference: number,
    width: number,
    dx: number,
    dy: number,
    x: number,
    y: number,
    w: number,
    step: number,
    limit: number,
  ): number;
  motionEqualColumns(
    frame: number,
    reference: number,
    width: number,
    dx: number,
    dy: number,
    x: number,
    y: number,
    h: number,
    step: number,
    limit: number,
  ): number;
  moveRect(
    picture: number,
    pictureWidth: number,
    sx: number,
    sy: number,
    dx: number,
    dy: number,
    w: number,
    h: number,
  ): void;
  paste(
    from: number,
    picture: number,
    pictureWidth: number,
    x: number,
    y: number,
    w: number,
    h: number,
  ): void;
}

/** Compiles the kernels; each call gives an instance with a memory of its own. */
export async function loadKernels(): Promise<Kernels> {
  const wasm = await Deno.readFile(new URL("kernels.wasm", import.meta.url));
  const { instance } = await WebAssembly.instantiate(wasm, {});
  return instance.exports as unknown as Kernels;
}

/** Width of the kernels' vectors, and more than any alignment they want. */
const ALIGNMENT = 64;
const WASM_PAGE = 65536;

/**
 * Hands out blocks of a kernel memory, one behind the other. There is no freeing of single blocks: when
 * the frame's size changes, `reset()` and lay out everything anew.
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  /** The kernels' own tables end here: the size of the memory before anything is laid out. */
  readonly #start: number;
  #top: number;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#start = memory.buffer.byteLength;
    this.#top = this.#start;
  }

  /** Address of `bytes` zeroed bytes. Throws a RangeError when the memory cannot grow that far. */
  take(bytes: number): number {
    const address = this.#top;
    this.#top = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    const missing = this.#top - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / WASM_PAGE));
    new Uint8Array(this.#memory.buffer, address, bytes).fill(0);
    return address;
  }

  /** Forgets all blocks; the memory stays for the next ones. */
  reset(): void {
    this.#top = this.#start;
  }
}
