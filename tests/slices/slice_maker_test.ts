import assert from "node:assert/strict";
import { SliceMaker } from "../../slices/slice_maker.ts";
import { ViewerCursor } from "../../capture/viewer_cursor.ts";
import { setImmediate } from "node:timers/promises";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { copyFrame, type Frame, paint, randomFrame } from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";
import { SliceReceiver } from "../helpers/slice_receiver.ts";

/** A maker that reads the stream of a loop. */
class Rig {
  readonly rig: CaptureRig;
  readonly maker: SliceMaker;
  readonly #cursor: ViewerCursor;
  #next: Promise<Uint8Array[] | undefined> | undefined;

  private constructor(rig: CaptureRig, version: number) {
    this.rig = rig;
    this.maker = new SliceMaker(version);
    this.#cursor = new ViewerCursor({
      form: "messages",
      ring: rig.ring,
      capture: rig,
      hello: () => rig.hello("slices"),
      resume: undefined,
      now: rig.clock.wall,
      steady: rig.clock.steady,
    });
    rig.loop.setViewers(1);
  }

  static async start(frame: Frame, version = 0): Promise<Rig> {
    return new Rig(await CaptureRig.start(frame), version);
  }

  /** Lets the screen show `frame`, and the maker read all that there is; returns the last version it told. */
  async show(frame: Frame | undefined): Promise<number | undefined> {
    if (frame) this.rig.screen.show(frame);
    let version: number | undefined;
    for (let idle = 0; idle < 5;) {
      await this.rig.tick();
      this.#next ??= this.#cursor.next();
      const parts = await Promise.race([this.#next, setImmediate("nothing" as const)]);
      if (parts === "nothing") {
        idle++;
        continue;
      }
      this.#next = undefined;
      version = this.maker.push(parts ?? []);
    }
    return version;
  }

  /** What brings `receiver` from a version to the newest. */
  send(receiver: SliceReceiver, since: number, format: "bgra" | "bgr" = "bgra"): number {
    const packet = this.maker.packet(since, format) ?? assert.fail("there is no picture");
    assert.equal(receiver.receive(packet.bytes), 1);
    return packet.version;
  }
}

function screenful(seed = 1, width = 200, height = 130): Frame {
  return randomFrame(new Random(seed), { width, height }, "mixed");
}

Deno.test("SliceMaker makes a whole picture, then what changes, exactly", async () => {
  const maker = await Rig.start(screenful());
  assert.equal(maker.maker.packet(0, "bgra"), undefined);
  await maker.show(undefined);
  const receiver = new SliceReceiver();
  let version = maker.send(receiver, 0);
  receiver.assertShows(maker.rig.screen.frame);
  const random = new Random(5);
  for (let step = 0; step < 20; step++) {
    const frame = copyFrame(maker.rig.screen.frame);
    for (let spots = random.int(1, 3); spots > 0; spots--) {
      const [x, y] = [random.int(0, 180), random.int(0, 110)];
      paint(random, frame, { x, y, w: random.int(1, 20), h: random.int(1, 20) }, "noise");
    }
    await maker.show(frame);
    // One that does not always come: it gets what it missed.
    if (step % 3 === 1) continue;
    version = maker.send(receiver, version);
    receiver.assertShows(frame);
  }
  assert.deepEqual(receiver.packets.filter(({ kind }) => kind === "whole").length, 1);
  maker.rig.close();
});

Deno.test("SliceMaker sends little where little has changed", async () => {
  const maker = await Rig.start(screenful());
  await maker.show(undefined);
  const receiver = new SliceReceiver();
  const version = maker.send(receiver, 0);
  const frame = copyFrame(maker.rig.screen.frame);
  paint(new Random(9), frame, { x: 70, y: 70, w: 5, h: 4 }, "noise");
  await maker.show(frame);
  maker.send(receiver, version);
  const packet = receiver.packets[1];
  assert.ok(packet.kind === "slices");
  const pixels = packet.slices.reduce((sum, { w, h }) => sum + w * h, 0);
  assert.ok(pixels >= 20 && pixels < 200, `${pixels} pixels for 20`);
  maker.rig.close();
});

Deno.test("SliceMaker says with one pixel that nothing has changed", async () => {
  const maker = await Rig.start(screenful());
  await maker.show(undefined);
  const receiver = new SliceReceiver();
  const version = maker.send(receiver, 0);
  assert.equal(maker.send(receiver, version), version);
  const packet = receiver.packets[1];
  assert.deepEqual(packet.kind === "slices" && packet.slices.map(({ w, h }) => [w, h]), [[1, 1]]);
  receiver.assertShows(maker.rig.screen.frame);
  maker.rig.close();
});

Deno.test("SliceMaker makes three channels where three are wanted", async () => {
  const maker = await Rig.start(screenful());
  await maker.show(undefined);
  const receiver = new SliceReceiver();
  maker.send(receiver, 0, "bgr");
  receiver.assertShows(maker.rig.screen.frame);
  const [packet] = receiver.packets;
  // The colour type in IHDR.
  assert.equal(packet.kind === "whole" && packet.png[25], 2);
  maker.rig.close();
});

Deno.test("SliceMaker makes a whole picture of a new size, for everybody", async () => {
  const maker = await Rig.start(screenful());
  await maker.show(undefined);
  const receiver = new SliceReceiver();
  const version = maker.send(receiver, 0);
  await maker.show(screenful(2, 90, 210));
  maker.send(receiver, version);
  assert.deepEqual(receiver.packets.map(({ kind }) => kind), ["whole", "whole"]);
  receiver.assertShows(maker.rig.screen.frame);
  maker.rig.close();
});

Deno.test("SliceMaker counts on from the version that it is told, which is of no use any more", async () => {
  const maker = await Rig.start(screenful(), 41);
  assert.equal(await maker.show(undefined), 42);
  const receiver = new SliceReceiver();
  assert.equal(maker.send(receiver, 41), 42);
  assert.equal(receiver.packets[0].kind, "whole");
  maker.rig.close();
});

Deno.test("SliceMaker refuses bytes that are no stream", () => {
  const maker = new SliceMaker(0);
  assert.throws(() => maker.push([Uint8Array.of(3, 1, 0)]), /a hello comes first/);
});
