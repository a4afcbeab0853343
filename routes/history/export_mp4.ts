/** An export as an MP4 film: raw pictures go into ffmpeg, and what it makes of them goes out as it comes. */
import type { Size } from "../../capture/geometry.ts";

/** Pictures a second of the film. */
export const FILM_FPS = 10;

/** True where ffmpeg may be run and is there. */
export async function hasFfmpeg(): Promise<boolean> {
  try {
    const { state } = await Deno.permissions.query({ name: "run", command: "ffmpeg" });
    if (state !== "granted") return false;
    const probe = new Deno.Command("ffmpeg", {
      args: ["-version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await probe.output()).success;
  } catch {
    return false;
  }
}

/**
 * @param next the next picture as R, G, B, 255 bytes of `size`; `undefined` after the last
 * @param close called once, when it is done, has failed or nobody reads any more
 */
export function mp4Stream(
  { width, height }: Size,
  next: () => Promise<Uint8Array<ArrayBuffer> | undefined>,
  close: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ffmpeg = new Deno.Command("ffmpeg", {
    // dprint-ignore
    args: [
      "-v",
      "error",
      "-protocol_whitelist",
      "pipe",
      "-f",
      "rawvideo",
      "-pix_fmt",
      "rgba",
      "-s",
      `${width}x${height}`,
      "-r",
      String(FILM_FPS),
      "-i",
      "pipe:0",
      // 4:2:0 is what every player takes; it wants even sides.
      "-vf",
      "pad=ceil(iw/2)*2:ceil(ih/2)*2",
      "-c:v",
      "libx264",
      "-preset",
      "veryfast",
      "-crf",
      "16",
      "-pix_fmt",
      "yuv420p",
      // Playable as it comes: the index is not at the end.
      "-movflags",
      "frag_keyframe+empty_moov",
      "-f",
      "mp4",
      "pipe:1",
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    try {
      ffmpeg.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    close();
  };
  const feeding = feed(ffmpeg.stdin, next);
  // Told below, where somebody reads.
  feeding.catch(() => {});
  const reader = ffmpeg.stdout.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (value) return controller.enqueue(value);
        if (!done) return;
        await feeding;
        const { success, code } = await ffmpeg.status;
        if (!success) throw new Error(`ffmpeg ended with code ${code}`);
        end();
        controller.close();
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel() {
      end();
      await reader.cancel().catch(() => {});
    },
  }, { highWaterMark: 0 });
}

/** Writing waits for ffmpeg, and ffmpeg for whoever reads: nothing queues. */
async function feed(
  stdin: WritableStream<Uint8Array<ArrayBuffer>>,
  next: () => Promise<Uint8Array<ArrayBuffer> | undefined>,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    for (let picture = await next(); picture; picture = await next()) await writer.write(picture);
  } finally {
    await writer.close().catch(() => {});
  }
}
