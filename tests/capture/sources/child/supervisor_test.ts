import assert from "node:assert/strict";
import { BadImage } from "../../../../capture/images/bad_image.ts";
import { FileDecoder } from "../../../../capture/sources/child/file_decoder.ts";
import { Supervisor } from "../../../../capture/sources/child/supervisor.ts";
import type { FrameFormat, PushedFrame } from "../../../../capture/worker_protocol.ts";
import { makePng } from "../../../helpers/make_png.ts";
import { ascii, PlayedChild, settled, TestClock } from "./support.ts";

const RAW: FrameFormat = { kind: "raw", pixels: "grey", width: 1, height: 1 };

/** A supervisor of children that the test plays. */
function setUp(format = RAW, everyMs = 1000, Decoder = FileDecoder) {
  const clock = new TestClock();
  const children: PlayedChild[] = [];
  const shown: number[] = [];
  const said: (string | undefined)[] = [];
  let refusal: string | undefined;
  const supervisor = new Supervisor({
    command: { program: "played", args: [], format, everyMs },
    clock,
    decoder: new Decoder(clock),
    startChild: () => {
      if (refusal !== undefined) throw new Error(refusal);
      children.push(new PlayedChild());
      return children[children.length - 1];
    },
    show: ({ bgrx }) => shown.push(bgrx[0]),
    say: (reason) => {
      if (said.at(-1) !== reason || said.length === 0) said.push(reason);
    },
  });
  return {
    clock,
    children,
    shown,
    said,
    supervisor,
    refuse: (reason: string | undefined) => refusal = reason,
    last: () => children[children.length - 1],
    /** Has the last child write pictures, each of one grey. */
    async write(...greys: number[]) {
      for (const grey of greys) {
        children[children.length - 1].write(Uint8Array.of(grey));
        await clock.pass(1);
      }
    },
  };
}

Deno.test("Supervisor shows what the child writes", async () => {
  const { clock, supervisor, shown, said, last, write } = setUp();
  supervisor.start();
  supervisor.start();
  await settled();
  await write(1, 2, 3);
  assert.deepEqual([shown, said], [[1, 2, 3], [undefined]]);
  supervisor.stop();
  await supervisor.over;
  assert.deepEqual([last().stopped, clock.pending], [true, 0]);
});

Deno.test("Supervisor runs a command that ends with its picture again, counted from its beginning", async () => {
  const { clock, supervisor, children, shown, said, last, write } = setUp();
  supervisor.start();
  await settled();
  await clock.pass(300);
  await write(1);
  last().end(0);
  await clock.pass(600);
  assert.equal(children.length, 1);
  await clock.pass(100);
  assert.equal(children.length, 2, "1000 ms after the first began");
  await write(2);
  last().end(0);
  // One that takes longer than the pause is run again at once.
  await clock.pass(1000);
  assert.equal(children.length, 3);
  await clock.pass(5000);
  await write(3);
  last().end(0);
  await clock.pass(1);
  assert.deepEqual([children.length, shown, said], [4, [1, 2, 3], [undefined]]);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor says how a child failed, and starts another one with growing pauses", async () => {
  const { clock, supervisor, children, said, last, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  for (const pause of [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    const count = children.length;
    last().end(1, "no\nsuch device\n");
    await clock.pass(pause - 1);
    assert.equal(children.length, count, `not before ${pause} ms`);
    await clock.pass(1);
    assert.equal(children.length, count + 1, `after ${pause} ms`);
  }
  assert.deepEqual(said, [undefined, "ended with code 1: such device"]);
  await write(2);
  assert.equal(said.at(-1), undefined);
  // It ran well for a while: its end is the first failure again.
  await clock.pass(9000);
  await write(3);
  await clock.pass(1000);
  last().end(3);
  await clock.pass(250);
  assert.equal(children.length, 10);
  assert.equal(said.at(-1), "ended with code 3");
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor knows good ends from bad ones", async () => {
  const cases: [FrameFormat, Uint8Array, string][] = [
    [RAW, ascii(""), "ended without a picture"],
    [{ ...RAW, width: 2 }, ascii("abc"), "ended within a picture"],
    [{ kind: "png" }, ascii("PNG, honestly"), "wrote what cannot be shown: got "],
    [
      { kind: "raw", pixels: "bgrx", width: 9999, height: 9999 },
      ascii(""),
      "got a picture of 9999",
    ],
  ];
  for (const [format, bytes, words] of cases) {
    const { clock, supervisor, said, children } = setUp(format);
    supervisor.start();
    await settled();
    if (bytes.length > 0) children[0].write(bytes);
    children[0]?.end(0);
    await clock.pass(2);
    assert.ok(said.at(-1)?.startsWith(words), `${said.at(-1)}`);
    supervisor.stop();
    await supervisor.over;
  }
});

Deno.test("Supervisor ends a child that writes rubbish", async () => {
  const { clock, supervisor, children, said } = setUp({ kind: "sniff" });
  supervisor.start();
  await settled();
  children[0].write(ascii("hello, world"));
  await clock.pass(2);
  assert.equal(children[0].stopped, true);
  assert.match(said[0] ?? "", /got "hello, world", wanted PNG, JPEG, Y4M or PNM/);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor goes on trying where a child cannot be started", async () => {
  const { clock, supervisor, children, said, shown, refuse, write } = setUp();
  refuse("cannot be started: played is not installed");
  supervisor.start();
  await clock.pass(600);
  assert.deepEqual(said, ["cannot be started: played is not installed"]);
  refuse(undefined);
  await clock.pass(1200);
  assert.equal(children.length, 1);
  await write(5);
  assert.deepEqual([shown, said.at(-1)], [[5], undefined]);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor says that a child has stalled, then starts another one", async () => {
  const { clock, supervisor, children, said, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  await clock.pass(10_000);
  assert.deepEqual(said, [undefined, "has written no picture for 10 s"]);
  for (let i = 0; i < 12; i++) await write(2);
  assert.equal(said.at(-1), undefined);
  await clock.pass(29_998);
  assert.equal(children[0].stopped, false);
  await clock.pass(2);
  assert.equal(children[0].stopped, true);
  assert.equal(said.at(-1), "wrote no picture for 30 s");
  await clock.pass(250);
  assert.equal(children.length, 2);
  supervisor.stop();
  await supervisor.over;
});

/** For whom files without pixels are damaged. */
class PickyDecoder extends FileDecoder {
  override decode({ bytes }: { bytes: Uint8Array }): Promise<PushedFrame> {
    return bytes.length === EMPTY_PNG.length
      ? Promise.reject(new BadImage("The PNG file has no data"))
      : Promise.resolve({ width: 1, height: 1, bgrx: Uint8Array.of(9, 9, 9, 9) });
  }
}

/** A PNG with nothing but its end. */
const EMPTY_PNG = Uint8Array.of(
  ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  ...[0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82],
);

Deno.test("Supervisor skips damaged pictures, and gives up on a child that writes nothing else", async () => {
  const { clock, supervisor, children, said, shown } = setUp({ kind: "png" }, 1000, PickyDecoder);
  supervisor.start();
  await settled();
  const write = async (bytes: Uint8Array, times: number) => {
    for (let i = 0; i < times; i++) {
      children[0].write(bytes);
      await clock.pass(1);
    }
  };
  await write(EMPTY_PNG, 9);
  assert.equal(said.at(-1), "wrote a damaged picture: The PNG file has no data");
  const good = makePng({ width: 1, height: 1, colour: 0, depth: 8, samples: [9] });
  await write(good, 1);
  assert.deepEqual([shown, said.at(-1)], [[9], undefined]);
  await write(EMPTY_PNG, 9);
  assert.equal(children[0].stopped, false);
  await write(EMPTY_PNG, 1);
  assert.equal(children[0].stopped, true);
  assert.match(said.at(-1) ?? "", /^wrote 10 damaged pictures in a row: The PNG file/);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor reads nothing while nobody watches, and ends the child after 10 s", async () => {
  const { clock, supervisor, children, shown, said, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  supervisor.rest(true);
  const [child] = children;
  // What was asked for before may still come.
  await write(2);
  const { reads } = child;
  await write(3, 4, 5);
  assert.deepEqual([child.reads, child.isRead, shown], [reads, false, [1, 2]]);
  supervisor.rest(false);
  await clock.pass(5);
  assert.deepEqual(shown.at(-1), 5, "it goes on where it was");
  supervisor.rest(true);
  await clock.pass(9999);
  assert.equal(child.stopped, false);
  await clock.pass(1);
  assert.equal(child.stopped, true);
  await clock.pass(60_000);
  assert.equal(children.length, 1);
  supervisor.rest(false);
  await clock.pass(1);
  assert.equal(children.length, 2);
  await write(6);
  assert.deepEqual([shown.at(-1), said], [6, [undefined]], "nobody was told of anything");
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor.fresh() waits for a picture that was read after it was asked", async () => {
  const { clock, supervisor, last, write } = setUp({ ...RAW, width: 2 } as FrameFormat);
  supervisor.start();
  await settled();
  last().write(ascii("aab"));
  await clock.pass(5);
  let over = false;
  supervisor.fresh().then(() => over = true);
  await clock.pass(5);
  last().write(ascii("b"));
  await clock.pass(5);
  assert.equal(over, false, "its first half was there before");
  await write(1, 1);
  await clock.pass(2);
  assert.equal(over, true);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor.fresh() does not count what waited in the pipe of a child at rest", async () => {
  const { clock, supervisor, children, shown, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  supervisor.rest(true);
  await write(2);
  let over = false;
  const fresh = supervisor.fresh().then(() => over = true);
  await write(3, 4);
  assert.deepEqual([over, shown], [false, [1, 2, 3, 4]]);
  await clock.pass(100);
  await write(5);
  await clock.pass(2);
  await fresh;
  assert.equal(over, true);
  await write(6, 7);
  assert.equal(children[0].isRead, false, "it rests again");
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor.fresh() does not count what waited, when the rest is over already", async () => {
  const { clock, supervisor, shown, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  supervisor.rest(true);
  await write(2, 3);
  const over: string[] = [];
  supervisor.rest(false);
  supervisor.fresh().then(() => over.push("first"));
  await clock.pass(50);
  // Whoever asks later sees no more of what has waited.
  supervisor.fresh().then(() => over.push("second"));
  await write(4);
  assert.deepEqual([over, shown], [[], [1, 2, 3, 4]]);
  await clock.pass(50);
  await write(5);
  await clock.pass(2);
  assert.deepEqual(over, ["first", "second"]);
  // It has not rested since.
  supervisor.fresh().then(() => over.push("third"));
  await write(6);
  await clock.pass(2);
  assert.equal(over.at(-1), "third");
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor.fresh() takes the first picture of a child that begins anew", async () => {
  const { clock, supervisor, children, last, write } = setUp(RAW, 60_000);
  supervisor.start();
  await settled();
  await write(1);
  last().end(0);
  await clock.pass(60_000);
  supervisor.rest(true);
  await write(2, 3);
  last().end(0);
  let over = false;
  supervisor.rest(false);
  supervisor.fresh().then(() => over = true);
  await clock.pass(5);
  assert.deepEqual([over, children.length], [false, 3], "what has waited was written before");
  await write(4);
  await clock.pass(2);
  assert.equal(over, true);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor.fresh() runs a command that ends with its picture, also at rest", async () => {
  const { clock, supervisor, children, shown, last, write } = setUp(RAW, 60_000);
  supervisor.start();
  await settled();
  await write(1);
  last().end(0);
  await clock.pass(5);
  supervisor.rest(true);
  await clock.pass(120_000);
  assert.equal(children.length, 1, "nobody wants to see it");
  const fresh = supervisor.fresh();
  await clock.pass(2);
  assert.equal(children.length, 2);
  await write(2);
  last().end(0);
  await clock.pass(2);
  await fresh;
  assert.deepEqual(shown, [1, 2]);
  await clock.pass(120_000);
  assert.equal(children.length, 2);
  supervisor.rest(false);
  await clock.pass(2);
  assert.equal(children.length, 3);
  supervisor.stop();
  await supervisor.over;
});

Deno.test("Supervisor.fresh() gives up after 3 s, and when the source is closed", async () => {
  const { clock, supervisor, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  let over = 0;
  supervisor.fresh().then(() => over++);
  await clock.pass(2999);
  assert.equal(over, 0);
  await clock.pass(1);
  assert.equal(over, 1);
  supervisor.fresh().then(() => over++);
  supervisor.stop();
  await settled();
  assert.equal(over, 2);
  supervisor.fresh().then(() => over++);
  await settled();
  assert.equal(over, 3, "there is nobody to wait for");
  await supervisor.over;
});

Deno.test("Supervisor begins anew when it is started after a stop", async () => {
  const { clock, supervisor, children, shown, write } = setUp();
  supervisor.start();
  await settled();
  await write(1);
  supervisor.stop();
  supervisor.start();
  await clock.pass(3);
  assert.deepEqual([children.length, children[0].stopped], [2, true]);
  await write(2);
  assert.deepEqual(shown, [1, 2]);
  supervisor.stop();
  await supervisor.over;
  assert.equal(clock.pending, 0);
});
