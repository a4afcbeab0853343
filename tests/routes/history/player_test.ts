/** Films of known pictures, on clocks that the test moves. */
import assert from "node:assert/strict";
import { seek } from "../../../history/seek.ts";
import { Player, type PlayerOptions } from "../../../routes/history/player.ts";
import { Transcript } from "../../helpers/transcript.ts";
import { blank, START, StoreRig } from "../../history/rig.ts";

/** One tile, its colour the number of the picture. */
function picture(number: number, width = 3) {
  return blank(width, 2, number);
}

class Film {
  readonly transcript = new Transcript();
  readonly player: Player;
  readonly rig: StoreRig;
  /** Every wait, ms. */
  readonly waits: number[] = [];
  version = "1";
  wall: number;
  #steady = 0;

  constructor(rig: StoreRig, options: Partial<PlayerOptions>) {
    this.rig = rig;
    this.wall = START + 3_600_000;
    this.player = new Player({
      label: "screen",
      from: START,
      speed: 1,
      skipIdle: false,
      seek: (time, have) => Promise.resolve(seek(rig.store, "a", time, have)),
      version: () => this.version,
      now: () => this.wall,
      steady: () => this.#steady,
      sleep: (ms) => {
        this.waits.push(ms);
        this.pass(ms);
        return Promise.resolve();
      },
      ...options,
    });
  }

  pass(ms: number): void {
    this.#steady += ms;
    this.wall += ms;
  }

  /** ms since the film began, on the steady clock. */
  get elapsed(): number {
    return this.#steady;
  }

  /** What the next messages say; heartbeats apart, unless they are all there is. */
  async next(): Promise<string[] | undefined> {
    const bytes = await this.player.next();
    if (!bytes) return undefined;
    this.transcript.decoder.push(bytes);
    return this.transcript.take().map((line) =>
      line.replaceAll(/\d{13}/g, (time) => `+${Number(time) - START}`)
        .replace(/"archive":"[^"]+"/, '"archive":"A"')
    );
  }

  /** All of it: [elapsed ms, line], without heartbeats. */
  async all(): Promise<[number, string][]> {
    const lines: [number, string][] = [];
    for (let said = await this.next(); said; said = await this.next()) {
      assert.ok(this.elapsed < 60_000, "the film does not end");
      for (const line of said) {
        if (!line.startsWith("heartbeat")) lines.push([Math.round(this.elapsed), line]);
      }
    }
    return lines;
  }
}

async function record(times: readonly number[], end?: string): Promise<StoreRig> {
  const rig = await StoreRig.open();
  times.forEach((time, i) => rig.store.record("a", START + time, picture(i + 1)));
  if (end) rig.store.pause("a", START + times.at(-1)!, end);
  return rig;
}

const HELLO =
  'hello {"width":3,"height":2,"source":"screen","viewer":"","heartbeatMs":250,"history":true,"archive":"A"}';

Deno.test("Player shows each moment when it is due, and ends with the recording", async () => {
  const rig = await record([0, 100, 400, 1000], "the source was lost");
  const film = new Film(rig, {});
  assert.deepEqual(await film.all(), [
    [0, "resize 3×2"],
    [0, HELLO],
    [0, "update seq +0, time +0, keyframe"],
    [100, "update seq +100, time +100"],
    [400, "update seq +400, time +400"],
    [1000, "update seq +1000, time +1000"],
    // Told with the next heartbeat.
    [1250, 'state lost "the source was lost"'],
    [1250, 'bye 0 "end of recording"'],
  ]);
  assert.equal(await film.next(), undefined);
  assert.ok(film.waits.every((ms) => ms <= 250));
  await rig.close();
});

for (const [speed, times] of [[0.5, [0, 200, 800, 2000]], [2, [0, 50, 200, 500]]] as const) {
  Deno.test(`Player at speed ${speed}`, async () => {
    const rig = await record([0, 100, 400, 1000], "over");
    const lines = await new Film(rig, { speed }).all();
    const updates = lines.filter(([, line]) => line.startsWith("update"));
    assert.deepEqual(updates.map(([elapsed]) => elapsed), times);
    await rig.close();
  });
}

Deno.test("Player: what is faster than a screen is left out, and the last moment is right", async () => {
  const times = Array.from({ length: 101 }, (_, i) => i * 10);
  const rig = await record(times, "over");
  const film = new Film(rig, { speed: 64 });
  const updates = (await film.all()).filter(([, line]) => line.startsWith("update"));
  assert.ok(updates.length <= 3, `${updates.length} updates in ${film.elapsed} ms`);
  assert.match(updates.at(-1)![1], /time \+1000/);
  assert.match(film.transcript.canvas(), /^canvas 000065/);
  await rig.close();
});

Deno.test("Player: who calls late gets the newest moment once, and nothing in between", async () => {
  const rig = await record([0, 100, 200, 300, 5000], "over");
  const film = new Film(rig, {});
  await film.next();
  film.pass(350);
  assert.deepEqual(await film.next(), ["update seq +300, time +300", "heartbeat +350"]);
  await rig.close();
});

Deno.test("Player: the clock goes on in a pause, with heartbeats", async () => {
  const rig = await record([0, 1000], "over");
  const film = new Film(rig, {});
  await film.next();
  assert.deepEqual(await film.next(), ["heartbeat +250"]);
  assert.deepEqual(await film.next(), ["heartbeat +500"]);
  await rig.close();
});

Deno.test("Player: skipIdle makes a long pause a second, at the film's speed", async () => {
  const rig = await record([0, 600_000, 600_500], "over");
  for (const [speed, due] of [[1, [0, 1000, 1500]], [4, [0, 250, 375]]] as const) {
    const film = new Film(rig, { skipIdle: true, speed });
    const updates = (await film.all()).filter(([, line]) => line.startsWith("update"));
    assert.deepEqual(updates.map(([elapsed]) => elapsed), due);
  }
  await rig.close();
});

Deno.test("Player: a gap takes a second whether or not, and is told", async () => {
  const rig = await record([0, 100], "the source was lost");
  rig.store.record("a", START + 900_000, picture(7));
  rig.store.pause("a", START + 900_000, "over");
  const lines = await new Film(rig, {}).all();
  assert.deepEqual(lines.slice(3), [
    [100, "update seq +100, time +100"],
    [350, 'state lost "the source was lost"'],
    [1350, "update seq +900000, time +900000"],
    [1350, 'state live ""'],
    [1600, 'state lost "over"'],
    [1600, 'bye 0 "end of recording"'],
  ]);
  await rig.close();
});

Deno.test("Player: another size is a resize and a keyframe", async () => {
  const rig = await record([0]);
  rig.store.record("a", START + 100, picture(9, 5));
  rig.store.record("a", START + 200, picture(10, 5));
  rig.store.pause("a", START + 200, "over");
  const lines = await new Film(rig, {}).all();
  assert.deepEqual(lines.map(([, line]) => line).slice(3, 6), [
    "resize 5×2",
    "update seq +100, time +100, keyframe",
    "update seq +200, time +200",
  ]);
  await rig.close();
});

Deno.test("Player catches up with now: live", async () => {
  const rig = await record([0, 100]);
  const film = new Film(rig, { speed: 2 });
  film.wall = START + 400;
  const lines = await film.all();
  // At double speed, 400 ms of delay are caught up within 400 ms, and that is looked for 60 times a second.
  const [elapsed, bye] = lines.at(-1)!;
  assert.equal(bye, 'bye 0 "live"');
  assert.ok(elapsed >= 400 && elapsed <= 417, `${elapsed}`);
  await rig.close();
});

Deno.test("Player: after something was forgotten, it begins anew with a keyframe", async () => {
  const rig = await record([0, 100, 10_000], "over");
  const film = new Film(rig, {});
  await film.next();
  rig.store.forget("a", START, START + 50);
  film.version = "2";
  assert.deepEqual(await film.next(), [
    "update seq +100, time +100, keyframe",
    "heartbeat +100",
  ]);
  rig.store.forget("a", START, START + 20_000);
  film.version = "3";
  assert.deepEqual(await film.next(), ['bye 0 "it was deleted"']);
  assert.equal(await film.next(), undefined);
  await rig.close();
});

Deno.test("Player.stop() ends it with a bye", async () => {
  const rig = await record([0, 100], "over");
  const film = new Film(rig, {});
  await film.next();
  film.player.stop("the server is shutting down");
  assert.deepEqual(await film.next(), ['bye 0 "the server is shutting down"']);
  assert.equal(await film.next(), undefined);
  await rig.close();
});
