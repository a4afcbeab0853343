/** An archive in a directory of its own, on clocks that tests move, and pictures to record. */
import { HistoryStore } from "../../history/store.ts";
import type { StoreOptions } from "../../history/store_options.ts";
import type { PictureView } from "../../history/picture_refs.ts";
import type { Random } from "../helpers/random.ts";

/** 2026-01-01 */
export const START = 1_767_225_600_000;
export const HOUR = 3_600_000;

export interface RigLimits {
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
  readonly openFile?: StoreOptions["openFile"];
}

export class StoreRig {
  readonly dir: string;
  readonly #limits: RigLimits;
  store!: HistoryStore;
  /** Wall clock. */
  now = START;
  /** The clock that steps are measured with. */
  steady = 0;
  /** What a look at that clock costs. */
  tickMs = 0;

  private constructor(dir: string, limits: RigLimits) {
    this.dir = dir;
    this.#limits = limits;
  }

  static async open(limits: RigLimits = {}, dir?: string): Promise<StoreRig> {
    const rig = new StoreRig(dir ?? await Deno.makeTempDir({ prefix: "history-" }), limits);
    await rig.reopen();
    return rig;
  }

  async reopen(): Promise<void> {
    this.store?.close();
    this.store = await HistoryStore.open({
      dir: this.dir,
      maxAgeMs: this.#limits.maxAgeMs ?? 24 * HOUR,
      maxBytes: this.#limits.maxBytes ?? 0,
      openFile: this.#limits.openFile,
      now: () => this.now,
      steady: () => this.steady += this.tickMs,
    });
  }

  /** Lets everything go that is due. @returns in how many steps */
  expireAll(): number {
    let steps = 0;
    while (this.store.expire(5)) steps++;
    return steps;
  }

  /** The size of all files. */
  bytesOnDisk(): number {
    let bytes = 0;
    for (const { name } of Deno.readDirSync(this.dir)) {
      bytes += Deno.statSync(`${this.dir}/${name}`).size;
    }
    return bytes;
  }

  async close(): Promise<void> {
    this.store.close();
    await Deno.remove(this.dir, { recursive: true });
  }
}

export function blank(width: number, height: number, colour = 0): PictureView {
  return { width, height, pixels: new Uint32Array(width * height).fill(colour) };
}

export function copyOf({ width, height, pixels }: PictureView): PictureView {
  return { width, height, pixels: pixels.slice() };
}

export function fill(
  { width, pixels }: PictureView,
  { x, y, w, h }: { x: number; y: number; w: number; h: number },
  colour: (x: number, y: number) => number,
): void {
  for (let row = y; row < y + h; row++) {
    for (let column = x; column < x + w; column++) {
      pixels[row * width + column] = colour(column, row);
    }
  }
}

/** Noise of few colours, which no coder makes small. */
export function noise(random: Random, picture: PictureView): PictureView {
  for (let i = 0; i < picture.pixels.length; i++) picture.pixels[i] = random.bits() & 0xf0f0f0;
  return picture;
}
