/**
 * A recording as a source, at its own pace and over and over. ffmpeg decodes it meanwhile: what is shown is the
 * newest frame that has come through.
 */
import type { RowRange, Size } from "../../capture/geometry.ts";
import type { Source, SourceNews } from "../../capture/source.ts";

/** What `openSource` gets; it comes through `postMessage`. */
export interface RecordingOptions extends Size {
  /** Path of a video file. */
  readonly file: string;
}

/** Opens the source: the entry that `{ kind: "module" }` asks for. */
export function openSource(options: unknown): Source {
  return new RecordingSource(options as RecordingOptions);
}

class RecordingSource implements Source {
  readonly label = "recording";
  readonly size: Size;
  readonly #ffmpeg: Deno.ChildProcess;
  /** The frame that is shown, and the one that is being read. */
  #shown: Uint8Array;
  #next: Uint8Array;
  #isNew = true;

  constructor({ file, width, height }: RecordingOptions) {
    this.size = { width, height };
    this.#shown = new Uint8Array(width * height * 4);
    this.#next = new Uint8Array(width * height * 4);
    this.#ffmpeg = new Deno.Command("ffmpeg", {
      args: ["-v", "error", "-threads", "1", "-stream_loop", "-1", "-re", "-i", file]
        .concat(["-f", "rawvideo", "-pix_fmt", "bgr0", "-"]),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#read().catch(() => {
      // The recording stands still from here on.
    });
  }

  poll(): SourceNews {
    const damage = this.#isNew ? "unknown" : [];
    this.#isNew = false;
    return { damage, resized: false };
  }

  grab(frame: Uint8Array, { top, bottom }: RowRange): void {
    const rowBytes = this.size.width * 4;
    frame.set(this.#shown.subarray(top * rowBytes, bottom * rowBytes), top * rowBytes);
  }

  close(): void {
    try {
      this.#ffmpeg.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  async #read(): Promise<void> {
    let filled = 0;
    for await (let bytes of this.#ffmpeg.stdout) {
      while (bytes.length > 0) {
        const part = bytes.subarray(0, this.#next.length - filled);
        this.#next.set(part, filled);
        filled += part.length;
        bytes = bytes.subarray(part.length);
        if (filled < this.#next.length) continue;
        [this.#shown, this.#next] = [this.#next, this.#shown];
        this.#isNew = true;
        filled = 0;
      }
    }
  }
}
