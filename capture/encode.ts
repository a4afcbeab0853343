/**
 * Encodes one update: header, copies, palette additions, patches (docs/PROTOCOL.md, "Update").
 *
 * The encoder reads pixels from kernel memory and knows nothing of viewers, rings or time. It holds the
 * session palette, so its updates must reach a decoder in the order in which they were encoded, from
 * `startEpoch` on.
 */
import { ByteWriter } from "./byte_writer.ts";
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { frameMessage } from "./messages.ts";
import { ENCODING, type PlannedPatch, planPatches, type Raster } from "./patch_plan.ts";
import type { Workspace } from "./workspace.ts";

/** A rectangle moved from another place of the viewer's own canvas. */
export interface Copy {
  readonly sx: number;
  readonly sy: number;
  readonly dx: number;
  readonly dy: number;
  readonly w: number;
  readonly h: number;
}

export interface UpdatePlan {
  readonly keyframe: boolean;
  /** What the decoder's seq grows by, at least 1. */
  readonly seqDelta: number;
  /** ms since the update before, or since the epoch's time. */
  readonly timeDelta: number;
  readonly copies: readonly Copy[];
  /** What to draw, from the pixels at `raster`. */
  readonly rects: readonly Rect[];
}

export interface EncodedUpdate {
  readonly message: Uint8Array<ArrayBuffer>;
  readonly patchCount: number;
  /** Patches by the name of their encoding. */
  readonly patches: Readonly<Record<string, number>>;
}

const KEYFRAME = 1;

export class Encoder {
  readonly #kernels: Kernels;
  readonly #space: Workspace;
  /** Colours of the palette that decoders have been told of. */
  #announced = 0;

  constructor(kernels: Kernels, space: Workspace) {
    this.#kernels = kernels;
    this.#space = space;
    this.startEpoch();
  }

  /** Forgets the palette: a decoder that starts here understands everything that follows. */
  startEpoch(): void {
    this.#kernels.paletteReset();
    this.#announced = 0;
  }

  /** @param address of the picture that `rects` are cut from, as large as the workspace */
  encode(plan: UpdatePlan, address: number): EncodedUpdate {
    const raster = { address, width: this.#space.width };
    const patches = planPatches(this.#kernels, raster, plan.rects);
    // Payloads first: they decide which colours the palette takes in.
    const payloads = new ByteWriter();
    for (const patch of patches) this.#payload(payloads, raster, patch);

    const body = new ByteWriter();
    body.u8(plan.keyframe ? KEYFRAME : 0).varint(plan.seqDelta).varint(plan.timeDelta);
    body.varint(plan.copies.length);
    for (const { sx, sy, dx, dy, w, h } of plan.copies) {
      body.varint(sx).varint(sy).varint(dx).varint(dy).varint(w).varint(h);
    }
    this.#paletteAdditions(body);
    body.varint(patches.length);
    for (const { encoding, rect } of patches) {
      body.u8(encoding).varint(rect.x).varint(rect.y).varint(rect.w).varint(rect.h);
    }
    body.bytes(payloads.finish());
    return {
      message: frameMessage(0x03, body),
      patchCount: patches.length,
      patches: countByEncoding(patches),
    };
  }

  #payload(out: ByteWriter, { address, width }: Raster, patch: PlannedPatch): void {
    const { x, y, w, h } = patch.rect;
    const to = this.#space.out;
    switch (patch.encoding) {
      case ENCODING.solid:
        out.rgb(patch.detail);
        return;
      case ENCODING.indexed: {
        const grow = patch.detail === 1;
        const length = this.#kernels.encodeIndexed(address, width, x, y, w, h, grow, to);
        out.bytes(this.#space.outBytes(length));
        return;
      }
      case ENCODING.planar:
        out.bytes(this.#space.outBytes(
          this.#kernels.encodePlanar(address, width, x, y, w, h, to),
        ));
    }
  }

  #paletteAdditions(body: ByteWriter): void {
    const size = this.#kernels.paletteSize();
    const colours = new Uint32Array(
      this.#kernels.memory.buffer,
      this.#kernels.paletteColours(),
      size,
    );
    body.varint(size - this.#announced);
    for (const colour of colours.subarray(this.#announced)) body.rgb(colour);
    this.#announced = size;
  }
}

function countByEncoding(patches: readonly PlannedPatch[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, encoding] of Object.entries(ENCODING)) {
    const count = patches.filter((patch) => patch.encoding === encoding).length;
    if (count > 0) counts[name] = count;
  }
  return counts;
}
