/** Several captured sources in one program, each with its own settings; one that goes takes no other along. */
import assert from "node:assert/strict";
import { type Desktop, startDesktop } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, assertSame, type Picture } from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot, Watcher } from "./support/watcher.ts";

const test = suiteOn("end to end: several captured sources", ["x11"]);

interface Listed {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly default: boolean;
  readonly state: string;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

async function sources(program: Program): Promise<readonly Listed[]> {
  return (await (await program.request("/api/sources")).json()).sources;
}

const channelsOf = (pixel: number) => [pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255];

/** The mean of the 2×2 pixels of a picture that the pixel x, y of one half as large stands for, by channel. */
function meanAt({ width, pixels }: Picture, x: number, y: number): number[] {
  const at = y * 2 * width + x * 2;
  const four = [at, at + 1, at + width, at + width + 1].map((i) => channelsOf(pixels[i]));
  return [0, 1, 2].map((channel) => four.reduce((sum, one) => sum + one[channel], 0) / 4);
}

test("several sources have their own ids, sizes, settings and streams", async () => {
  await using desktop = await startDesktop();
  await using program = await startProgram([
    ...["--source", `x11:${desktop.display}`],
    ...["--source", `small=x11:${desktop.display}#scale=0.5&fps=7&mask=0,0,100,60`],
    ...["--source", `x11:${desktop.display}#region=10,20,300,200`],
  ]);
  desktop.freeze();
  const listed = await sources(program);
  assert.deepEqual(listed.map(({ id, kind, fps }) => [id, kind, fps]), [
    ["screen", "captured", 60],
    ["small", "captured", 7],
    ["screen-2", "captured", 60],
  ]);
  assert.equal(new Set(listed.map(({ label }) => label)).size, 3, "people can tell them apart");
  assert.deepEqual(listed.map((one) => one.default), [true, false, false]);

  const whole = await desktop.picture();
  using watchers = new DisposableStack();
  const watch = async (source: string) =>
    watchers.use(await Watcher.open(program, {}, `/stream?source=${source}`)).follow();
  const [screen, small, part] = [
    await watch("screen"),
    await watch("small"),
    await watch("screen-2"),
  ];
  await eventually("each stream shows its part", async () => {
    assertColourful(whole, 12);
    assertSame(screen.picture, whole);
    assert.deepEqual([part.picture.width, part.picture.height], [300, 200]);
    for (const [source, { picture }] of Object.entries({ small, "screen-2": part })) {
      assertSame(picture, await snapshot(program, source));
    }
    for (let y = 0; y < 200; y++) {
      const at = (y + 20) * whole.width + 10;
      const row = part.picture.pixels.subarray(y * 300, (y + 1) * 300);
      assert.deepEqual(row, whole.pixels.subarray(at, at + 300), `row ${y}`);
    }
    const { width, height, pixels } = small.picture;
    assert.deepEqual([width * 2, height * 2], [whole.width, whole.height]);
    pixels.forEach((pixel, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const wanted = x < 50 && y < 30 ? [0, 0, 0] : meanAt(whole, x, y);
      const off = channelsOf(pixel).map((value, channel) => Math.abs(value - wanted[channel]));
      assert.ok(Math.max(...off) <= 1, `pixel ${x},${y} is off by ${off}`);
    });
  });

  // What is set for one is set for no other.
  const change = { method: "PATCH", headers: { "content-type": "application/json" } };
  const body = JSON.stringify({ fps: 3, region: { x: 0, y: 0, w: 50, h: 40 } });
  assert.equal(
    (await program.request("/api/config?source=small", { ...change, body })).status,
    200,
  );
  await eventually("the small one is smaller", () => {
    assert.deepEqual([small.picture.width, small.picture.height], [25, 20]);
  });
  assert.deepEqual((await sources(program)).map(({ fps }) => fps), [60, 3, 60]);
  assertSame(screen.picture, whole);
});

test("a source that is not there yet, comes and goes, while the others go on", async () => {
  const first = await startDesktop();
  const { number } = first;
  await first.kill();
  await using program = await startProgram([
    ...["--source", "demo", "--source", `late=x11::${number}`],
  ]);
  const late = async () => (await sources(program)).find(({ id }) => id === "late")!;
  const health = async () => await (await fetch(new URL("/healthz", program.url))).json();
  assert.equal((await late()).state, "lost");
  assert.deepEqual((await health()).detail, "The source is away (1 of 2 sources)");
  using demo = (await Watcher.open(program)).follow();
  using watcher = (await Watcher.open(program, {}, "/stream?source=late")).follow();
  await eventually("the viewer of the lost one is told", () => {
    assert.equal(watcher.client.states.at(-1)?.state, "lost");
  });
  {
    await using desktop: Desktop = await startDesktop(number);
    desktop.freeze();
    await eventually("it is there, exactly", async () => {
      assertSame(watcher.picture, await desktop.picture());
      assert.equal((await late()).state, "live");
      assert.equal((await health()).ok, true);
    });
  }
  await eventually("it is lost again", async () => assert.equal((await late()).state, "lost"));
  const { length } = demo.client.updates;
  await eventually("the demo goes on", () => {
    assert.ok(demo.client.updates.length > length + 5);
    assert.equal(demo.client.states.at(-1)?.state, "live");
  });
});

test("sources that cannot be are refused at the start, with the reason", async () => {
  const cases: [string[], RegExp][] = [
    [
      ["--source", "demo", "--source", "demo#scale=3"],
      /--source \(scale\): got 3, wanted 0.1 to 1/,
    ],
    [["--source", "demo", "--source", "x11", "--mask", "0,0,1,1"], /--mask: got it with 2 sources/],
    [["--source", "exec:"], /--source \(command\): got "", wanted a command/],
  ];
  for (const [args, words] of cases) {
    await assert.rejects(startProgram(args), (error: Error) => words.test(String(error)));
  }
});
