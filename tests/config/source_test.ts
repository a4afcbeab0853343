import assert from "node:assert/strict";
import { type Config, ConfigError, parseConfig } from "../../config.ts";

function run(args: string[], env: Record<string, string> = {}, file?: unknown): Config {
  const invocation = parseConfig(args, (name) => env[name], file);
  if (invocation.kind !== "run") throw new Error("the flags ask for help");
  return invocation.config;
}

/** The sources that these texts name, each given by a flag. */
function sources(...texts: string[]): unknown {
  return run(texts.map((text) => `--source=${text}`)).source;
}

function problems(...texts: string[]): readonly string[] {
  try {
    sources(...texts);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

Deno.test("--source understands each kind of source", () => {
  const cases: Record<string, unknown> = {
    "demo": { kind: "demo" },
    "auto": { kind: "auto" },
    "native": { kind: "native" },
    "x11": { kind: "x11" },
    "x11::99": { kind: "x11", display: ":99" },
    "x11::0.1": { kind: "x11", display: ":0.1" },
    "x11:host:0": { kind: "x11", display: "host:0" },
    "camera:/dev/video0": { kind: "camera", device: "/dev/video0" },
    "video:rtsp://cam/a#b": { kind: "video", input: "rtsp://cam/a#b" },
    "exec:adb exec-out screencap -p": { kind: "exec", command: "adb exec-out screencap -p" },
    "exec:A=1 b | c #d": { kind: "exec", command: "A=1 b | c #d" },
    "slices:0.0.0.0:7000": { kind: "slices", host: "0.0.0.0", port: 7000 },
    "slices:[::1]:7000": { kind: "slices", host: "::1", port: 7000 },
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.deepEqual(sources(text), [expected], text);
    assert.deepEqual(run([], {}, { source: text }).source, [expected], text);
  }
});

Deno.test("--source takes an id and options", () => {
  assert.deepEqual(
    sources(
      "left=x11::0#monitor=HDMI-1&region=1,2,30,40&mask=0,0,5,5&mask=9,9,1,1&scale=0.5&fps=10&quality=auto",
      "x11#window=50%25 %26 more%23",
      "exec:cat x.raw#format=bgrx&size=320x240&every=0.5",
      "exec:grim - #y",
      `slices:localhost:7000#identity=${"0A".repeat(16)}`,
    ),
    [
      {
        id: "left",
        kind: "x11",
        display: ":0",
        monitor: "HDMI-1",
        region: { x: 1, y: 2, w: 30, h: 40 },
        masks: [{ x: 0, y: 0, w: 5, h: 5 }, { x: 9, y: 9, w: 1, h: 1 }],
        scale: 0.5,
        fps: 10,
        quality: "auto",
      },
      { kind: "x11", window: "50% & more#" },
      {
        kind: "exec",
        command: "cat x.raw",
        format: "bgrx",
        size: { width: 320, height: 240 },
        every: 0.5,
      },
      { kind: "exec", command: "grim - #y" },
      { kind: "slices", host: "localhost", port: 7000, identity: "0a".repeat(16) },
    ],
  );
});

Deno.test("--source may be several lines of a variable, or a list in the file", () => {
  const expected = [{ kind: "demo" }, { id: "two", kind: "x11", display: ":1" }];
  const text = ["demo", "two=x11::1"];
  assert.deepEqual(run([], { PATCHCAST_SOURCE: text.join("\n") }).source, expected);
  assert.deepEqual(run([], {}, { source: text }).source, expected);
});

Deno.test("--source names what is wrong with a source, its value and what is allowed", () => {
  const anySource = /^Cannot set --source: got ".*", wanted \[ID=\]auto, demo, x11\[:DISPLAY\], /;
  for (const bad of ["x12", "", "auto:1", "Demo", "vnc:host"]) {
    assert.equal(problems(bad).length, 1, bad);
    assert.match(problems(bad)[0], anySource, bad);
  }
  const cases: Record<string, string> = {
    "x11:": `Cannot set --source (display): got "", wanted an X display: :99, host:0`,
    "x11:99": `Cannot set --source (display): got "99", wanted an X display: :99, host:0`,
    "x11::99;rm": `Cannot set --source (display): got ":99;rm", wanted an X display: :99, host:0`,
    "demo#scale=2": "Cannot set --source (scale): got 2, wanted 0.1 to 1",
    "demo#scale=0.5&scale=0.7": 'Cannot set --source (scale): got "0.5 and 0.7", wanted 0.1 to 1',
    "demo#region=1,2,0,4": "Cannot set --source (region.w): got 0, wanted x,y,w,h in whole pixels",
    "demo#monitor=A":
      'Cannot set --source (monitor): got "A", wanted an option that this kind of source has: see ' +
      "--source in the README",
    "camera":
      "Cannot set --source (device): got nothing, wanted the path of a device, 1 to 1024 characters",
    "Left=demo":
      'Cannot set --source (id): got "Left", wanted a-z, 0-9, _ and -, beginning with one of the first ' +
      "two, at most 32 characters",
    "slices:host:0": "Cannot set --source (port): got 0, wanted a whole number, 1 to 65535",
    "wall=demo": 'Cannot set --source: got the id "wall", wanted another one: the wall has it',
    "x11#monitor=A&window=B": "Cannot set --source: got monitor and window, wanted one of them",
    "exec:cat#format=bgrx":
      "Cannot set --source: got format=bgrx without size, wanted size=WIDTHxHEIGHT",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.deepEqual(problems(text), [expected], text);
  }
  assert.deepEqual(problems("a=demo", "a=x11"), [
    'Cannot set --source: got the id "a" more than once, wanted another one for each source',
  ]);
  assert.equal(problems(...new Array(33).fill("demo")).length, 1);
});

Deno.test("--mask and --region are refused with several sources, for one of which they are meant", () => {
  assert.throws(
    () => run(["--source=demo", "--source=x11", "--mask=0,0,5,5"]),
    /Cannot set --mask: got it with 2 sources, wanted #mask=x,y,w,h at the one that it is for/,
  );
  assert.equal(run(["--source=demo", "--mask=0,0,5,5"]).settings.masks.length, 1);
});
