/** Programs that record, and screenshots for them that a test knows every pixel of. */
import assert from "node:assert/strict";
import { makePng } from "../../helpers/make_png.ts";
import type { Picture } from "./picture.ts";
import { type Program, startProgram, TOKEN } from "./program.ts";

export interface Recording extends AsyncDisposable {
  readonly program: Program;
}

/** Starts the program on the demo with a history of its own, which is deleted in the end. */
export async function startRecording(...args: string[]): Promise<Recording> {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  const remove = () =>
    Deno.remove(new URL(`../../../${dir}`, import.meta.url), { recursive: true });
  const program = await startProgram(["--source", "demo", "--history-dir", dir, ...args], {
    env: { PATCHCAST_HISTORY: "on" },
  });
  return {
    program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await remove();
    },
  };
}

/**
 * Pushes a screenshot as the source `desk`.
 * @param time of its capture, ms since the Unix epoch; left out: now
 */
export async function pushShot(program: Program, picture: Picture, time?: number): Promise<void> {
  const { width, height, pixels } = picture;
  const samples = new Uint8Array(pixels.length * 3);
  pixels.forEach((p, at) => samples.set([p >> 16, (p >> 8) & 255, p & 255], at * 3));
  const answer = await fetch(`${program.url}/api/sources/desk/frames`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${TOKEN}`,
      "content-type": "image/png",
      ...time === undefined ? {} : { "x-captured-at": new Date(time).toISOString() },
    },
    body: makePng({ width, height, colour: 2, depth: 8, samples }),
  });
  assert.equal(answer.status, 200, await answer.text());
}
