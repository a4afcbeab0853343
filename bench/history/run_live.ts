/**
 * Live capture at ten pictures a second: recordings played one after the other, from the beginning when all have been
 * played. What comes back then is in the archive already, as with people who return to their windows, but every time all
 * of it does: so the bytes of the first time are told, too.
 */
import { Buffer } from "node:buffer";
import type { PictureView } from "../../history/picture_refs.ts";
import { percentile } from "../percentile.ts";
import { bytesIn, openArchive, SOURCE } from "./archive_file.ts";
import { recordingsAsH264 } from "./h264.ts";
import { countFrames, liveFrames } from "./pictures.ts";
import { progressOf, type Say } from "./progress.ts";

const PICTURE_MS = 100;
const START = Date.UTC(2026, 0, 1);
const TILE = 64;

export interface LiveResult {
  readonly seconds: number;
  readonly pictures: number;
  /** Different frames among them: after these, everything comes again. */
  readonly distinctPictures: number;
  /** Pictures in which something was new compared with the one before. */
  readonly changed: number;
  readonly historyBytes: number;
  readonly bytesPerHour: number;
  /** When each distinct frame had been shown once. */
  readonly firstTimeBytes: number;
  /** An hour in which nothing ever comes back, at the rate of the first time. */
  readonly bytesPerHourOfNews: number;
  /**
   * The same stretch as lossless H.264: each recording encoded once, counted as often as it was played (a film does not
   * remember what it showed minutes ago). `undefined`: not measured.
   */
  readonly h264Bytes: number | undefined;
  readonly ratioToH264: number | undefined;
  /** Of the first time alone, in which nothing comes back. */
  readonly firstTimeRatioToH264: number | undefined;
  readonly recordMsP50: number;
  readonly recordMsP95: number;
  readonly recordMsMax: number;
  /** Of recording alone: the recordings are decoded beside it. */
  readonly recordPercentOfACore: number;
}

/**
 * @param files recordings of any sizes
 * @param seconds of live capture; at least one
 */
export async function runLive(
  files: readonly string[],
  seconds: number,
  { dir, h264, say }: { dir: string; h264: boolean; say: Say },
): Promise<LiveResult> {
  const folder = `${dir}/live`;
  const total = Math.round(seconds * 1000 / PICTURE_MS);
  const frames = (await Promise.all(files.map(countFrames))).reduce((sum, n) => sum + n, 0);
  let now = START;
  // Its clock is that of the pictures: what is written once a second is ten of them.
  const store = await openArchive(folder, 1e9, () => now, () => now);
  const recordMs: number[] = [];
  const progress = progressOf("live capture", total, say);
  let changed = 0;
  let firstTimeBytes: number | undefined;
  let before: PictureView | undefined;
  for await (const picture of liveFrames(files)) {
    if (recordMs.length === total) break;
    if (recordMs.length === frames) firstTimeBytes = store.stats().usedBytes;
    now += PICTURE_MS;
    const cells = before && changedCells(before, picture);
    before = picture;
    const began = performance.now();
    if (store.record(SOURCE, now, picture, cells) > 0) changed++;
    store.writeDue();
    recordMs.push(performance.now() - began);
    progress.step();
  }
  store.close();
  const historyBytes = bytesIn(folder);
  firstTimeBytes ??= historyBytes;
  // A shorter stretch shows only some of the recordings: no film to compare it with.
  const onceH264 = h264 && total >= frames ? await recordingsAsH264(files, dir, say) : undefined;
  const h264Bytes = onceH264 && Math.round(onceH264 * total / frames);
  const onceSeconds = Math.min(frames, total) * PICTURE_MS / 1000;
  return {
    seconds,
    pictures: recordMs.length,
    distinctPictures: Math.min(frames, total),
    changed,
    historyBytes,
    bytesPerHour: historyBytes / seconds * 3600,
    firstTimeBytes,
    bytesPerHourOfNews: firstTimeBytes / onceSeconds * 3600,
    h264Bytes,
    ratioToH264: h264Bytes && h264Bytes / historyBytes,
    firstTimeRatioToH264: onceH264 && onceH264 / firstTimeBytes,
    recordMsP50: percentile(recordMs, 0.5),
    recordMsP95: percentile(recordMs, 0.95),
    recordMsMax: percentile(recordMs, 1),
    recordPercentOfACore: recordMs.reduce((sum, ms) => sum + ms, 0) / (seconds * 1000) * 100,
  };
}

/** What the stream tells the recorder: the cells in which something was drawn. `undefined`: anywhere. */
function changedCells(before: PictureView, picture: PictureView): Set<number> | undefined {
  const { width, height, pixels } = picture;
  if (before.width !== width || before.height !== height) return undefined;
  const [old, fresh] = [before.pixels, pixels]
    .map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  const across = Math.ceil(width / TILE);
  const cells = new Set<number>();
  for (let y = 0; y < height; y++) {
    const [from, to] = [y * width, (y + 1) * width];
    if (fresh.compare(old, from * 4, to * 4, from * 4, to * 4) === 0) continue;
    for (let i = from; i < to; i++) {
      if (before.pixels[i] === pixels[i]) continue;
      const column = Math.floor((i - from) / TILE);
      cells.add(Math.floor(y / TILE) * across + column);
      // The rest of this cell's row says nothing new.
      i = from + (column + 1) * TILE - 1;
    }
  }
  return cells;
}
