/** Recordings as raw frames: ffmpeg decodes, we read. */

export interface Recording {
  readonly width: number;
  readonly height: number;
  /** BGRX frames, one after the other; each is valid until the next is asked for. */
  readonly frames: AsyncIterable<Uint8Array>;
}

/**
 * Opens a video file.
 * @throws {Error} when ffmpeg or ffprobe is missing or cannot read the file
 */
export async function openRecording(file: string): Promise<Recording> {
  const [width, height] = await probeSize(file);
  return { width, height, frames: readFrames(file, width * height * 4) };
}

async function probeSize(file: string): Promise<[number, number]> {
  const { success, stdout, stderr } = await new Deno.Command("ffprobe", {
    args: ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height"]
      .concat(["-of", "csv=p=0", file]),
  }).output();
  if (!success) throw new Error(`Cannot read ${file}: ${new TextDecoder().decode(stderr).trim()}`);
  const [width, height] = new TextDecoder().decode(stdout).trim().split(",").map(Number);
  return [width, height];
}

async function* readFrames(file: string, frameBytes: number): AsyncGenerator<Uint8Array> {
  const ffmpeg = new Deno.Command("ffmpeg", {
    args: ["-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "bgr0", "-"],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = ffmpeg.stdout.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(frameBytes);
  try {
    for (;;) {
      let filled = 0;
      while (filled < frameBytes) {
        const { value, done } = await reader.read(
          new Uint8Array(buffer, filled, frameBytes - filled),
        );
        if (value) buffer = value.buffer;
        if (done) return;
        filled += value.length;
      }
      yield new Uint8Array(buffer, 0, frameBytes);
    }
  } finally {
    try {
      // Before the pipe breaks, of which it would complain.
      ffmpeg.kill("SIGKILL");
    } catch {
      // It has ended: all frames were read.
    }
    await reader.cancel();
    await ffmpeg.status;
  }
}
