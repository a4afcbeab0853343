/** Slices, in and out, with the programs that docs/SLICES.md shows on the other side: Python and OpenCV. */
import assert from "node:assert/strict";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { decodePng } from "../../capture/images/png/decode_png.ts";
import { makePng } from "../helpers/make_png.ts";
import { Random } from "../helpers/random.ts";
import { SliceReceiver } from "../helpers/slice_receiver.ts";
import { eventually } from "./support/eventually.ts";
import { opencvSuite, type PythonProgram, runPython } from "./support/opencv.ts";
import {
  assertColourful,
  assertSame,
  difference,
  type Picture,
  pictureOf,
} from "./support/picture.ts";
import { type Program, startProgram } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";

const test = opencvSuite("end to end: slices with OpenCV");
const plainTest = suiteOn("end to end: slices", []);

const IDENTITY = "00112233445566778899aabbccddeeff";

/** The Python programs of the page, as they stand there. */
async function programs(): Promise<{ sender: string; receiver: string }> {
  const page = await Deno.readTextFile(new URL("../../docs/SLICES.md", import.meta.url));
  const [sender, receiver] = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, text]) => text);
  return { sender, receiver };
}

/** A port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** What a PNG file shows; alpha does not count. */
function pictureIn(png: Uint8Array): Picture {
  const { width, height, bgrx } = decodePng(png, IMAGE_LIMITS, "ignore");
  const pixels = new Uint32Array(bgrx.buffer).map((pixel) => pixel & 0xffffff);
  return { width, height, pixels };
}

async function snapshot(program: Program, source: string): Promise<Picture> {
  const response = await program.request(`/snapshot.png?source=${source}`);
  assert.equal(response.status, 200);
  return pictureIn(new Uint8Array(await response.arrayBuffer()));
}

/** The demo stands still from now on. */
async function pause(program: Program): Promise<void> {
  await program.change({ paused: true });
}

class Receiver {
  readonly #python: PythonProgram;

  constructor(python: string, program: string, port: number, dir: string) {
    this.#python = runPython(python, program, [`${port}`], dir);
  }

  /** What it shows. */
  async picture(): Promise<Picture> {
    return pictureIn(await Deno.readFile(`${this.#python.dir}/screen.png`));
  }

  /** Waits until it shows that. */
  async shows(wanted: () => Promise<Picture>): Promise<void> {
    await eventually("the receiver shows the screen", async () => {
      assertSame(await this.picture(), await wanted());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#python.stop();
    // What it has shown is not what the next one shows.
    await Deno.remove(`${this.#python.dir}/screen.png`).catch(() => {});
  }
}

test("a receiver with OpenCV is fed exactly, after it was away and in another size, too", async (python) => {
  const { receiver } = await programs();
  const port = freePort();
  const dir = await Deno.makeTempDir();
  try {
    await using program = await startProgram([
      "--source",
      "demo",
      "--slices-to",
      `127.0.0.1:${port}`,
    ]);
    const wanted = () => snapshot(program, "demo");
    {
      await using first = new Receiver(python, receiver, port, dir);
      await eventually("the receiver has a picture", () => first.picture());
      // It lives through changes, of which it then has the last.
      const { seq } = await program.stats();
      await eventually("the demo has moved", async () => {
        assert.ok((await program.stats()).seq > seq + 30);
      });
      await pause(program);
      await first.shows(wanted);
      assertColourful(await first.picture(), 100);
      await program.change({ scale: 0.5, paused: false });
      await eventually("the size is another one", async () => {
        assert.equal((await first.picture()).width, 640);
      });
      await pause(program);
      await first.shows(wanted);
    }
    await program.change({ paused: false });
    await using second = new Receiver(python, receiver, port, dir);
    await eventually("the next receiver has a picture", () => second.picture());
    await pause(program);
    await second.shows(wanted);
    assert.equal((await program.stats()).viewers.count, 0, "it is no viewer");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

/** A picture of noise as PNG, in one of the kinds that OpenCV tells apart. */
function noise(
  seed: number,
  colour: 0 | 2 | 6,
  width = 150,
  height = 100,
): Uint8Array<ArrayBuffer> {
  const channels = { 0: 1, 2: 3, 6: 4 }[colour];
  const random = new Random(seed);
  const samples = Array.from({ length: width * height * channels }, () => random.int(0, 255));
  // The upper half is the same in all of them.
  const fixed = new Random(1);
  for (let i = 0; i < samples.length / 2; i++) samples[i] = fixed.int(0, 255);
  return makePng({ width, height, colour, depth: 8, samples });
}

test("a sender with OpenCV is shown exactly: BGR, BGRA, grey, another size; it goes and comes back", async (python) => {
  const { sender } = await programs();
  const port = freePort();
  const dir = await Deno.makeTempDir();
  const path = `${dir}/picture.png`;
  /** In one step, so that the sender never sees half of it. */
  async function put(png: Uint8Array<ArrayBuffer>): Promise<Picture> {
    await Deno.writeFile(`${dir}/next.png`, png);
    await Deno.rename(`${dir}/next.png`, path);
    return pictureIn(png);
  }
  try {
    await using program = await startProgram(["--source", `slices:127.0.0.1:${port}`]);
    const state = async () => (await program.stats()).state;
    const shows = (picture: Picture) =>
      eventually("the server shows the sender's picture", async () => {
        assertSame(await snapshot(program, "slices"), picture);
        assert.equal(await state(), "live");
      });
    const { width, height, pixels } = await snapshot(program, "slices");
    assert.deepEqual([width, height, pixels.some((pixel) => pixel !== 0)], [640, 480, false]);
    assert.equal(await state(), "lost");
    const first = await put(noise(2, 2));
    {
      await using _sender = runPython(python, sender, [`${port}`, path], dir);
      await shows(first);
      await shows(await put(noise(3, 2)));
      // Alpha is noise as well, and does not count.
      await shows(await put(noise(4, 6)));
      await shows(await put(noise(5, 6)));
      await shows(await put(noise(6, 0, 70, 130)));
      await shows(await put(noise(7, 0, 70, 130)));
    }
    await eventually("the sender is missed", async () => assert.equal(await state(), "lost"));
    assertSame(await snapshot(program, "slices"), pictureIn(noise(7, 0, 70, 130)));
    await using _again = runPython(python, sender, [`${port}`, path], dir);
    await shows(await put(noise(8, 2)));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

plainTest("one server feeds another, with an identity, exactly", async () => {
  const port = freePort();
  await using shown = await startProgram([
    "--source",
    `slices:127.0.0.1:${port}#identity=${IDENTITY}`,
  ]);
  await using demo = await startProgram([
    "--source",
    "demo",
    "--slices-to",
    `127.0.0.1:${port}#identity=${IDENTITY}&format=bgr`,
  ]);
  await eventually("pictures come", async () => assert.equal((await shown.stats()).state, "live"));
  const first = await snapshot(shown, "slices");
  await eventually("the demo moves there, too", async () => {
    assert.notEqual(difference(await snapshot(shown, "slices"), first), undefined);
  });
  await pause(demo);
  await eventually("both show the same", async () => {
    assertSame(await snapshot(shown, "slices"), await snapshot(demo, "demo"));
  });
});

plainTest("GET /stream/slices gives the picture exactly, and counts as a viewer", async () => {
  await using program = await startProgram(["--source", "demo"]);
  const response = await program.request("/stream/slices");
  const receiver = new SliceReceiver();
  const reader = response.body!.getReader();
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      receiver.receive(value);
    }
  })();
  await eventually("packets come", () => assert.ok(receiver.packets.length > 10));
  const [viewer] = await program.viewers();
  assert.deepEqual([viewer.transport, viewer.source], ["slices", "demo"]);
  await pause(program);
  await eventually("it shows the screen", async () => {
    const { width, height, rgba } = receiver.canvas!;
    assertSame(pictureOf(width, height, rgba), await snapshot(program, "demo"));
  });
  await program.request(`/api/viewers/${viewer.id}`, { method: "DELETE" });
  await reading;
  assert.deepEqual(await program.viewers(), []);
});

plainTest(
  "what a stranger sends to a slices source ends its connection, and nothing else",
  async () => {
    const port = freePort();
    await using program = await startProgram(["--source", `slices:127.0.0.1:${port}`]);
    const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: here\r\n\r\n");
    const noise = new Random(1).bytes(500);
    for (const junk of [request, noise]) {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(junk);
      assert.equal(await connection.read(new Uint8Array(1)).catch(() => null), null);
    }
    assert.equal((await program.stats()).state, "lost");
    program.kill("SIGTERM");
    const { code, stderr } = await program.ended;
    assert.equal(code, 0);
    const refusal =
      /slices 127\.0\.0\.1:\d+\): 127\.0\.0\.1:\d+ sends no slices any more: Cannot read slices: /g;
    assert.equal(stderr.match(refusal)?.length, 2, stderr);
  },
);
