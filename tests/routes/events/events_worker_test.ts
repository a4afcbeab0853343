/** The events Worker itself, fed with the stream of a real loop. */
import assert from "node:assert/strict";
import { helloMessage } from "../../../capture/messages.ts";
import type { FromEventsWorker, ToEventsWorker } from "../../../routes/events/events_protocol.ts";
import { CaptureRig } from "../../helpers/capture_rig.ts";
import { randomFrame } from "../../helpers/frames.ts";
import { Random } from "../../helpers/random.ts";

type Items = Extract<FromEventsWorker, { type: "items" }>;

class WorkerRig {
  readonly #worker = new Worker(
    new URL("../../../routes/events/events_worker.ts", import.meta.url),
    { type: "module" },
  );
  /** What it said that nobody has heard yet, and who waits for more. */
  #said: FromEventsWorker[] = [];
  #heard: (() => void) | undefined;
  #sent = 0;

  constructor() {
    this.#worker.onmessage = ({ data }) => {
      this.#said.push(data);
      this.#heard?.();
    };
  }

  tell(message: ToEventsWorker): void {
    this.#worker.postMessage(message);
  }

  /** What the Worker says next. */
  async hear(): Promise<FromEventsWorker> {
    while (this.#said.length === 0) await new Promise<void>((resolve) => this.#heard = resolve);
    return this.#said.shift()!;
  }

  /** Hands over a batch; resolves with what came of it. */
  async batch(parts: readonly Uint8Array[]): Promise<Items> {
    this.tell({ type: "batch", parts });
    const answer = await this.hear();
    return answer.type === "items" ? answer : assert.fail(JSON.stringify(answer));
  }

  /** Hands over all that the loop has published since the last call. */
  async pass({ chunks }: CaptureRig): Promise<Items> {
    const parts = chunks.slice(this.#sent).map(({ messages }) => messages);
    this.#sent = chunks.length;
    assert.notEqual(parts.length, 0);
    return await this.batch(parts);
  }

  close(): void {
    this.#worker.terminate();
  }
}

Deno.test("events Worker: says where the picture begins anew, and only there", async () => {
  const size = { width: 130, height: 70 };
  const frame = (seed: number) => randomFrame(new Random(seed), size, "mixed");
  const rig = await CaptureRig.start(frame(1));
  rig.watch();
  const worker = new WorkerRig();
  assert.equal((await worker.batch([helloMessage(rig.hello(""))])).anew, true);
  await rig.tick();
  assert.equal((await worker.pass(rig)).anew, true);

  const touched = frame(1);
  touched.bgrx.fill(9, 400, 440);
  rig.screen.show(touched);
  await rig.tick();
  assert.equal((await worker.pass(rig)).anew, false);

  const masked = rig.loop.change({ ...rig.loop.settings, masks: [{ x: 0, y: 0, w: 40, h: 30 }] });
  await rig.answer(masked);
  await rig.tick();
  assert.equal((await worker.pass(rig)).anew, true);

  // A catch-up of the Worker's own may stand for a change of masks, and is a keyframe then.
  const keyframe = rig.loop.keyframe();
  await rig.answer(keyframe);
  const { items, anew } = await worker.pass(rig);
  assert.equal(anew, true);
  // Who joins right then gets the same event.
  worker.tell({ type: "keyframe", id: 1 });
  const joined = await worker.hear();
  assert.deepEqual(joined.type === "keyframe" && joined.items.at(-1), items.at(-1));
  worker.close();
  rig.close();
});

Deno.test("events Worker: a stream that begins answers nobody who waited in the one before", async () => {
  const rig = await CaptureRig.start(randomFrame(new Random(1), { width: 8, height: 8 }, "mixed"));
  rig.watch();
  await rig.tick();
  const worker = new WorkerRig();
  worker.tell({ type: "keyframe", id: 1 });
  worker.tell({ type: "reset" });
  await worker.batch([helloMessage(rig.hello(""))]);
  await worker.pass(rig);
  worker.tell({ type: "keyframe", id: 2 });
  const answer = await worker.hear();
  assert.equal(answer.type === "keyframe" && answer.id, 2);
  worker.close();
  rig.close();
});
