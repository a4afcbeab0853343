/** Random jumps through the archive: what the server answers, and what the page's decoder then does. */
import { seek, type SeekAnswer } from "../../history/seek.ts";
import type { HistoryStore } from "../../history/store.ts";
import { Decoder } from "../../public/decoder/decoder.js";
import { historyHello, pictureMessages } from "../../routes/history/stream_parts.ts";
import { percentile } from "../percentile.ts";
import { SOURCE } from "./archive_file.ts";
import { progressOf, type Say } from "./progress.ts";

/** Times in ms. */
export interface JumpFigures {
  /** The server's answer for an empty canvas: reading, and putting the message together. */
  readonly seekMsP50: number;
  readonly seekMsP99: number;
  /** Bytes of that answer before zstd. */
  readonly seekBytesP50: number;
  readonly seekBytesP99: number;
  /** The same by the page's decoder, outside a browser, to pixels. */
  readonly decodeMsP50: number;
  readonly decodeMsP99: number;
  /** From the picture of the jump before, as a page does that is dragged along: answer and decoding. */
  readonly dragMsP50: number;
  readonly dragMsP99: number;
  /** To the shot after it: answer and decoding. */
  readonly stepMsP50: number;
  readonly stepMsP99: number;
}

/** @param jumps how many; at least two */
export function measureJumps(
  store: HistoryStore,
  shots: number,
  timeOf: (shot: number) => number,
  { jumps, random, say }: { jumps: number; random: () => number; say: Say },
): JumpFigures {
  /** From the picture that a decoder shows to another one; ms. */
  const go = (decoder: Decoder, time: number) => {
    const began = performance.now();
    show(decoder, seek(store, SOURCE, time, decoder.seq ?? undefined)!);
    return performance.now() - began;
  };
  const cold = new Decoder();
  const warm = new Decoder();
  const times = { seek: [], decode: [], drag: [], step: [] } as Record<string, number[]>;
  const bytes: number[] = [];
  const progress = progressOf("jumping", jumps, say);
  for (let i = 0; i < jumps; i++) {
    const shot = Math.floor(random() * (shots - 1));
    const time = timeOf(shot);
    const began = performance.now();
    const answer = seek(store, SOURCE, time, undefined)!;
    const answered = performance.now();
    show(cold, answer);
    times.seek.push(answered - began);
    times.decode.push(performance.now() - answered);
    bytes.push(answer.message.length);
    // The first one has no picture to go on from.
    if (warm.seq === null) go(warm, time);
    else times.drag.push(go(warm, time));
    times.step.push(go(warm, timeOf(shot + 1)));
    progress.step();
  }
  return {
    seekMsP50: percentile(times.seek, 0.5),
    seekMsP99: percentile(times.seek, 0.99),
    seekBytesP50: percentile(bytes, 0.5),
    seekBytesP99: percentile(bytes, 0.99),
    decodeMsP50: percentile(times.decode, 0.5),
    decodeMsP99: percentile(times.decode, 0.99),
    dragMsP50: percentile(times.drag, 0.5),
    dragMsP99: percentile(times.drag, 0.99),
    stepMsP50: percentile(times.step, 0.5),
    stepMsP99: percentile(times.step, 0.99),
  };
}

/** Brings a decoder to a picture of the past; throws when it is refused. */
function show(decoder: Decoder, answer: SeekAnswer): void {
  decoder.restart();
  decoder.push(historyHello("bench", answer));
  decoder.push(pictureMessages(answer));
}
