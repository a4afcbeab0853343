/** A disk that really is full: a small tmpfs, where this process may mount one. */
import assert from "node:assert/strict";
import { HistoryWriteFailed } from "../../history/database.ts";
import { Random } from "../helpers/random.ts";
import { blank, noise, START, StoreRig } from "./rig.ts";
import { verifyArchive } from "./verify.ts";

const mayMount = Deno.build.os === "linux" && Deno.uid() === 0;

Deno.test({
  name: "a full disk refuses what is new and harms nothing that was written",
  ignore: !mayMount,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "history-full-" });
    const mounted = await run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", dir);
    // A container may be root and still not be allowed to.
    if (!mounted) return await Deno.remove(dir);
    try {
      await fillUp(dir);
    } finally {
      assert.ok(await run("umount", dir));
      await Deno.remove(dir);
    }
  },
});

async function fillUp(dir: string): Promise<void> {
  const rig = await StoreRig.open({}, `${dir}/history`);
  const random = new Random(1);
  const ballast = `${dir}/ballast`;
  Deno.writeFileSync(ballast, new Uint8Array(700_000));
  const kept: { time: number; pixels: Uint32Array }[] = [];
  let failed: unknown;
  let time = START;
  for (; failed === undefined && kept.length < 100; time += 1000) {
    const picture = noise(random, blank(256, 128));
    try {
      rig.store.record("a", time, picture);
      rig.store.write();
      kept.push({ time, pixels: picture.pixels });
    } catch (error) {
      failed = error;
    }
  }
  assert.ok(failed instanceof HistoryWriteFailed, String(failed));
  assert.match(failed.message, /Cannot write the history: the disk .*full/);
  assert.ok(kept.length > 2);
  check();
  assert.throws(() => {
    rig.store.record("a", time, noise(random, blank(256, 128)));
    rig.store.write();
  }, HistoryWriteFailed);
  Deno.removeSync(ballast);
  const picture = noise(random, blank(256, 128));
  time += 1000;
  rig.store.record("a", time, picture, []);
  kept.push({ time, pixels: picture.pixels });
  check();
  rig.store.close();
  verifyArchive(rig.dir);
  await rig.reopen();
  check();
  rig.store.close();

  function check(): void {
    for (const { time, pixels } of kept) {
      assert.deepEqual(rig.store.pixels(rig.store.at("a", time)!), pixels);
    }
  }
}

async function run(command: string, ...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(command, { args, stderr: "null" }).output();
  return success;
}
