/**
 * The parts of `multipart/x-mixed-replace`, of which each picture is one:
 *
 *     --patchcast  Content-Type: image/jpeg  Content-Length  X-Timestamp  X-Patchcast-Seq  (empty line)
 *     the file
 *     --patchcast  ...
 *
 * Programs are sent a part with all its headers at once. Browsers paint a part when the header of the next one has
 * come (https://crbug.com/527446): they are sent that header right behind the picture, when nothing is known yet of the
 * next one, so without its length.
 */
import type { JpegFrame } from "./mjpeg_protocol.ts";

const BOUNDARY = "patchcast";
export const MJPEG_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

const EARLY_HEADER = `--${BOUNDARY}\r\ncontent-type: image/jpeg\r\n\r\n`;

/** What comes before, between and behind pictures. */
export interface Parts {
  /** Opens the stream, before there is a picture. */
  readonly opening: string;
  before(frame: JpegFrame): string;
  readonly after: string;
  readonly closing: string;
}

/** For programs. */
export const wholeParts: Parts = {
  opening: "",
  before: ({ bytes, time, seq }) =>
    `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n` +
    `X-Timestamp: ${(time / 1000).toFixed(3)}\r\nX-Patchcast-Seq: ${seq}\r\n\r\n`,
  after: "\r\n",
  closing: `--${BOUNDARY}--\r\n`,
};

/** For `<img>` and windows of browsers. */
export const earlyParts: Parts = {
  opening: EARLY_HEADER,
  before: () => "",
  after: `\r\n${EARLY_HEADER}`,
  closing: `\r\n--${BOUNDARY}--\r\n`,
};

/** Which of them a client gets: scripts that fetch are programs, too. */
export function partsFor(headers: Headers): Parts {
  const isBrowser = /^Mozilla\//.test(headers.get("user-agent") ?? "");
  return isBrowser && headers.get("sec-fetch-dest") !== "empty" ? earlyParts : wholeParts;
}
