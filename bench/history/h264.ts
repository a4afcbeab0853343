/** The same pictures as a lossless H.264 file: libx264rgb -qp 0, preset medium, its own choice of keyframes. */
import { run } from "./command.ts";
import type { Say } from "./progress.ts";

const ENCODE = ["-c:v", "libx264rgb", "-qp", "0", "-preset", "medium"];

/**
 * Bytes of a day as one file, a frame whenever the picture changes: what stands still costs a film nothing.
 * @param paths PNG files of one size, in the day's order
 * @param dir for the file, which is taken away again
 */
export async function dayAsH264(
  paths: readonly string[],
  dir: string,
  say: Say,
): Promise<number> {
  const changes = paths.filter((path, i) => path !== paths[i - 1]);
  say(`H.264: ${changes.length} pictures of the day, without a word until they are done`);
  const list = `${dir}/list.txt`;
  await Deno.writeTextFile(list, changes.map((path) => `file '${path}'\nduration 1\n`).join(""));
  const input = ["-v", "error", "-f", "concat", "-safe", "0", "-i", list];
  return await encode([...input, "-fps_mode", "passthrough"], `${dir}/day.mkv`);
}

/** Bytes of recordings, each encoded on its own. */
export async function recordingsAsH264(
  files: readonly string[],
  dir: string,
  say: Say,
): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    say(`H.264: ${file}`);
    bytes += await encode(["-v", "error", "-i", file, "-an"], `${dir}/recording.mkv`);
  }
  return bytes;
}

async function encode(input: readonly string[], out: string): Promise<number> {
  await run("ffmpeg", [...input, ...ENCODE, "-y", out]);
  const { size } = await Deno.stat(out);
  await Deno.remove(out);
  return size;
}
