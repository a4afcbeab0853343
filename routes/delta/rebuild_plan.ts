/** What has to be decoded to get at two pictures of the past, out of the ring. */
import type { Size } from "../../capture/geometry.ts";
import type { DeltaSource, StartPoint } from "./start_points.ts";

/** A part of the way: from a start point, or from where the part before has led, to a picture that is wanted. */
export interface Leg {
  readonly start: (Size & { readonly frame: Uint8Array<ArrayBuffer> | undefined }) | undefined;
  /** Messages of chunks, in order. */
  readonly messages: readonly Uint8Array[];
}

/** The pictures that can be rebuilt. */
export interface Held {
  /** Seqs, all between them included. */
  readonly oldest: number;
  readonly newest: number;
}

/** Which pictures can be rebuilt from these start points; `undefined`: none. */
export function heldSince(
  points: readonly StartPoint[],
  { ring }: Pick<DeltaSource, "ring">,
): Held | undefined {
  const oldest = points.at(0);
  if (!oldest) return undefined;
  const newest = ring.get(ring.end - 1);
  return {
    oldest: oldest.seq,
    newest: Math.max(newest?.seq ?? 0, ...points.map(({ seq }) => seq)),
  };
}

/**
 * Plans the way to the picture at `low` and from there to the one at `high`. The chunks are held on to: they may leave the ring
 * meanwhile.
 * @param low, high seqs that are held, `low <= high`
 */
export function planRebuild(
  low: number,
  high: number,
  points: readonly StartPoint[],
  { ring }: Pick<DeltaSource, "ring">,
): Leg[] {
  const first = points.findLast(({ seq }) => seq <= low)!;
  const second = points.findLast(({ seq }) => seq <= high)!;
  const start = legFrom(first, low, ring);
  // A newer start point shortens the way.
  if (second.seq > low) return [start, legFrom(second, high, ring)];
  const next = first.index + start.messages.length;
  const seq = ring.get(next - 1)?.seq ?? first.seq;
  return [start, { start: undefined, messages: chunksUpTo(high, next, seq, ring) }];
}

function legFrom(point: StartPoint, seq: number, ring: DeltaSource["ring"]): Leg {
  const { width, height, frame, index } = point;
  // The chunk with the keyframe is part of the way even if no other is.
  const reached = frame ? point.seq : -1;
  return { start: { width, height, frame }, messages: chunksUpTo(seq, index, reached, ring) };
}

/** The messages of all chunks from `index` up to the one that ends with `seq`, if `reached` lies before it. */
function chunksUpTo(
  seq: number,
  index: number,
  reached: number,
  ring: DeltaSource["ring"],
): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = index, now = reached; now < seq; at++) {
    const chunk = ring.get(at);
    if (!chunk) break;
    messages.push(chunk.messages);
    now = chunk.seq;
  }
  return messages;
}
