/** The real MJPEG Worker, fed with a stream. */
import assert from "node:assert/strict";
import { historyHello, pictureMessages } from "../../../routes/history/stream_parts.ts";
import type {
  FilmKind,
  FromMjpegWorker,
  ToMjpegWorker,
} from "../../../routes/mjpeg/mjpeg_protocol.ts";
import { blackPicture } from "../../helpers/fake_archive.ts";

Deno.test("The MJPEG Worker makes no picture of a kind that was forgotten before there was one", async () => {
  const url = new URL("../../../routes/mjpeg/mjpeg_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const tell = (message: ToMjpegWorker) => worker.postMessage(message);
  const left: FilmKind = { quality: 50, pointer: false };
  const wanted: FilmKind = { quality: 50, pointer: true };
  const made: FilmKind[] = [];
  const done = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<FromMjpegWorker>) => {
    if (data.type === "fault") done.reject(new Error(data.reason));
    if (data.type !== "frame") return;
    made.push(data.kind);
    if (data.kind.pointer) done.resolve();
  };
  try {
    tell({ type: "encode", kind: left });
    tell({ type: "encode", kind: wanted });
    tell({ type: "forget", kind: left });
    const picture = blackPicture(1);
    tell({ type: "batch", parts: [historyHello("", picture), pictureMessages(picture)] });
    await done.promise;
    // They are made in the order in which they were asked for.
    assert.deepEqual(made, [wanted]);
  } finally {
    worker.terminate();
  }
});
