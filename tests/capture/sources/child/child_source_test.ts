/** Real children: ffmpeg writes pictures that are known, in every format, and they arrive byte for byte. */
import assert from "node:assert/strict";
import {
  openChildSource,
  type OpenedChild,
} from "../../../../capture/sources/child/child_source.ts";
import { SourceLost } from "../../../../capture/source.ts";
import type { ChildSpec, FrameFormat } from "../../../../capture/worker_protocol.ts";
import { missingCommands } from "../xvfb.ts";

const missing = missingCommands(["ffmpeg", "sh", "ps"]);
const ignore = missing.length > 0 && Deno.env.get("CI") !== "true";
if (ignore) {
  const line = `skipped: child sources (not installed: ${missing.join(", ")})\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

const SIZE = { width: 161, height: 47 };
const COUNT = 4;
const SOURCE = ["-f", "lavfi", "-i", `testsrc=size=${SIZE.width}x${SIZE.height}:rate=1`];
const SNIFF: FrameFormat = { kind: "sniff" };

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore, fn });
}

function exec(command: string, format = SNIFF, everyMs = 60_000): ChildSpec {
  return { kind: "exec", command, format, everyMs };
}

/** A command that writes the first pictures of the test source. */
function ffmpeg(output: string, frames = COUNT): string {
  return `ffmpeg -nostdin -loglevel error ${SOURCE.join(" ")} -frames:v ${frames} ${output} pipe:1`;
}

/** The last of the pictures, as ffmpeg itself converts it to BGRX. */
async function reference(pixels = "bgr0", filter = "null"): Promise<Uint8Array> {
  const { stdout, success, stderr } = await new Deno.Command("ffmpeg", {
    args: ["-nostdin", "-loglevel", "error", ...SOURCE, "-frames:v", String(COUNT)]
      .concat(["-vf", filter, "-f", "rawvideo", "-pix_fmt", pixels, "pipe:1"]),
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return stdout.subarray(stdout.length / COUNT * (COUNT - 1));
}

async function using(opened: OpenedChild, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } finally {
    opened.source.close();
    await opened.released();
  }
}

/** The picture of now, without the bytes that nobody reads. */
function picture({ source }: OpenedChild): Uint8Array {
  source.poll();
  const { width, height } = source.size;
  const frame = new Uint8Array(width * height * 4);
  source.grab(frame, { top: 0, bottom: height });
  return opaque(frame);
}

function opaque(bgrx: Uint8Array): Uint8Array {
  return bgrx.map((byte, i) => i % 4 === 3 ? 0 : byte);
}

/** The largest difference between two bytes that should be the same. */
function worstError(got: Uint8Array, wanted: Uint8Array): number {
  assert.equal(got.length, wanted.length);
  return got.reduce((most, byte, i) => Math.max(most, Math.abs(byte - wanted[i])), 0);
}

/** Waits for news of the source until `done`; when there are none any more, it is never going to be. */
async function until(opened: OpenedChild, done: () => boolean): Promise<void> {
  for (let looks = 0; !done(); looks++) {
    if (looks === 100) {
      throw new Error(`it does not happen; ${opened.source.silence ?? "all is well"}`);
    }
    await opened.source.wait?.(500);
  }
}

/** Waits until the source shows `wanted`, its last picture: those before it may be shown, too. */
async function assertShows(spec: ChildSpec, wanted: Uint8Array, tolerance = 0): Promise<void> {
  const opened = await openChildSource(spec);
  await using(opened, async () => {
    assert.deepEqual(opened.source.size, SIZE);
    await until(opened, () => worstError(picture(opened), wanted) <= tolerance);
  });
}

const EXACT: readonly (readonly [string, string, FrameFormat])[] = [
  ["PNG files", "-f image2pipe -c:v png -pix_fmt rgb24", SNIFF],
  ["PPM files", "-f image2pipe -c:v ppm -pix_fmt rgb24", SNIFF],
  ["PAM files", "-f image2pipe -c:v pam -pix_fmt rgba", SNIFF],
  ["raw BGRX", "-f rawvideo -pix_fmt bgr0", { kind: "raw", pixels: "bgrx", ...SIZE }],
  ["raw RGBX", "-f rawvideo -pix_fmt rgb0", { kind: "raw", pixels: "rgbx", ...SIZE }],
  ["raw BGR", "-f rawvideo -pix_fmt bgr24", { kind: "raw", pixels: "bgr24", ...SIZE }],
  ["raw RGB", "-f rawvideo -pix_fmt rgb24", { kind: "raw", pixels: "rgb24", ...SIZE }],
];

for (const [name, output, format] of EXACT) {
  test(`openChildSource() shows ${name} that ffmpeg writes, byte for byte`, async () => {
    await assertShows(exec(ffmpeg(output), format), opaque(await reference()));
  });
}

test("openChildSource() shows grey pictures byte for byte", async () => {
  const grey = await reference("gray");
  const wanted = Uint8Array.from({ length: grey.length * 4 }, (_, i) => {
    return i % 4 === 3 ? 0 : grey[i >> 2];
  });
  const raw = { kind: "raw", pixels: "grey", ...SIZE } as const;
  await assertShows(exec(ffmpeg("-f rawvideo -pix_fmt gray"), raw), wanted);
  await assertShows(exec(ffmpeg("-f image2pipe -c:v pgm -pix_fmt gray")), wanted);
  await assertShows(exec(ffmpeg("-f yuv4mpegpipe -strict -1 -pix_fmt gray")), wanted);
});

test("openChildSource() shows Y4M with the colours that ffmpeg gives it", async () => {
  // With each sample of colour for a whole block of pixels, there is nothing to interpolate and so nothing to differ in.
  const blocks = "scale=iw/8:ih/8:flags=neighbor,scale=iw*8:ih*8:flags=neighbor,crop=160:40";
  for (const pixels of ["yuv420p", "yuv422p", "yuv444p", "yuvj420p"]) {
    const common = ["-nostdin", "-loglevel", "error", ...SOURCE, "-frames:v", "1", "-vf"];
    const planes = ["-f", "yuv4mpegpipe", "-strict", "-1"];
    const made = await new Deno.Command("ffmpeg", {
      args: [...common, `${blocks},format=${pixels}`, ...planes, "pipe:1"],
    }).output();
    const file = await Deno.makeTempFile({ suffix: ".y4m" });
    try {
      await Deno.writeFile(file, made.stdout);
      const wanted = await new Deno.Command("ffmpeg", {
        args: ["-nostdin", "-loglevel", "error", "-i", file, "-sws_flags", "neighbor+accurate_rnd"]
          .concat(["-f", "rawvideo", "-pix_fmt", "bgr0", "pipe:1"]),
      }).output();
      const opened = await openChildSource(exec(`cat ${file}`));
      await using(opened, () => {
        const worst = worstError(picture(opened), opaque(wanted.stdout));
        assert.ok(worst <= 2, `${pixels}: ${worst} off`);
        return Promise.resolve();
      });
    } finally {
      await Deno.remove(file);
    }
  }
});

test("openChildSource() shows MJPEG, bare and in multipart", async () => {
  const wanted = opaque(await reference());
  for (const muxer of ["image2pipe", "mjpeg", "mpjpeg"]) {
    // Lossy, and another decoder than ffmpeg's: near is near enough to know the picture.
    const output = `-c:v mjpeg -q:v 1 -pix_fmt yuvj444p -f ${muxer}`;
    await assertShows(exec(ffmpeg(output)), wanted, 40);
  }
});

test("openChildSource() shows a video byte for byte, over and over", async () => {
  const file = await Deno.makeTempFile({ suffix: ".mkv" });
  try {
    const made = await new Deno.Command("ffmpeg", {
      args: [
        "-nostdin",
        "-y",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=96x64:rate=10",
      ]
        .concat(["-frames:v", "3", "-vf", "hue=h=120*n", "-c:v", "ffv1", "-pix_fmt", "gbrp", file]),
    }).output();
    assert.ok(made.success, new TextDecoder().decode(made.stderr));
    const { stdout } = await new Deno.Command("ffmpeg", {
      args: ["-nostdin", "-loglevel", "error", "-i", file]
        .concat(["-f", "rawvideo", "-pix_fmt", "bgr0", "pipe:1"]),
    }).output();
    const length = stdout.length / 3;
    const known = [0, 1, 2].map((i) => opaque(stdout.subarray(i * length, (i + 1) * length)));
    assert.notDeepEqual(known[0], known[1]);
    const opened = await openChildSource({ kind: "video", input: file });
    await using(opened, async () => {
      assert.match(opened.source.label, /^video [^/]+\.mkv$/);
      const seen: number[] = [];
      await until(opened, () => {
        const got = picture(opened);
        const at = known.findIndex((one) => one.every((byte, i) => byte === got[i]));
        assert.ok(at >= 0, "a picture that is not in the video");
        if (at !== seen.at(-1)) seen.push(at);
        return seen.length >= 7;
      });
      assert.ok(seen.includes(0, 1) && seen.includes(2), `${seen}`);
    });
  } finally {
    await Deno.remove(file);
  }
});

test("openChildSource() of the patient shows black and why, and then the first picture", async () => {
  const dir = await Deno.makeTempDir();
  const command = `test -e ${dir}/here || exit 9; printf 'P5 1 1 255 A'; exec sleep 100`;
  const opened = await openChildSource(exec(command), { patient: true });
  try {
    await using(opened, async () => {
      const { source } = opened;
      source.poll();
      assert.deepEqual(source.size, { width: 640, height: 480 });
      assert.equal(source.silence, "exec test ended with code 9");
      assert.equal(opened.note, source.silence);
      await Deno.writeTextFile(`${dir}/here`, "");
      await until(opened, () => picture(opened)[0] === 65);
      assert.deepEqual([source.size, source.silence], [{ width: 1, height: 1 }, undefined]);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

test("openChildSource() follows a child that changes its size", async () => {
  const shot = (size: string) =>
    `ffmpeg -nostdin -loglevel error -f lavfi -i color=red:size=${size} -frames:v 1 -f image2pipe -c:v ppm pipe:1`;
  const opened = await openChildSource(exec(`${shot("20x10")}; ${shot("30x40")}; exec sleep 100`));
  await using(opened, async () => {
    let resized = 0;
    await until(opened, () => {
      if (opened.source.poll().resized) resized++;
      return opened.source.size.height === 40;
    });
    assert.deepEqual(opened.source.size, { width: 30, height: 40 });
    assert.ok(resized <= 1);
  });
});

test("openChildSource() runs a command that ends with its picture again and again", async () => {
  const dir = await Deno.makeTempDir();
  const shot = `echo x >> ${dir}/runs; ${ffmpeg("-f image2pipe -c:v png", 1)}`;
  const opened = await openChildSource(exec(shot, SNIFF, 50));
  const runs = () => Deno.readTextFileSync(`${dir}/runs`).length / 2;
  try {
    await using(opened, async () => {
      await until(opened, () => {
        opened.source.poll();
        assert.equal(opened.source.silence, undefined);
        return runs() >= 4;
      });
      opened.source.rest?.(true);
      await opened.source.fresh?.();
      const before = runs();
      await opened.source.fresh?.();
      assert.ok(runs() > before, "a fresh picture is a new run");
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

test("openChildSource() keeps the picture of a child that dies, says why, and shows the next one", async () => {
  const dir = await Deno.makeTempDir();
  const first = "printf 'P5 1 1 255 A'; sleep 0.2; echo 'lost the screen' >&2; exit 3";
  const second = "printf 'P5 1 1 255 B'; exec sleep 100";
  const opened = await openChildSource(
    exec(`if mkdir ${dir}/once; then ${first}; else ${second}; fi`),
  );
  try {
    await using(opened, async () => {
      const { source } = opened;
      assert.equal(picture(opened)[0], 65);
      await until(opened, () => {
        source.poll();
        return source.silence !== undefined;
      });
      assert.equal(source.silence, "exec if ended with code 3: lost the screen");
      assert.equal(picture(opened)[0], 65);
      await until(opened, () => picture(opened)[0] === 66);
      assert.equal(source.silence, undefined);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

test("openChildSource() throws SourceLost with the reason, and leaves nothing behind", async () => {
  const cases: readonly (readonly [ChildSpec, RegExp])[] = [
    [exec("no-such-command-here"), /^exec no-such-command-here ended with code 127: .*not found/],
    [exec("echo hello"), /^exec echo wrote what cannot be shown: got "hello\\n", wanted PNG/],
    [exec(":"), /^exec : ended without a picture$/],
    [exec("printf 'P6 2 2 255 abc'"), /^exec printf ended within a picture$/],
    [exec("kill -9 $$"), /^exec kill was ended by SIGKILL$/],
    [
      { kind: "video", input: "/no/such/film.mkv" },
      /^video film.mkv ended with code 1: .*No such file/,
    ],
    [
      { kind: "camera", device: "/dev/no-video" },
      /^camera \/dev\/no-video ended with code 1: .*No such/,
    ],
    [
      { kind: "video", input: "http://ann:s3cret@127.0.0.1:1/live?key=abc" },
      /^video http:\/\/127\.0\.0\.1:1\/live ended with code 1: ((?!s3cret|abc|ann).)*$/,
    ],
  ];
  for (const [spec, words] of cases) {
    await assert.rejects(openChildSource(spec), (error) => {
      assert.ok(error instanceof SourceLost);
      assert.match(error.message, words);
      return true;
    });
  }
});

test("Source.close() leaves no process behind, also of a pipeline that waits in its pipe", async () => {
  const file = await Deno.makeTempFile();
  const endless = `ffmpeg -nostdin -loglevel error ${
    SOURCE.join(" ")
  } -f yuv4mpegpipe -pix_fmt yuv420p -`;
  const opened = await openChildSource(exec(`echo $$ > ${file}; ${endless} | cat`));
  try {
    const group = (await Deno.readTextFile(file)).trim();
    const processes = async () => {
      const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pgid=,stat="] }).output();
      return new TextDecoder().decode(stdout).split("\n").filter((line) => {
        return line.trim().startsWith(`${group} `);
      }).length;
    };
    assert.ok(await processes() >= 3);
    opened.source.rest?.(true);
    opened.source.close();
    opened.source.close();
    await opened.released();
    assert.equal(await processes(), 0);
    const again = opened.reopen();
    await again.fresh?.();
    assert.equal(again.size.width, SIZE.width);
    again.close();
    await opened.released();
  } finally {
    await Deno.remove(file);
  }
});
