/** Frames of recordings: as PNG files for a day of screenshots, and as they come for live capture. */
import type { PictureView } from "../../history/picture_refs.ts";
import { openRecording } from "../frames.ts";
import { run } from "./command.ts";
import type { Shot } from "./day.ts";
import type { Say } from "./progress.ts";

/** How many frames a recording has. */
export async function countFrames(file: string): Promise<number> {
  const args = ["-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries"];
  return parseInt(
    await run("ffprobe", [...args, "stream=nb_read_packets", "-of", "csv=p=0", file]),
    10,
  );
}

/** Writes the frames that a day uses as PNG files (ffmpeg, mixed filters) and tells their paths. */
export async function extract(
  files: readonly string[],
  shots: readonly Shot[],
  dir: string,
  say: Say,
): Promise<(shot: Shot) => string> {
  const paths = new Map<string, string>();
  for (const [recording, file] of files.entries()) {
    const ofThis = shots.filter((shot) => shot.recording === recording);
    const wanted = [...new Set(ofThis.map(({ frame }) => frame))].sort((a, b) => a - b);
    if (wanted.length === 0) continue;
    await Deno.mkdir(`${dir}/${recording}`);
    const began = performance.now();
    await run("ffmpeg", [
      ...["-v", "error", "-i", file, "-vf", `select='${anyOf(wanted)}'`, "-fps_mode"],
      ...["passthrough", "-pix_fmt", "rgb24", "-pred", "mixed", "-start_number", "0"],
      `${dir}/${recording}/%d.png`,
    ]);
    const seconds = ((performance.now() - began) / 1000).toFixed();
    say(`${wanted.length} PNG files of ${file} in ${seconds} s`);
    wanted.forEach((frame, i) => {
      paths.set(`${recording}/${frame}`, `${dir}/${recording}/${i}.png`);
    });
  }
  return ({ recording, frame }) => paths.get(`${recording}/${frame}`)!;
}

/**
 * ffmpeg's condition for any of some frames, so that a recording is decoded once. A sum in halves: ffmpeg refuses
 * expressions that are nested more than a hundred deep, and a plain sum nests with each term.
 */
function anyOf(frames: readonly number[]): string {
  if (frames.length === 1) return `eq(n,${frames[0]})`;
  const middle = frames.length >> 1;
  return `(${anyOf(frames.slice(0, middle))}+${anyOf(frames.slice(middle))})`;
}

/** A frame and its number, counted over all recordings. */
export interface LiveFrame extends PictureView {
  /** Which of the distinct frames it is. */
  readonly number: number;
}

/**
 * The frames of recordings one after the other, again and again, as a live source would give them. Each is valid until
 * the one after the next is asked for.
 */
export async function* liveFrames(files: readonly string[]): AsyncGenerator<LiveFrame> {
  for (;;) {
    let number = 0;
    for (const file of files) {
      const { width, height, frames } = await openRecording(file);
      const buffers = [0, 1].map(() => new Uint32Array(width * height));
      for await (const frame of frames) {
        const pixels = buffers[number % 2];
        pixels.set(new Uint32Array(frame.buffer, 0, width * height));
        yield { width, height, pixels, number: number++ };
      }
    }
  }
}
