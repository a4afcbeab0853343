/**
 * The events Worker: an in-process viewer that turns the stream into JSON with PNGs, once for all
 * Server-Sent Events viewers. It runs beside capture and HTTP, so that PNG encoding delays neither.
 */
import { Buffer } from "node:buffer";
import { Image } from "imagescript";
import { Decoder } from "../../public/decoder/decoder.js";
import { countDifferent } from "../../public/decoder/tile_hash.js";
import type { Rect } from "../../capture/geometry.ts";
import { EventRects } from "./event_rects.ts";
import type { EventItem, FromEventsWorker, ToEventsWorker } from "./events_protocol.ts";

/** The part of the Worker's global scope in use here; the DOM's types know it as a window. */
interface Scope {
  postMessage(message: FromEventsWorker): void;
  onmessage: ((event: MessageEvent<ToEventsWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;

interface CursorPlace {
  readonly visible: boolean;
  readonly x: number;
  readonly y: number;
}

interface CursorShape {
  readonly width: number;
  readonly height: number;
  readonly hotX: number;
  readonly hotY: number;
  /** base64 */
  readonly rgba: string;
}

/** The fastest level that compresses; imagescript's others gain little on screens and cost twice the time. */
const PNG_LEVEL = 1;

const rects = new EventRects();
/** Events beside updates, in order. */
let others: EventItem[] = [];
let time = 0;
/** The picture began anew since the last events. */
let keyframe = false;
/** The stream was checked since the last events: their readers can be, too. */
let checked = false;
let keyframeAsked: number[] = [];
/** The newest keyframe, for viewers that join at the same seq. */
let cached: EventItem | undefined;
/** What a viewer that joins has to know besides the picture. */
let state: EventItem | undefined;
let cursor: CursorPlace | undefined;
let shape: CursorShape | undefined;

const decoder = new Decoder({
  update(update) {
    time = update.time;
    keyframe ||= update.keyframe;
    for (const rect of update.rects) rects.add(rect);
  },
  resize() {
    rects.take();
    keyframe = true;
    cached = undefined;
  },
  state(change) {
    state = item("state", { state: change.state, text: change.text });
    others.push(state);
  },
  heartbeat: ({ time }) => others.push(item("heartbeat", { time })),
  check({ hashes }) {
    // A fault, which ends all streams: a picture that is wrong here is wrong for everyone.
    const wrong = countDifferent(decoder.picture!.hashTiles(), hashes);
    if (wrong > 0) throw new Error(`the decoded picture is wrong in ${wrong} tiles`);
    checked = true;
  },
  bye: ({ code, text }) => others.push(item("bye", { code, text })),
  cursor({ visible, x, y, shape: newShape }) {
    cursor = { visible, x, y };
    if (newShape) {
      const { rgba, ...size } = newShape;
      shape = { ...size, rgba: Buffer.from(rgba).toString("base64") };
    }
    others.push(item("cursor", { ...cursor, ...newShape && { shape } }));
  },
});

/** One message after the other: encoding is asynchronous, and events must keep their order. */
let queue = Promise.resolve();
scope.onmessage = ({ data }) => {
  queue = queue.then(() => handle(data)).catch((error) => {
    scope.postMessage({ type: "fault", reason: String(error?.stack ?? error) });
  });
};

async function handle(message: ToEventsWorker): Promise<void> {
  switch (message.type) {
    case "reset":
      decoder.reset();
      rects.take();
      others = [];
      keyframe = false;
      checked = false;
      keyframeAsked = [];
      cached = undefined;
      state = undefined;
      cursor = undefined;
      shape = undefined;
      return;
    case "batch": {
      for (const part of message.parts) decoder.push(part);
      const anew = keyframe;
      keyframe = false;
      const update = await updateItem(rects.take(), anew);
      // Viewers who were behind join now, and need no other PNG of the same.
      if (anew && update) cached = update;
      const items = update ? [...others, update] : others;
      others = [];
      // Behind the update: the batch may have gone on after the stream's own check.
      if (checked) items.push(checkItem());
      checked = false;
      scope.postMessage({ type: "items", items, anew });
      break;
    }
    case "keyframe":
      keyframeAsked.push(message.id);
  }
  if (keyframeAsked.length > 0) await answerKeyframes();
}

/** Every viewer that waits gets the picture as it is now. */
async function answerKeyframes(): Promise<void> {
  const { picture, seq } = decoder;
  if (!picture || seq === null) return;
  if (cached?.id !== seq) {
    cached = await updateItem([{ x: 0, y: 0, w: picture.width, h: picture.height }], true);
  }
  const items = [cached!];
  if (cursor) items.unshift(item("cursor", { ...cursor, ...shape && { shape } }));
  if (state) items.unshift(state);
  for (const id of keyframeAsked) scope.postMessage({ type: "keyframe", id, items });
  keyframeAsked = [];
}

async function updateItem(
  drawn: readonly Rect[],
  isKeyframe: boolean,
): Promise<EventItem | undefined> {
  const { picture, seq } = decoder;
  if (!picture || seq === null || drawn.length === 0) return undefined;
  const patches = [];
  for (const rect of drawn) patches.push({ ...rect, png: await pngOf(rect) });
  const { width, height } = picture;
  const data = { seq, t: time, width, height, keyframe: isKeyframe, patches };
  return { id: seq, data: JSON.stringify(data) };
}

/** What each tile of the picture looks like now: u32, little-endian as on every machine that runs this, in base64. */
function checkItem(): EventItem {
  const { buffer } = decoder.picture!.hashTiles();
  return item("check", { tiles: Buffer.from(buffer).toString("base64") });
}

/** A rectangle of the picture as PNG, base64; opaque, since the picture is. */
async function pngOf({ x, y, w, h }: Rect): Promise<string> {
  const { rgba, width } = decoder.picture!;
  const image = new Image(w, h);
  for (let row = 0; row < h; row++) {
    const from = ((y + row) * width + x) * 4;
    image.bitmap.set(rgba.subarray(from, from + w * 4), row * w * 4);
  }
  return Buffer.from(await image.encode(PNG_LEVEL)).toString("base64");
}

function item(event: EventItem["event"], data: unknown): EventItem {
  return { event, data: JSON.stringify(data) };
}
