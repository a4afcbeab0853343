import assert from "node:assert/strict";
import { commandOf } from "../../../../capture/sources/child/command.ts";
import type { ChildSpec } from "../../../../capture/worker_protocol.ts";

const START = ["-nostdin", "-hide_banner", "-loglevel", "error"];
const END = [
  ...["-map", "0:V:0", "-fps_mode", "passthrough"],
  ...["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
];

/** What stands between, in the command line of ffmpeg. */
function inputOf(spec: ChildSpec, os: typeof Deno.build.os = "linux"): string[] {
  const { program, args, format } = commandOf(spec, os);
  assert.equal(program, "ffmpeg");
  assert.deepEqual(format, { kind: "pnm" });
  assert.deepEqual(args.slice(0, START.length), START);
  assert.deepEqual(args.slice(-END.length), END);
  return args.slice(START.length, -END.length);
}

Deno.test("commandOf() has ffmpeg read cameras by the means of each system", () => {
  const live = ["-fflags", "nobuffer"];
  const camera = (device: string) => ({ kind: "camera", device }) as const;
  assert.deepEqual(inputOf(camera("/dev/video0")), [...live, "-f", "v4l2", "-i", "/dev/video0"]);
  assert.deepEqual(inputOf(camera("0"), "darwin"), [
    ...live,
    ...["-f", "avfoundation", "-framerate", "30", "-i", "0"],
  ]);
  assert.deepEqual(inputOf(camera("HD Cam"), "windows"), [
    ...live,
    ...["-f", "dshow", "-i", "video=HD Cam"],
  ]);
});

Deno.test("commandOf() has ffmpeg play files at their own pace, over and over", () => {
  for (const name of ["desk.mkv", "-i", "concat:a|b", "C:\\a.mkv"]) {
    assert.deepEqual(inputOf({ kind: "video", input: name }), [
      ...["-re", "-stream_loop", "-1", "-i", `file:${name}`],
    ]);
  }
});

Deno.test("commandOf() has ffmpeg read addresses as what they are", () => {
  const input = (address: string) => inputOf({ kind: "video", input: address });
  const live = ["-fflags", "nobuffer"];
  const again = ["-reconnect", "1", "-reconnect_streamed", "1", "-reconnect_delay_max", "5"];
  assert.deepEqual(input("rtsp://u:p@cam/1"), [
    ...["-rtsp_transport", "tcp", ...live, "-i", "rtsp://u:p@cam/1"],
  ]);
  assert.deepEqual(input("http://cam/mjpeg"), [...live, ...again, "-i", "http://cam/mjpeg"]);
  assert.deepEqual(input("HTTPS://h/film.mp4?x=1"), [
    "-re",
    ...again,
    "-i",
    "HTTPS://h/film.mp4?x=1",
  ]);
  assert.deepEqual(input("udp://0.0.0.0:5000"), [...live, "-i", "udp://0.0.0.0:5000"]);
});

Deno.test("commandOf() gives commands to the shell as one argument", () => {
  const spec = {
    kind: "exec",
    command: "grim -t ppm - | cat",
    format: { kind: "sniff" },
    everyMs: 250,
  } as const;
  assert.deepEqual(commandOf(spec, "linux"), {
    program: "sh",
    args: ["-c", "trap 'exit 143' TERM; grim -t ppm - | cat"],
    format: { kind: "sniff" },
    everyMs: 250,
  });
  const { program, args } = commandOf(spec, "windows");
  assert.deepEqual([program, ...args], ["cmd", "/d", "/s", "/c", "grim -t ppm - | cat"]);
});
