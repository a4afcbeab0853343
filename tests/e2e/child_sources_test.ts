/** Child processes as sources of the whole program: what they write is what viewers see; what goes wrong is told. */
import assert from "node:assert/strict";
import { missingCommands } from "../capture/sources/xvfb.ts";
import { eventually } from "./support/eventually.ts";
import { difference, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, run, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot, Watcher } from "./support/watcher.ts";

const missing = missingCommands(["ffmpeg", "ps"]);
const test = missing.length === 0 || Deno.env.get("CI") === "true"
  ? suiteOn("end to end: child processes", ["procfs"])
  : skipped();

function skipped() {
  const line = `skipped: end to end: child processes (not installed: ${missing.join(", ")})\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
  return (name: string, fn: () => Promise<void>) => Deno.test({ name, ignore: true, fn });
}

/** Starts the program, and in the end asks it to end: killed, it could not end what it has started. */
async function start(args: readonly string[]): Promise<Program> {
  const program = await startProgram(args);
  return {
    ...program,
    async [Symbol.asyncDispose]() {
      program.kill("SIGTERM");
      await program.ended;
      await program[Symbol.asyncDispose]();
    },
  };
}

const FIXTURE = "tests/fixtures/desktop.mkv";
const QUIET = "ffmpeg -nostdin -loglevel error";

/** All pictures that ffmpeg makes of these arguments, opaque. */
async function picturesOf(
  size: { width: number; height: number },
  args: string,
): Promise<Picture[]> {
  const { stdout, success, stderr } = await new Deno.Command("ffmpeg", {
    args: `-nostdin -loglevel error ${args} -f rawvideo -pix_fmt rgba pipe:1`.split(" "),
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const length = size.width * size.height * 4;
  return Array.from({ length: stdout.length / length }, (_, i) => {
    return pictureOf(size.width, size.height, stdout.subarray(i * length, (i + 1) * length));
  });
}

/** Which of the pictures it is; throws with how it differs from the first when it is none. */
function indexOf(picture: Picture, known: readonly Picture[]): number {
  const at = known.findIndex((one) => difference(picture, one) === undefined);
  if (at < 0) throw new Error(`none of ${known.length}: ${difference(picture, known[0])}`);
  return at;
}

/** Looks at the canvas after each update, until it has shown `count` of the known pictures. */
async function assertShowsFilm(program: Program, known: readonly Picture[], count: number) {
  using watcher = await Watcher.open(program);
  const seen = new Set<number>();
  let updates = 0;
  await watcher.readUntil(() => {
    if (watcher.client.updates.length > updates) {
      updates = watcher.client.updates.length;
      seen.add(indexOf(watcher.picture, known));
    }
    return seen.size >= count;
  });
  assert.ok(seen.size >= count, "the stream ended");
}

/** Processes that the program has started, and theirs. */
async function childrenOf(pid: number): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,args="] }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").map((line) => line.trim());
  const childrenOfOne = (parent: string): string[] => {
    const own = lines.filter((line) => line.split(/\s+/)[1] === parent);
    return own.flatMap((line) => [line, ...childrenOfOne(line.split(/\s+/)[0])]);
  };
  return childrenOfOne(String(pid));
}

test("a recording is shown byte for byte, and its player ends with the program", async () => {
  const known = await picturesOf({ width: 800, height: 500 }, `-i ${FIXTURE}`);
  await using program = await start(["--source", `video:${FIXTURE}`]);
  await assertShowsFilm(program, known, 5);
  assert.match((await childrenOf(program.pid)).join("\n"), /ffmpeg/);
  program.kill("SIGTERM");
  const { code, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args="] }).output();
  assert.ok(!new TextDecoder().decode(stdout).includes(`file:${FIXTURE}`), "ffmpeg is still there");
});

const TEST_PICTURE = "-f lavfi -i testsrc=size=321x203:rate=5";
for (
  const [name, output, options] of [
    ["PNG files", "-f image2pipe -c:v png -pix_fmt rgb24 -", ""],
    ["PPM files through a pipeline", "-f image2pipe -c:v ppm -pix_fmt rgb24 - | cat", ""],
    ["raw pixels", "-f rawvideo -pix_fmt bgr24 -", "#format=bgr24&size=321x203"],
  ]
) {
  test(`a command that writes ${name} is shown byte for byte`, async () => {
    const known = await picturesOf({ width: 321, height: 203 }, `${TEST_PICTURE} -t 60`);
    await using program = await start([
      ...["--source", `exec:${QUIET} -re ${TEST_PICTURE} ${output}${options}`],
    ]);
    await assertShowsFilm(program, known, 4);
  });
}

test("a screenshot tool is run as often as stated, and a snapshot is new though nobody watches", async () => {
  const dir = await Deno.makeTempDir();
  try {
    // Counts its runs in the picture.
    const count = `echo >> ${dir}/runs; n=$(wc -l < ${dir}/runs)`;
    const shot = `${count}; printf 'P6 2 1 255 '; printf "\\\\$(printf %o $n)"; printf abcde`;
    await using program = await start(["--source", `exec:${shot}#every=3600`]);
    const runs = async () => (await snapshot(program)).pixels[0] >> 16;
    const first = await runs();
    assert.equal(await runs(), first + 1);
    assert.equal(await runs(), first + 2);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** Writes one picture, all of it of this grey. */
function still(grey: number, width = 40, height = 30): string {
  const pixels = `head -c ${width * height} /dev/zero | tr '\\0' '\\${grey.toString(8)}'`;
  return `printf 'P5 ${width} ${height} 255 '; ${pixels}`;
}

/** Waits until a file is there. */
function until(file: string): string {
  return `while test ! -e ${file}; do sleep 0.02; done`;
}

for (
  const [name, ending, words] of [
    ["dies", "echo 'no more screen' >&2; exit 5", /ended with code 5: no more screen$/],
    ["writes rubbish", "echo 'what is this'; exec sleep 100", /got "what ", wanted P5, P6 or P7/],
  ] as const
) {
  test(`of a child that ${name}, viewers are told; the picture stays, and the next child's is shown`, async () => {
    const dir = await Deno.makeTempDir();
    try {
      const first = `${still(0x20)}; ${until(`${dir}/seen`)}; ${ending}`;
      const second = `${until(`${dir}/told`)}; ${still(0x80, 60, 50)}; exec sleep 100`;
      const command = `if mkdir ${dir}/once 2>&-; then ${first}; else ${second}; fi`;
      await using program = await start(["--source", `exec:${command}`]);
      using watcher = (await Watcher.open(program)).follow();
      await eventually("viewers see the first one", () => {
        assert.equal(watcher.picture.pixels[0], 0x202020);
      });
      await Deno.writeTextFile(`${dir}/seen`, "");
      const told = () => watcher.client.states.at(-1);
      await eventually("viewers are told", () => {
        assert.equal(told()?.state, "lost");
        assert.match(told()!.text, words);
        assert.equal(watcher.picture.pixels[0], 0x202020);
      });
      await Deno.writeTextFile(`${dir}/told`, "");
      await eventually("they see the next one, of another size", () => {
        assert.deepEqual([watcher.picture.width, watcher.picture.height], [60, 50]);
        assert.equal(watcher.picture.pixels[0], 0x808080);
        assert.equal(told()?.state, "live");
      });
      assert.equal(watcher.client.hellos.length, 1, "on the same connection");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}

test("a child that goes on without a picture leaves the server to others", async () => {
  await using program = await start([
    ...["--source", `here=exec:${still(0x40)}; exec sleep 1000`],
    ...["--source", "gone=exec:echo no such phone >&2; exit 1"],
  ]);
  using watcher = (await Watcher.open(program)).follow();
  await eventually("the one that is there is shown", () => {
    assert.equal(watcher.picture.pixels[0], 0x404040);
  });
  const answer = await (await program.request("/api/sources")).json();
  const gone = answer.sources.find(({ id }: { id: string }) => id === "gone");
  assert.match(JSON.stringify(gone), /no such phone/);
});

test("the program does not start without the only source, and says why", async () => {
  const program = run(["--source", "camera:/dev/no-video", "--port", "0"], {
    PATCHCAST_TOKEN: "x",
  });
  const { code, stderr } = await program.ended;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /Cannot open the source: camera \/dev\/no-video ended with code 1: .*No such/,
  );
});
