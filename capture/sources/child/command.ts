/**
 * What is run for a child source. ffmpeg reads cameras and videos, and hands over PPM: pixels as they are, with their size
 * before each picture.
 */
import type { ChildSpec, FrameFormat } from "../../worker_protocol.ts";
import { isAddress } from "./words.ts";

/** A program and what its stdout holds. */
export interface ChildCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly format: FrameFormat;
  /** One that ends well is run again this long after it was begun, ms. */
  readonly everyMs: number;
}

/** A video that cannot be played in a loop, or a stream that ends, is opened again. */
const REOPEN_MS = 1000;

/**
 * A shell that is asked to end does so after what it runs has ended, and with it the last word on how that went: were it
 * gone before, nobody would take note of the ends of a pipeline, and they would stay behind as zombies in a container
 * whose first process does not either.
 */
const END_LAST = "trap 'exit 143' TERM";

/** @param os of the machine that runs it */
export function commandOf(spec: ChildSpec, os: typeof Deno.build.os): ChildCommand {
  if (spec.kind !== "exec") {
    const args = ffmpegArgs(spec, os);
    return { program: "ffmpeg", args, format: { kind: "pnm" }, everyMs: REOPEN_MS };
  }
  const { command, format, everyMs } = spec;
  return os === "windows"
    ? { program: "cmd", args: ["/d", "/s", "/c", command], format, everyMs }
    : { program: "sh", args: ["-c", `${END_LAST}; ${command}`], format, everyMs };
}

function ffmpegArgs(spec: Exclude<ChildSpec, { kind: "exec" }>, os: typeof Deno.build.os) {
  const input = spec.kind === "camera" ? cameraArgs(spec.device, os) : videoArgs(spec.input);
  return [
    ...["-nostdin", "-hide_banner", "-loglevel", "error"],
    ...input,
    // The first stream of pictures that is no cover of an album, each picture once.
    ...["-map", "0:V:0", "-fps_mode", "passthrough"],
    ...["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
  ];
}

function cameraArgs(device: string, os: typeof Deno.build.os): string[] {
  const live = ["-fflags", "nobuffer"];
  switch (os) {
    case "darwin":
      // Its default, 29.97 pictures a second, is more than some cameras have.
      return [...live, "-f", "avfoundation", "-framerate", "30", "-i", device];
    case "windows":
      return [...live, "-f", "dshow", "-i", `video=${device}`];
    default:
      return [...live, "-f", "v4l2", "-i", device];
  }
}

/** Names of videos that are there as a whole, rather than made while they are watched. */
const RECORDED = /\.(?:mp4|m4v|mkv|webm|mov|avi|ogv|mpg|mpeg|gif)$/i;

function videoArgs(input: string): string[] {
  // At its own pace, and from the beginning again at its end. The prefix: no name is taken for an option or a protocol.
  if (!isAddress(input)) return ["-re", "-stream_loop", "-1", "-i", `file:${input}`];
  const [scheme, path] = [input.replace(/:.*/s, "").toLowerCase(), input.replace(/[?#].*/s, "")];
  if (scheme.startsWith("rtsp")) {
    // Over UDP, whatever is lost leaves grey blocks.
    return ["-rtsp_transport", "tcp", "-fflags", "nobuffer", "-i", input];
  }
  const pace = RECORDED.test(path) ? ["-re"] : ["-fflags", "nobuffer"];
  const again = /^https?$/.test(scheme)
    ? ["-reconnect", "1", "-reconnect_streamed", "1", "-reconnect_delay_max", "5"]
    : [];
  return [...pace, ...again, "-i", input];
}
