/**
 * Encodes one update: header, copies, palette additions, patches (docs/PROTOCOL.md, "Update").
 *
 * The encoder draws every patch on the same canvas as the decoders will, since the context coder looks at
 * what stands around a pixel. It holds the session's state (palette, context tables), so its updates must
 * reach a decoder in the order in which they were encoded, from `startEpoch` on.
 */
import { ByteWriter } from "./byte_writer.ts";
import type { Rect } from "./geometry.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { frameMessage } from "./messages.ts";
import { ENCODING, type PlannedPatch, planPatches, type Raster } from "./patch_plan.ts";
import type { Recall, Save } from "./recall.ts";
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
  /** Tiles that decoders save first. */
  readonly saves: readonly Save[];
  /** Already applied to the canvas. */
  readonly copies: readonly Copy[];
  /** Already applied to the canvas, after the copies. */
  readonly recalls: readonly Recall[];
  /** Made black first: for a decoder whose pixels there are not known here. */
  readonly blacken: readonly Rect[];
  /** What to draw. */
  readonly rects: readonly Rect[];
  readonly losses: Losses;
  /** Address of the pixels to draw, BGRX, as large as the workspace. */
  readonly from: number;
  /** Address of the decoders' canvas, BGRX; the update is drawn on it. */
  readonly canvas: number;
}

/** What may be lost. */
export interface Losses {
  /** Where. */
  readonly allowed: (cell: Rect) => boolean;
  /** 1 (worst) to 100. */
  readonly quality: number;
  /** Spend less time on it. */
  readonly hurry: boolean;
}

export interface EncodedUpdate {
  readonly message: Uint8Array<ArrayBuffer>;
  /** The message's body behind flags and deltas; `updateMessage` puts others before it. */
  readonly content: Uint8Array<ArrayBuffer>;
  readonly patchCount: number;
  /** Patches by the name of their encoding. */
  readonly patches: Readonly<Record<string, number>>;
  /** What was drawn with losses, and the bytes of that. */
  readonly lossy: { readonly rects: readonly Rect[]; readonly bytes: number };
}

/** No losses anywhere. */
export const LOSSLESS: Losses = { allowed: () => false, quality: 100, hurry: false };

const KEYFRAME = 1;
/**
 * What the context coder can write for a pixel at the very worst: 51 binary decisions (a run's length, all
 * guesses refused, a colour spelt out), each of at most 16 bits.
 */
const MAX_CONTEXT_BYTES_PER_PIXEL = 128;
/** Indexed patches bring new colours into the palette up to this many; then they escape. */
const MAX_NEW_COLOURS = 32;

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

  /** Forgets palette and tables: a decoder that starts here understands everything that follows. */
  startEpoch(): void {
    this.#kernels.paletteReset();
    this.#kernels.contextReset();
    this.#kernels.lossyReset();
    this.#announced = 0;
  }

  encode(plan: UpdatePlan): EncodedUpdate {
    const { width, height } = this.#space;
    if (plan.keyframe) this.#kernels.fillRect(plan.canvas, width, 0, 0, width, height, 0);
    for (const { x, y, w, h } of plan.blacken) {
      this.#kernels.fillRect(plan.canvas, width, x, y, w, h, 0);
    }
    const raster = { address: plan.from, width };
    const planned = planPatches(this.#kernels, raster, plan.rects, {
      hurry: !plan.keyframe,
      mayLose: plan.losses.allowed,
    });
    const patches = planned.flatMap((patch) => this.#fit(patch));
    // Payloads first: they decide which colours the palette takes in.
    const payloads = new ByteWriter();
    for (const _ of plan.blacken) payloads.rgb(0);
    let lossyBytes = 0;
    for (const patch of patches) {
      const before = payloads.length;
      this.#payload(payloads, raster, plan, patch);
      if (patch.encoding === ENCODING.lossy) lossyBytes += payloads.length - before;
    }

    const body = new ByteWriter();
    writeSaves(body, plan.saves);
    body.varint(plan.copies.length);
    for (const { sx, sy, dx, dy, w, h } of plan.copies) {
      body.varint(sx).varint(sy).varint(dx).varint(dy).varint(w).varint(h);
    }
    body.varint(plan.recalls.length);
    for (const { slot, x, y, w, h } of plan.recalls) {
      body.u8(slot).varint(x).varint(y).varint(w).varint(h);
    }
    this.#paletteAdditions(body);
    body.varint(plan.blacken.length + patches.length);
    for (const rect of plan.blacken) writeHeader(body, ENCODING.solid, rect);
    for (const { encoding, rect } of patches) writeHeader(body, encoding, rect);
    body.bytes(payloads.finish());
    const content = body.finish();
    return {
      message: updateMessage(plan, content),
      content,
      patchCount: plan.blacken.length + patches.length,
      patches: countByEncoding(patches),
      lossy: {
        rects: patches.filter((patch) => patch.encoding === ENCODING.lossy).map(({ rect }) => rect),
        bytes: lossyBytes,
      },
    };
  }

  /** Cuts what the context coder might not get into `out` at its worst. */
  #fit(patch: PlannedPatch): PlannedPatch[] {
    const { x, y, w, h } = patch.rect;
    const maxPixels = Math.floor(this.#space.outBytesMax / MAX_CONTEXT_BYTES_PER_PIXEL);
    if (patch.encoding !== ENCODING.context || w * h <= maxPixels) return [patch];
    const columns = Math.min(w, maxPixels);
    const rows = Math.floor(maxPixels / columns);
    const parts: PlannedPatch[] = [];
    for (let top = 0; top < h; top += rows) {
      for (let left = 0; left < w; left += columns) {
        const size = { w: Math.min(columns, w - left), h: Math.min(rows, h - top) };
        parts.push({ encoding: patch.encoding, rect: { x: x + left, y: y + top, ...size } });
      }
    }
    return parts;
  }

  /** Writes a patch's payload and draws it on the canvas. */
  #payload(
    out: ByteWriter,
    { address, width }: Raster,
    { canvas, losses: { quality, hurry } }: UpdatePlan,
    patch: PlannedPatch,
  ): void {
    const { encoding, rect: { x, y, w, h } } = patch;
    const kernels = this.#kernels;
    const to = this.#space.out;
    if (encoding === ENCODING.context) {
      const length = kernels.contextEncode(address, canvas, width, x, y, w, h, to);
      out.varint(length).bytes(this.#space.outBytes(length));
      return;
    }
    if (encoding === ENCODING.lossy) {
      const { height } = this.#space;
      kernels.lossyHurry(hurry);
      const length = kernels.lossyEncode(address, canvas, width, height, x, y, w, h, quality, to);
      out.varint(length).bytes(this.#space.outBytes(length));
      return;
    }
    if (encoding === ENCODING.solid) {
      out.rgb(this.#pixel(address, x, y));
    } else if (encoding === ENCODING.indexed) {
      const newColours = kernels.surveyColours(address, width, x, y, w, h, 1024) & 0xffff;
      const grow = newColours <= MAX_NEW_COLOURS;
      out.bytes(
        this.#space.outBytes(kernels.encodeIndexed(address, width, x, y, w, h, grow, to)),
      );
    } else {
      out.bytes(this.#space.outBytes(kernels.encodePlanar(address, width, x, y, w, h, to)));
    }
    kernels.copyRect(address, canvas, width, x, y, w, h);
  }

  #pixel(address: number, x: number, y: number): number {
    const at = address + (y * this.#space.width + x) * 4;
    return new DataView(this.#kernels.memory.buffer).getUint32(at, true) & 0xffffff;
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

/** An update's message from its head and what `Encoder.encode` gave as `content`. */
export function updateMessage(
  { keyframe, seqDelta, timeDelta }: Pick<UpdatePlan, "keyframe" | "seqDelta" | "timeDelta">,
  content: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const body = new ByteWriter().u8(keyframe ? KEYFRAME : 0).varint(seqDelta).varint(timeDelta);
  return frameMessage(0x03, body.bytes(content));
}

/** Tiles in ascending order, each counted from the one before. */
function writeSaves(body: ByteWriter, saves: readonly Save[]): void {
  body.varint(saves.length);
  let next = 0;
  for (const { tile, slot } of saves) {
    body.varint(tile - next).u8(slot);
    next = tile + 1;
  }
}

function writeHeader(body: ByteWriter, encoding: number, { x, y, w, h }: Rect): void {
  body.u8(encoding).varint(x).varint(y).varint(w).varint(h);
}

function countByEncoding(patches: readonly PlannedPatch[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [name, encoding] of Object.entries(ENCODING)) {
    const count = patches.filter((patch) => patch.encoding === encoding).length;
    if (count > 0) counts[name] = count;
  }
  return counts;
}
