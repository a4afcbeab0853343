/** Which of the formats a stream has, from its first bytes. */
import { BadFrames, quote } from "./parser.ts";

/** A format that can be told from its first bytes. */
export type SniffedFormat = "y4m" | "mjpeg" | "png" | "pnm";

/** What streams begin with. The lines between the parts of multipart/x-mixed-replace begin with two hyphens. */
const BEGINNINGS: readonly (readonly [string, SniffedFormat])[] = [
  ["\x89PNG", "png"],
  ["\xff\xd8\xff", "mjpeg"],
  ["--", "mjpeg"],
  ["\r\n--", "mjpeg"],
  ["YUV4MPEG2 ", "y4m"],
  ...["5", "6", "7"].flatMap((digit) =>
    ["\n", " ", "\t", "\r"].map((space) => [`P${digit}${space}`, "pnm"] as const)
  ),
];

/**
 * @param bytes of the stream, from its first on
 * @returns `undefined` where more of them are needed
 * @throws {BadFrames} when it is none that is known
 */
export function sniff(bytes: Uint8Array): SniffedFormat | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  const whole = BEGINNINGS.find(([beginning]) => start.startsWith(beginning));
  if (whole) return whole[1];
  if (BEGINNINGS.some(([beginning]) => beginning.startsWith(start))) return undefined;
  throw new BadFrames(
    `got ${
      quote(bytes)
    }, wanted PNG, JPEG, Y4M or PNM (pixels without a header need format and size)`,
  );
}
