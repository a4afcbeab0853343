/** Frames of recordings as PNG files, and what others need for the same pictures. */
import { Image } from "imagescript";
import { openRecording } from "../frames.ts";
import type { PictureView } from "../../history/source_writer.ts";
import type { Shot } from "./day.ts";

/** ffmpeg's expressions may have a hundred terms. */
const FRAMES_AT_ONCE = 80;

/** How many frames a recording has. */
export async function countFrames(file: string): Promise<number> {
  const args = ["-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries"]
    .concat(["stream=nb_read_packets", "-of", "csv=p=0", file]);
  return parseInt(new TextDecoder().decode(await run("ffprobe", args)), 10);
}

/** Writes the frames that a day uses as PNG files (ffmpeg, mixed filters) and tells their paths. */
export async function extract(
  files: readonly string[],
  shots: readonly Shot[],
  dir: string,
): Promise<(shot: Shot) => string> {
  const paths = new Map<string, string>();
  for (const [recording, file] of files.entries()) {
    const wanted = [
      ...new Set(
        shots.filter((shot) => shot.recording === recording)
          .map(({ frame }) => frame),
      ),
    ].sort((a, b) => a - b);
    if (wanted.length === 0) continue;
    await Deno.mkdir(`${dir}/${recording}`);
    for (let from = 0; from < wanted.length; from += FRAMES_AT_ONCE) {
      const some = wanted.slice(from, from + FRAMES_AT_ONCE);
      const select = some.map((frame) => `eq(n,${frame})`).join("+");
      await run("ffmpeg", [
        ...["-v", "error", "-i", file, "-vf", `select='${select}'`, "-fps_mode", "passthrough"],
        ...["-pix_fmt", "rgb24", "-pred", "mixed", "-start_number", String(from)],
        `${dir}/${recording}/%d.png`,
      ]);
    }
    wanted.forEach((frame, i) =>
      paths.set(`${recording}/${frame}`, `${dir}/${recording}/${i}.png`)
    );
  }
  return ({ recording, frame }) => paths.get(`${recording}/${frame}`)!;
}

/** The path that pushed screenshots take: PNG to pixels. */
export async function decodePng(png: Uint8Array): Promise<PictureView> {
  const { width, height, bitmap } = await Image.decode(png) as Image;
  const pixels = new Uint32Array(bitmap.buffer, bitmap.byteOffset, width * height);
  // Bytes r, g, b, a make 0xAABBGGRR.
  for (let i = 0; i < pixels.length; i++) {
    const p = pixels[i];
    pixels[i] = (p & 0xff) << 16 | p & 0xff00 | p >>> 16 & 0xff;
  }
  return { width, height, pixels };
}

/** Bytes of the shots as one lossless H.264 file (libx264rgb -qp 0, medium), the pictures' size being the same. */
export async function h264Bytes(paths: readonly string[], dir: string): Promise<number> {
  const list = `${dir}/list.txt`;
  await Deno.writeTextFile(list, paths.map((path) => `file '${path}'\nduration 10\n`).join(""));
  const out = `${dir}/day.mkv`;
  await run("ffmpeg", [
    ...["-v", "error", "-f", "concat", "-safe", "0", "-i", list, "-fps_mode", "passthrough"],
    ...["-c:v", "libx264rgb", "-qp", "0", out],
  ]);
  return (await Deno.stat(out)).size;
}

/** The frames of recordings one after the other, again and again, as a live source would give them. */
export async function* liveFrames(files: readonly string[]): AsyncGenerator<PictureView> {
  for (;;) {
    for (const file of files) {
      const { width, height, frames } = await openRecording(file);
      for await (const frame of frames) {
        yield { width, height, pixels: new Uint32Array(frame.buffer, 0, width * height) };
      }
    }
  }
}

async function run(command: string, args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command} failed: ${new TextDecoder().decode(stderr).trim()}`);
  return stdout;
}
