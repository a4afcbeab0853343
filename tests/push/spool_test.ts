import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Spool } from "../../push/spool.ts";

/** Runs `body` with a directory that does not exist yet. */
async function withDir(body: (dir: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await body(`${parent}/spool/desk`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const png = (...bytes: number[]) => Uint8Array.from(bytes);

Deno.test("Spool gives what it keeps by time of capture, and survives a restart", async () => {
  await withDir(async (dir) => {
    const spool = await Spool.open(dir, 100);
    assert.equal(await spool.oldest(), undefined);
    await spool.put({ time: 20, png: png(2) });
    await spool.put({ time: 10, png: png(1) });
    await spool.put({ time: 20, png: png(3) });
    const again = await Spool.open(dir, 100);
    for (const one of [spool, again]) assert.deepEqual([one.count, one.bytes], [3, 3]);
    const times: [number, number][] = [];
    for (let shot = await again.oldest(); shot; shot = await again.oldest()) {
      times.push([shot.time, shot.png[0]]);
      await again.remove(shot.name);
    }
    assert.deepEqual(times, [[10, 1], [20, 2], [20, 3]]);
    assert.equal((await Spool.open(dir, 100)).count, 0);
  });
});

Deno.test(
  "Spool keeps its files from other users",
  { ignore: Deno.build.os === "windows" },
  async () => {
    await withDir(async (dir) => {
      const spool = await Spool.open(dir, 100);
      await spool.put({ time: 1, png: png(1) });
      assert.equal((await Deno.stat(dir)).mode! & 0o777, 0o700);
      const names = [...Deno.readDirSync(dir)].map(({ name }) => name);
      assert.deepEqual(names, ["00000000000001-0000.png"]);
      assert.equal((await Deno.stat(`${dir}/${names[0]}`)).mode! & 0o777, 0o600);
    });
  },
);

Deno.test("Spool drops the oldest for the newest, and what is larger than all of it", async () => {
  await withDir(async (dir) => {
    const spool = await Spool.open(dir, 5);
    for (let time = 1; time <= 3; time++) await spool.put({ time, png: png(time, time) });
    assert.deepEqual([spool.count, spool.bytes, spool.dropped], [2, 4, 1]);
    assert.equal((await spool.oldest())?.time, 2);
    await spool.put({ time: 4, png: new Uint8Array(6) });
    assert.deepEqual([spool.count, spool.dropped], [2, 2]);
    // A smaller bound counts from the next start on.
    const smaller = await Spool.open(dir, 2);
    assert.deepEqual([smaller.count, smaller.dropped], [1, 1]);
    assert.equal((await smaller.oldest())?.time, 3);
  });
});

Deno.test("Spool clears up what a crash left, and leaves other people's files alone", async () => {
  await withDir(async (dir) => {
    await Spool.open(dir, 100);
    await Deno.writeFile(`${dir}/00000000000001-0000.png.tmp`, png(1));
    await Deno.writeFile(`${dir}/notes.txt`, png(1, 2, 3));
    const spool = await Spool.open(dir, 100);
    assert.deepEqual([spool.count, spool.bytes], [0, 0]);
    assert.deepEqual([...Deno.readDirSync(dir)].map(({ name }) => name), ["notes.txt"]);
    // Removed by somebody else while it waits.
    await spool.put({ time: 1, png: png(1) });
    await spool.put({ time: 2, png: png(2) });
    await Deno.remove(`${dir}/00000000000001-0000.png`);
    assert.equal((await spool.oldest())?.time, 2);
    assert.deepEqual([spool.count, spool.dropped], [1, 1]);
  });
});

Deno.test("Spool.put() counts and throws what cannot be written, and goes on", async () => {
  await withDir(async (dir) => {
    const spool = await Spool.open(dir, 100);
    await Deno.remove(dir);
    await assert.rejects(spool.put({ time: 1, png: png(1) }), Deno.errors.NotFound);
    assert.deepEqual([spool.count, spool.bytes, spool.dropped], [0, 0, 1]);
    await Deno.mkdir(dir);
    await spool.put({ time: 2, png: png(2) });
    assert.equal((await spool.oldest())?.time, 2);
  });
});

type Step =
  | { readonly do: "put"; readonly time: number; readonly length: number }
  | { readonly do: "take" | "reopen" | "put at once" };

Deno.test("Spool does what a sorted list would do", async () => {
  const steps = fc.array(
    fc.oneof<fc.Arbitrary<Step>[]>(
      fc.record({
        do: fc.constant("put" as const),
        time: fc.nat({ max: 9 }),
        length: fc.integer({ min: 1, max: 12 }),
      }),
      fc.record({
        do: fc.constantFrom("take" as const, "reopen" as const, "put at once" as const),
      }),
    ),
    { maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      await withDir(async (dir) => {
        let spool = await Spool.open(dir, 30);
        let model: { time: number; length: number; id: number }[] = [];
        let id = 0;
        const expect = (time: number, length: number) => {
          let sum = model.reduce((sum, one) => sum + one.length, 0);
          while (sum + length > 30) sum -= model.shift()!.length;
          model.push({ time, length, id });
          model.sort((a, b) => a.time - b.time || a.id - b.id);
        };
        const shot = (time: number, length: number) => {
          return { time, png: new Uint8Array(length).fill(++id & 255) };
        };
        for (const step of all) {
          if (step.do === "put") {
            await spool.put(shot(step.time, step.length));
            expect(step.time, step.length);
          } else if (step.do === "put at once") {
            const shots = [1, 2, 3].map((time) => {
              const one = shot(time, 9);
              expect(time, 9);
              return one;
            });
            await Promise.all(shots.map((one) => spool.put(one)));
          } else if (step.do === "reopen") {
            spool = await Spool.open(dir, 30);
          } else {
            const oldest = await spool.oldest();
            const wanted = model.shift();
            assert.equal(oldest?.time, wanted?.time);
            assert.deepEqual(
              oldest?.png,
              wanted && new Uint8Array(wanted.length).fill(wanted.id & 255),
            );
            if (oldest) await spool.remove(oldest.name);
          }
          assert.equal(spool.count, model.length);
          assert.equal(spool.bytes, model.reduce((sum, one) => sum + one.length, 0));
        }
        model = [];
      });
    }),
    { numRuns: 60 },
  );
});
