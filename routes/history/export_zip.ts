/** An export as a ZIP archive of PNG files, made while it is read. */
import { Zip, ZipPassThrough } from "fflate";

/** ZIP without its 64-bit extension ends at 4 GiB; a picture less. */
const MAX_BYTES = 2 ** 32 - 2 ** 28;

/** A picture and its name. */
export interface ZipEntry {
  readonly time: number;
  readonly png: Uint8Array<ArrayBuffer>;
}

/**
 * @param next the next picture; `undefined` after the last
 * @param close called once, when it is done, has failed or nobody reads any more
 */
export function zipStream(
  next: () => Promise<ZipEntry | undefined>,
  close: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let ready: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    bytes += piece.length;
    ready.push(new Uint8Array(piece));
  });
  return new ReadableStream({
    async pull(controller) {
      try {
        const entry = await next();
        if (entry) {
          if (bytes + entry.png.length > MAX_BYTES) {
            throw new RangeError(`Cannot export more than ${MAX_BYTES} bytes into one ZIP`);
          }
          const file = new ZipPassThrough(nameOf(entry.time));
          file.mtime = zipTime(entry.time);
          zip.add(file);
          // PNG is compressed already.
          file.push(entry.png, true);
        } else {
          zip.end();
        }
        for (const piece of ready) controller.enqueue(piece);
        ready = [];
        if (!entry) {
          close();
          controller.close();
        }
      } catch (error) {
        close();
        throw error;
      }
    },
    cancel() {
      zip.terminate();
      close();
    },
  }, { highWaterMark: 0 });
}

/** `2026-01-01T12-00-00.000Z.png`: UTC, sorts by time, and allowed in every file system. */
function nameOf(time: number): string {
  return `${new Date(time).toISOString().replaceAll(":", "-")}.png`;
}

/** ZIP knows the years 1980 to 2099. */
function zipTime(time: number): number {
  return Math.min(Math.max(time, Date.UTC(1980, 0, 2)), Date.UTC(2099, 11, 30));
}
