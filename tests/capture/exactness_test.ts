/**
 * The promise that everything else serves: what a viewer applied is what the screen shows, byte for byte, after
 * every update, whatever the screen does and however the viewer came to it.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { CaptureRig, type RigViewer } from "../helpers/capture_rig.ts";
import { type Chunking, Client } from "../helpers/client.ts";
import {
  type Change,
  changed,
  CHANGES,
  type Content,
  CONTENTS,
  randomFrame,
} from "../helpers/frames.ts";
import { Random } from "../helpers/random.ts";

const SEED = 20_260_101;

type Action =
  | {
    readonly do: "change";
    readonly change: Change;
    readonly seed: number;
    readonly told: boolean;
  }
  | {
    readonly do: "resize";
    readonly width: number;
    readonly height: number;
    readonly seed: number;
  }
  | { readonly do: "join"; readonly chunking: Chunking }
  | { readonly do: "drop" | "resume" | "stall" | "go on"; readonly who: number }
  | { readonly do: "keyframe" | "idle" | "move pointer" };

/** Where tiles begin and end, nothing to spare, and odd ones. */
const side = fc.oneof(
  fc.constantFrom(1, 2, 3, 63, 64, 65, 127, 128, 129),
  fc.integer({ min: 1, max: 330 }),
);
const who = fc.nat(2);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      // Small ones more often: with many changed tiles a catch-up is a keyframe.
      change: fc.constantFrom(...CHANGES, "spot" as const, "spot" as const, "spot" as const),
      seed: fc.nat(1e6),
      told: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("resize" as const),
      width: side,
      height: side,
      seed: fc.nat(1e6),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      chunking: fc.constantFrom("whole" as const, "random" as const, "random" as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("drop" as const, "resume" as const, "stall" as const, "go on" as const),
      who,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("keyframe" as const, "idle" as const, "move pointer" as const),
    }),
  },
);

/** A client that may be connected or not, and its connection. */
interface Watcher {
  readonly client: Client;
  viewer: RigViewer | undefined;
}

/** Plays the actions, and compares after each. */
class Play {
  readonly #rig: CaptureRig;
  readonly #watchers: Watcher[] = [];
  #actions = 0;

  constructor(rig: CaptureRig) {
    this.#rig = rig;
  }

  async do(action: Action): Promise<void> {
    const rig = this.#rig;
    this.#actions++;
    switch (action.do) {
      case "change": {
        const next = changed(new Random(action.seed), rig.screen.frame, action.change);
        rig.screen.show(next.frame, action.told ? next.damage : "unknown");
        break;
      }
      case "resize": {
        const random = new Random(action.seed);
        rig.screen.show(randomFrame(random, action, random.pick(CONTENTS)));
        break;
      }
      case "join":
        if (this.#watchers.length < 3) this.#join(action.chunking);
        break;
      case "keyframe":
        await rig.answer(rig.loop.keyframe());
        break;
      case "idle":
        await rig.run(2500);
        break;
      case "move pointer":
        rig.screen.moveCursor({ visible: true, x: this.#actions, y: -this.#actions });
        break;
      default:
        this.#doWith(this.#watchers[action.who], action.do);
    }
    await rig.tick();
    // A viewer that is let in between two ticks waits for the end of an epoch, 250 ms at most.
    await rig.run(250);
    await this.compare();
  }

  /** Every viewer that reads has the screen on its canvas. */
  async compare(): Promise<void> {
    for (const { client, viewer } of this.#watchers) {
      if (viewer && !viewer.stalled) this.#rig.assertShows(client);
    }
    const picture = await this.#rig.answer(this.#rig.loop.picture());
    assert.equal(picture.width * picture.height * 4, picture.rgba.length);
  }

  /** Everybody comes back and reads. */
  async finish(): Promise<void> {
    for (const watcher of this.#watchers) {
      this.#doWith(watcher, "go on");
      this.#doWith(watcher, "resume");
    }
    await this.#rig.run(1000);
    await this.compare();
    for (const { viewer } of this.#watchers) {
      viewer!.cursor.end("shutdown", "the end");
      await this.#rig.run();
      assert.deepEqual(viewer!.client.byes.at(-1), { code: 0, text: "the end" });
      assert.ok(viewer!.ended);
    }
  }

  #join(chunking: Chunking): void {
    const client = new Client(chunking, this.#actions);
    this.#watchers.push({ client, viewer: this.#rig.watch(client) });
  }

  #doWith(watcher: Watcher | undefined, what: "drop" | "resume" | "stall" | "go on"): void {
    if (!watcher) return;
    const { client, viewer } = watcher;
    if (what === "drop" && viewer) {
      this.#rig.leave(viewer);
      watcher.viewer = undefined;
    } else if (what === "resume" && !viewer) {
      watcher.viewer = this.#rig.watch(client, true);
    } else if (viewer && (what === "stall" || what === "go on")) {
      viewer.stalled = what === "stall";
    }
  }
}

async function play(
  size: { width: number; height: number },
  content: Content,
  actions: readonly Action[],
  ring: { maxBytes: number; maxMs: number },
): Promise<void> {
  const rig = await CaptureRig.start(randomFrame(new Random(1), size, content), { ring });
  try {
    const game = new Play(rig);
    await game.do({ do: "join", chunking: "whole" });
    await game.do({ do: "join", chunking: "random" });
    for (const action of actions) await game.do(action);
    await game.finish();
  } finally {
    rig.close();
  }
}

Deno.test("every viewer's canvas equals the screen after every update, whatever happens", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ width: side, height: side }),
      fc.constantFrom(...CONTENTS),
      fc.array(action, { minLength: 10, maxLength: 40 }),
      // A ring that holds everything, one that loses most, and one that keeps the newest chunk only.
      fc.constantFrom(
        { maxBytes: 1e8, maxMs: 1e6 },
        { maxBytes: 20_000, maxMs: 2000 },
        { maxBytes: 1, maxMs: 1 },
      ),
      play,
    ),
    { seed: SEED, numRuns: 120 },
  );
});

Deno.test("the canvas equals the screen when messages arrive one byte at a time", async () => {
  const sizes = [[1, 1], [1, 40], [40, 1], [65, 33], [63, 64]] as const;
  for (const [width, height] of sizes) {
    const random = new Random(width * 1000 + height);
    const rig = await CaptureRig.start(randomFrame(random, { width, height }, "mixed"));
    const client = new Client("bytes");
    rig.watch(client);
    await rig.tick();
    rig.assertShows(client);
    for (const change of CHANGES) {
      const next = changed(random, rig.screen.frame, change);
      rig.screen.show(next.frame, next.damage);
      await rig.tick();
      rig.assertShows(client);
    }
    rig.close();
  }
});

Deno.test("a 4096×2160 screen: keyframe, small change, scroll, catch-up", async () => {
  const random = new Random(4096);
  const rig = await CaptureRig.start(randomFrame(random, { width: 4096, height: 2160 }, "mixed"));
  const live = rig.watch();
  const slow = rig.watch();
  await rig.tick();
  rig.assertShows(live.client);
  rig.assertShows(slow.client);
  slow.stalled = true;
  for (const change of ["pixel", "two rects", "scroll"] as const) {
    const next = changed(random, rig.screen.frame, change);
    rig.screen.show(next.frame, next.damage);
    await rig.run(600);
    rig.assertShows(live.client);
  }
  const before = slow.cursor.catchUps;
  slow.stalled = false;
  await rig.run(600);
  rig.assertShows(slow.client);
  assert.equal(slow.cursor.catchUps, before + 1);
  rig.close();
});

Deno.test("a random threshold: viewers equal the reference, and the screen after quiet", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ width: side, height: side }),
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 50, max: 1000 }),
      fc.array(fc.tuple(fc.constantFrom(...CHANGES), fc.nat(1e6), fc.boolean()), {
        minLength: 1,
        maxLength: 12,
      }),
      async (size, threshold, refineAfterMs, changes) => {
        const random = new Random(threshold);
        const settings = { threshold, refineAfterMs };
        const rig = await CaptureRig.start(randomFrame(random, size, "mixed"), { settings });
        try {
          const { client } = rig.watch(new Client("random", threshold));
          await rig.tick();
          for (const [change, seed, told] of changes) {
            const next = changed(new Random(seed), rig.screen.frame, change);
            rig.screen.show(next.frame, told ? next.damage : "unknown");
            await rig.tick();
            const { rgba } = await rig.answer(rig.loop.picture());
            assert.deepEqual(Array.from(client.rgba), Array.from(rgba));
            assertWithin(client, rig, threshold);
          }
          await rig.run(refineAfterMs + 200);
          rig.assertShows(client);
          assert.equal(rig.loop.stats().deferredTiles, 0);
        } finally {
          rig.close();
        }
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

/** No channel of the canvas is further from the screen than the threshold allows. */
function assertWithin(client: Client, rig: CaptureRig, threshold: number): void {
  const { bgrx } = rig.screen.frame;
  const { rgba } = client;
  for (let i = 0; i < rgba.length; i++) {
    const channel = i & 3;
    if (channel === 3) continue;
    const distance = Math.abs(rgba[i] - bgrx[(i & ~3) + 2 - channel]);
    assert.ok(distance <= threshold, `byte ${i} is ${distance} away, more than ${threshold}`);
  }
}
