/**
 * The memory of one picture size: the newest frame, the reference, and room for what the encoders write.
 *
 * The source's pixels are copied once, into `grabbed`. Without a view (crop, scale) `frame` is the same
 * memory, so that nothing is copied again.
 */
import type { Size } from "./geometry.ts";
import type { Arena, Kernels } from "./kernels/kernels.ts";
import { motionBytes } from "./motion/motion.ts";

/** Side of a tile in pixels; `TILE` in kernels/assembly/diff.ts. */
export const TILE = 64;
/** Earlier versions kept of each tile; docs/PROTOCOL.md, "Update". */
export const SLOTS = 2;
/** i32 fields a tile in the table that `diffTiles` writes. */
export const TILE_FIELDS = 5;

export class Workspace {
  readonly width: number;
  readonly height: number;
  readonly tilesAcross: number;
  readonly tilesDown: number;
  readonly tileCount: number;
  /** Size of what the source gives. */
  readonly sourceSize: Size;
  /** Address of the source's picture, BGRX. */
  readonly grabbed: number;
  /** Scratch memory of the kernel `shrink`; nothing where there is no view. */
  readonly shrinking: number;
  /** Address of the newest frame, BGRX. */
  readonly frame: number;
  /** Address of what an in-sync viewer's canvas shows, BGRX. Starts black. */
  readonly reference: number;
  /** One byte a tile: whether to look at it. */
  readonly look: number;
  /** The table that `diffTiles` writes. */
  readonly tileTable: number;
  /** Address of a canvas like a viewer's that joins or catches up, BGRX; also scratch memory of copies. */
  readonly joining: number;
  /** Addresses of pictures with earlier versions of tiles, see recall.ts. */
  readonly slots: readonly number[];
  /** Memory of the search for motion. */
  readonly motion: number;
  /** Where encoders write; `outBytesMax` bytes. */
  readonly out: number;
  /**
   * Indexed patches need 4 bytes a pixel at most (3 of escapes, 1 of index), planar ones 3; the context
   * coder is given parts that fit (`MAX_CONTEXT_BYTES_PER_PIXEL`). Decoders reserve as much.
   */
  readonly outBytesMax: number;
  readonly #kernels: Kernels;

  /**
   * @param arena reset here: only one workspace is in use at a time
   * @param size of the frame
   * @param sourceSize of the source's picture; equal to `size` when there is no view
   */
  constructor(kernels: Kernels, arena: Arena, size: Size, sourceSize: Size, viewed: boolean) {
    const { width, height } = size;
    this.#kernels = kernels;
    this.width = width;
    this.height = height;
    this.sourceSize = sourceSize;
    this.tilesAcross = Math.ceil(width / TILE);
    this.tilesDown = Math.ceil(height / TILE);
    this.tileCount = this.tilesAcross * this.tilesDown;
    const bytes = width * height * 4;
    arena.reset();
    this.frame = arena.take(bytes);
    this.reference = arena.take(bytes);
    this.joining = arena.take(bytes);
    this.outBytesMax = bytes + 65536;
    this.out = arena.take(this.outBytesMax);
    this.look = arena.take(this.tileCount);
    this.slots = Array.from({ length: SLOTS }, () => arena.take(bytes));
    this.motion = arena.take(motionBytes(kernels, width, height));
    this.tileTable = arena.take(this.tileCount * TILE_FIELDS * 4);
    this.grabbed = viewed ? arena.take(sourceSize.width * sourceSize.height * 4) : this.frame;
    this.shrinking = arena.take(viewed ? kernels.shrinkBytes(sourceSize.width) : 0);
  }

  /** The source's picture as bytes. Views go stale when the memory grows: ask again each time. */
  get grabbedBytes(): Uint8Array {
    const { width, height } = this.sourceSize;
    return new Uint8Array(this.#kernels.memory.buffer, this.grabbed, width * height * 4);
  }

  get lookBytes(): Uint8Array {
    return new Uint8Array(this.#kernels.memory.buffer, this.look, this.tileCount);
  }

  get tileTableFields(): Int32Array {
    return new Int32Array(
      this.#kernels.memory.buffer,
      this.tileTable,
      this.tileCount * TILE_FIELDS,
    );
  }

  /** A view of the first `length` bytes that an encoder wrote. */
  outBytes(length: number): Uint8Array {
    return new Uint8Array(this.#kernels.memory.buffer, this.out, length);
  }

  /** A copy of the reference as R, G, B, 255. */
  referenceRgba(): Uint8Array<ArrayBuffer> {
    const count = this.width * this.height;
    this.#kernels.toRgba(this.reference, this.out, count);
    return new Uint8Array(this.outBytes(count * 4));
  }
}
