/**
 * A process to be killed: records numbered pictures as fast as it can, lets old ones go meanwhile, and says on stdout which
 * ones are on disk.
 */
import { HistoryStore } from "../../history/store.ts";
import { numbered, TIME_STEP_MS } from "./crash_pictures.ts";

const [dir, first] = [Deno.args[0], Number(Deno.args[1])];
let time = first * TIME_STEP_MS;
const store = await HistoryStore.open({
  dir,
  maxAgeMs: 400 * TIME_STEP_MS,
  maxBytes: 0,
  now: () => time,
  steady: () => performance.now(),
});
for (let n = first;; n++) {
  time = n * TIME_STEP_MS;
  store.record("s", time, numbered(n));
  store.expire(1);
  if (n % 50 === 49) store.forget("s", time - 30 * TIME_STEP_MS, time - 28 * TIME_STEP_MS);
  if (n % 3 !== 0) continue;
  store.write();
  Deno.stdout.writeSync(new TextEncoder().encode(`${n}\n`));
}
