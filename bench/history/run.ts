/** Runs a day of screenshots, and a stretch of live capture, through the archive and measures. */
import process from "node:process";
import type { PictureView } from "../../history/source_writer.ts";
import { HistoryStore } from "../../history/store.ts";
import { PACK_TILES, TileCoder } from "../../history/tile_coder.ts";
import { Image } from "imagescript";
import type { Shot } from "./day.ts";
import { decodePng, h264Bytes, liveFrames } from "./pictures.ts";

const SHOT_MS = 10_000;
const DAY_START = 1_767_225_600_000;
const SOURCE = "bench";
/** Every so many distinct pictures one is encoded by imagescript, whose PNGs are larger. */
const SAMPLE = 10;

export interface DayResult {
  shots: number;
  distinctPictures: number;
  /** All shots as PNG files, made by ffmpeg with mixed filters. */
  pngBytes: number;
  /** The same as imagescript makes them (level 1), from a sample. */
  imagescriptPngBytes: number;
  /** The distinct pictures as PNG files, once each. */
  distinctPngBytes: number;
  h264Bytes: number | undefined;
  historyBytes: number;
  ratioToPng: number;
  ratioToDistinctPng: number;
  ratioToH264: number | undefined;
  tiles: number;
  /** PNG decoding included; the change is written at once. */
  ingestMsP50: number;
  ingestMsP95: number;
  ingestMsMax: number;
  decodePngMsP50: number;
  cpuSecondsPerShot: number;
  /** The store's answer: grid, and the packs to pass on. */
  seekMsP50: number;
  seekMsP99: number;
  seekBytesP50: number;
  seekBytesP99: number;
  /** The same decoded to pixels, cold: what a page has to do. */
  decodeMsP50: number;
  decodeMsP99: number;
  /** Tiles decoded for one that is shown. */
  decodedPerShown: number;
  stepMsP50: number;
  stepMsP99: number;
  rssMbStart: number;
  rssMbMiddle: number;
  rssMbEnd: number;
  expireStepMsP99: number;
  expireStepMsMax: number;
  bytesAfterHalfExpired: number;
  /** Every picture checked equalled its file. */
  exact: boolean;
}

export interface LiveResult {
  seconds: number;
  pictures: number;
  changed: number;
  historyBytes: number;
  bytesPerHour: number;
  recordMsP50: number;
  recordMsP95: number;
  recordMsMax: number;
  cpuSeconds: number;
}

/** @param jumps random seeks @param h264 also encode the day as video, which takes long */
export async function runDay(
  shots: readonly Shot[],
  pathOf: (shot: Shot) => string,
  options: { dir: string; jumps: number; h264: boolean; random: () => number },
): Promise<DayResult> {
  const { dir, jumps, random } = options;
  let now = DAY_START;
  const store = await HistoryStore.open({
    dir: `${dir}/history`,
    maxAgeMs: shots.length * SHOT_MS / 2,
    maxBytes: 0,
    now: () => now,
    steady: () => performance.now(),
  });
  const ingest: number[] = [];
  const decodePngMs: number[] = [];
  const rss = [process.memoryUsage.rss()];
  const cpuBefore = process.cpuUsage();
  for (const [i, shot] of shots.entries()) {
    const png = Deno.readFileSync(pathOf(shot));
    const start = performance.now();
    const picture = await decodePng(png);
    decodePngMs.push(performance.now() - start);
    store.record(SOURCE, DAY_START + i * SHOT_MS, picture);
    store.write();
    ingest.push(performance.now() - start);
    if (i === shots.length >> 1) rss.push(process.memoryUsage.rss());
  }
  rss.push(process.memoryUsage.rss());
  const cpu = process.cpuUsage(cpuBefore);
  store.close();

  const reopened = await HistoryStore.open({
    dir: `${dir}/history`,
    maxAgeMs: shots.length * SHOT_MS / 2,
    maxBytes: 0,
    now: () => now,
    steady: () => performance.now(),
  });
  const historyBytes = bytesIn(`${dir}/history`);
  const { tiles } = reopened.stats();
  const seeks = await seek(reopened, shots.length, jumps, random);
  const exact = await check(reopened, shots, pathOf, 0, random);

  const last = DAY_START + (shots.length - 1) * SHOT_MS;
  now = last;
  const expireMs: number[] = [];
  for (;;) {
    const start = performance.now();
    const more = reopened.expire(5);
    expireMs.push(performance.now() - start);
    if (!more) break;
  }
  const exactAfter = await check(reopened, shots, pathOf, shots.length >> 1, random);
  reopened.close();
  const bytesAfterHalfExpired = bytesIn(`${dir}/history`);

  const sizes = new Map<string, number>();
  let sampleFfmpeg = 0;
  let sampleImagescript = 0;
  for (const shot of shots) {
    const path = pathOf(shot);
    if (sizes.has(path)) continue;
    const { size } = Deno.statSync(path);
    if (sizes.size % SAMPLE === 0) {
      sampleFfmpeg += size;
      sampleImagescript += (await (await Image.decode(Deno.readFileSync(path)) as Image).encode(1))
        .length;
    }
    sizes.set(path, size);
  }
  const pngBytes = shots.reduce((sum, shot) => sum + sizes.get(pathOf(shot))!, 0);
  const distinctPngBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const h264 = options.h264 ? await h264Bytes(shots.map(pathOf), dir) : undefined;
  return {
    shots: shots.length,
    distinctPictures: sizes.size,
    pngBytes,
    imagescriptPngBytes: Math.round(pngBytes * sampleImagescript / sampleFfmpeg),
    distinctPngBytes,
    h264Bytes: h264,
    historyBytes,
    ratioToPng: pngBytes / historyBytes,
    ratioToDistinctPng: distinctPngBytes / historyBytes,
    ratioToH264: h264 && h264 / historyBytes,
    tiles,
    ingestMsP50: percentile(ingest, 0.5),
    ingestMsP95: percentile(ingest, 0.95),
    ingestMsMax: percentile(ingest, 1),
    decodePngMsP50: percentile(decodePngMs, 0.5),
    cpuSecondsPerShot: (cpu.user + cpu.system) / 1e6 / shots.length,
    ...seeks,
    rssMbStart: rss[0] / 1e6,
    rssMbMiddle: rss[1] / 1e6,
    rssMbEnd: rss[2] / 1e6,
    expireStepMsP99: percentile(expireMs, 0.99),
    expireStepMsMax: percentile(expireMs, 1),
    bytesAfterHalfExpired,
    exact: exact && exactAfter,
  };
}

/** Random jumps, and steps of one shot, as the server answers them. */
async function seek(store: HistoryStore, shots: number, jumps: number, random: () => number) {
  const seekMs: number[] = [];
  const bytes: number[] = [];
  const decodeMs: number[] = [];
  const stepMs: number[] = [];
  let decoded = 0;
  let shown = 0;
  const coder = await TileCoder.load();
  for (let i = 0; i < jumps; i++) {
    const time = DAY_START + Math.floor(random() * shots) * SHOT_MS;
    const start = performance.now();
    const found = store.at(SOURCE, time)!;
    const stored = new Set(found.grid.filter((ref) => ref >= 0));
    const ids = new Set([...stored].map((id) => Math.floor(id / PACK_TILES)));
    const packs = store.packs([...ids]);
    seekMs.push(performance.now() - start);
    bytes.push(packs.reduce((sum, { code }) => sum + code.length, 0));
    const decodeStart = performance.now();
    for (const pack of packs) {
      // Up to the last one that is shown: what comes behind it need not be decoded.
      const places = [...Array(PACK_TILES).keys()].filter((n) => pack.coded >> n & 1);
      const last = places.findLastIndex((n) => stored.has(pack.id * PACK_TILES + n));
      decoded += coder.decode(pack.code, pack, last + 1).length;
    }
    decodeMs.push(performance.now() - decodeStart);
    shown += stored.size;
    const stepStart = performance.now();
    const step = store.between(SOURCE, time, time + SHOT_MS)!;
    const fresh = step.changes.filter(({ ref }) => ref >= 0);
    store.packs([...new Set(fresh.map(({ ref }) => Math.floor(ref / PACK_TILES)))]);
    stepMs.push(performance.now() - stepStart);
  }
  return {
    seekMsP50: percentile(seekMs, 0.5),
    seekMsP99: percentile(seekMs, 0.99),
    seekBytesP50: percentile(bytes, 0.5),
    seekBytesP99: percentile(bytes, 0.99),
    decodeMsP50: percentile(decodeMs, 0.5),
    decodeMsP99: percentile(decodeMs, 0.99),
    decodedPerShown: decoded / Math.max(1, shown),
    stepMsP50: percentile(stepMs, 0.5),
    stepMsP99: percentile(stepMs, 0.99),
  };
}

/** Compares some pictures with their files; the store's test does so with all. */
async function check(
  store: HistoryStore,
  shots: readonly Shot[],
  pathOf: (shot: Shot) => string,
  from: number,
  random: () => number,
): Promise<boolean> {
  for (let i = 0; i < 20; i++) {
    const n = from + Math.floor(random() * (shots.length - from));
    const { pixels } = await decodePng(Deno.readFileSync(pathOf(shots[n])));
    const found = store.at(SOURCE, DAY_START + n * SHOT_MS);
    if (!found || store.pixels(found).some((pixel, i) => pixel !== pixels[i])) return false;
  }
  return true;
}

/** Live capture at 10 pictures a second of recordings played one after the other. */
export async function runLive(
  files: readonly string[],
  seconds: number,
  dir: string,
): Promise<LiveResult> {
  let now = DAY_START;
  const store = await HistoryStore.open({
    dir: `${dir}/live`,
    maxAgeMs: 1e9,
    maxBytes: 0,
    now: () => now,
    steady: () => now,
  });
  const recordMs: number[] = [];
  let changed = 0;
  let before: PictureView | undefined;
  const cpuBefore = process.cpuUsage();
  for await (const picture of liveFrames(files)) {
    now += 100;
    if (now - DAY_START > seconds * 1000) break;
    const cells = before && changedCells(before, picture);
    before = { ...picture, pixels: picture.pixels.slice() };
    const start = performance.now();
    if (store.record(SOURCE, now, picture, cells) > 0) changed++;
    store.writeDue();
    recordMs.push(performance.now() - start);
  }
  const cpu = process.cpuUsage(cpuBefore);
  store.close();
  const historyBytes = bytesIn(`${dir}/live`);
  return {
    seconds,
    pictures: recordMs.length,
    changed,
    historyBytes,
    bytesPerHour: historyBytes / seconds * 3600,
    recordMsP50: percentile(recordMs, 0.5),
    recordMsP95: percentile(recordMs, 0.95),
    recordMsMax: percentile(recordMs, 1),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

/** What the stream tells the recorder: where something was drawn. */
function changedCells(before: PictureView, { width, height, pixels }: PictureView) {
  if (before.width !== width || before.height !== height) return undefined;
  const across = Math.ceil(width / 64);
  const cells = new Set<number>();
  for (let i = 0; i < pixels.length; i++) {
    if (before.pixels[i] === pixels[i]) continue;
    const x = i % width;
    cells.add((Math.floor(i / width) >> 6) * across + (x >> 6));
    // The rest of this cell's row says nothing new.
    i += Math.min(63 - (x & 63), width - 1 - x);
  }
  return cells;
}

function bytesIn(dir: string): number {
  return [...Deno.readDirSync(dir)].reduce((sum, { name }) => {
    return sum + Deno.statSync(`${dir}/${name}`).size;
  }, 0);
}

function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
