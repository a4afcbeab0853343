import assert from "node:assert/strict";
import { FrameScreen } from "../../../capture/sources/frame_screen.ts";
import type { PushedFrame } from "../../../capture/worker_protocol.ts";

/** A frame whose bytes all have the same value. */
function frameOf(width: number, height: number, value: number): PushedFrame {
  return { width, height, bgrx: new Uint8Array(width * height * 4).fill(value) };
}

function grab(screen: ReturnType<FrameScreen["open"]>): Uint8Array {
  const { width, height } = screen.size;
  const frame = new Uint8Array(width * height * 4);
  screen.grab(frame, { top: 0, bottom: height });
  return frame;
}

Deno.test("FrameScreen shows black of its first size until a frame is put", () => {
  const source = new FrameScreen("pushed desk", { width: 3, height: 2 }).open();
  assert.equal(source.label, "pushed desk");
  assert.deepEqual(source.poll(), { damage: "unknown", resized: false });
  assert.deepEqual(source.size, { width: 3, height: 2 });
  assert.deepEqual(grab(source), new Uint8Array(24));
  assert.deepEqual(source.poll(), { damage: [], resized: false });
});

Deno.test("FrameScreen.put() shows at the next poll; of several, the newest", () => {
  const screen = new FrameScreen("pushed desk", { width: 3, height: 2 });
  const source = screen.open();
  source.poll();
  screen.put(frameOf(3, 2, 1));
  screen.put(frameOf(3, 2, 2));
  assert.deepEqual(grab(source), new Uint8Array(24), "not before the poll");
  assert.deepEqual(source.poll(), { damage: "unknown", resized: false });
  assert.deepEqual(grab(source), frameOf(3, 2, 2).bgrx);
  assert.deepEqual(source.poll(), { damage: [], resized: false });
});

Deno.test("FrameScreen tells of another size", () => {
  const screen = new FrameScreen("pushed desk", { width: 3, height: 2 });
  const source = screen.open();
  source.poll();
  screen.put(frameOf(2, 3, 7));
  assert.deepEqual(source.size, { width: 3, height: 2 });
  assert.deepEqual(source.poll(), { damage: "unknown", resized: true });
  assert.deepEqual(source.size, { width: 2, height: 3 });
  assert.deepEqual(grab(source), frameOf(2, 3, 7).bgrx);
});

Deno.test("FrameScreen.grab() copies the rows that are asked for, and no others", () => {
  const screen = new FrameScreen("pushed desk", { width: 1, height: 3 });
  const source = screen.open();
  screen.put(frameOf(1, 3, 9));
  source.poll();
  const frame = new Uint8Array(12);
  source.grab(frame, { top: 1, bottom: 2 });
  assert.deepEqual([...frame], [0, 0, 0, 0, 9, 9, 9, 9, 0, 0, 0, 0]);
  assert.throws(() => source.grab(frame, { top: 2, bottom: 4 }), /got rows 2 to 4, wanted 0 to 3/);
  assert.throws(() => source.grab(new Uint8Array(8), { top: 0, bottom: 3 }), /wanted 12/);
  assert.throws(() => screen.put({ ...frameOf(1, 3, 9), height: 4 }), /got 12 bytes, wanted 16/);
});

Deno.test("FrameScreen ends a wait when a frame is put, before it or while it lasts", async () => {
  const screen = new FrameScreen("pushed desk", { width: 1, height: 1 });
  const source = screen.open();
  assert.equal(source.tells, true);
  source.poll();
  const waiting = source.wait!(Infinity);
  screen.put(frameOf(1, 1, 1));
  await waiting;
  screen.put(frameOf(1, 1, 2));
  await source.wait!(Infinity);
  const interrupted = source.wait!(Infinity);
  source.interrupt!();
  await interrupted;
  await source.wait!(0);
  const closing = source.wait!(Infinity);
  source.close();
  await closing;
});

Deno.test("FrameScreen keeps its picture when the source is opened again", () => {
  const screen = new FrameScreen("pushed desk", { width: 1, height: 1 });
  const first = screen.open();
  screen.put(frameOf(1, 1, 5));
  first.poll();
  first.close();
  const second = screen.open();
  assert.deepEqual(second.poll(), { damage: "unknown", resized: false });
  assert.deepEqual(grab(second), frameOf(1, 1, 5).bgrx);
});

Deno.test("FrameScreen.setSilence() tells at the next poll, ends a wait, and keeps the picture", async () => {
  const screen = new FrameScreen("pushed desk", { width: 1, height: 1 });
  const source = screen.open();
  screen.put(frameOf(1, 1, 5));
  source.poll();
  await source.wait!(0);
  const waiting = source.wait!(Infinity);
  screen.setSilence("nobody speaks");
  await waiting;
  assert.equal(source.silence, undefined, "not before the poll");
  assert.deepEqual(source.poll(), { damage: [], resized: false });
  assert.equal(source.silence, "nobody speaks");
  assert.deepEqual(grab(source), frameOf(1, 1, 5).bgrx);
  screen.setSilence(undefined);
  source.poll();
  assert.equal(source.silence, undefined);
});
