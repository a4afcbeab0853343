import assert from "node:assert/strict";
import { encodePacket } from "../../../../capture/slices/packet.ts";
import { SourceLost } from "../../../../capture/source.ts";
import { openSlicesSource } from "../../../../capture/sources/slices/slices_source.ts";
import { makePng } from "../../../helpers/make_png.ts";

/** A port that is free now. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("openSlicesSource() shows over a real socket what is sent, and frees the port when it is closed", async () => {
  const spec = {
    kind: "slices",
    host: "127.0.0.1",
    port: freePort(),
    identity: undefined,
  } as const;
  const { source, reopen } = await openSlicesSource(spec);
  assert.equal(source.label, `slices 127.0.0.1:${spec.port}`);
  source.poll();
  assert.deepEqual(source.size, { width: 640, height: 480 });
  assert.equal(source.silence, "no sender of slices has connected yet");
  await assert.rejects(openSlicesSource(spec), (error) => {
    return error instanceof SourceLost &&
      error.message.startsWith(`Cannot listen for slices on 127.0.0.1:${spec.port}: `);
  });
  const connection = await Deno.connect({ hostname: spec.host, port: spec.port });
  const png = makePng({ width: 2, height: 1, colour: 2, depth: 8, samples: [1, 2, 3, 4, 5, 6] });
  await connection.write(encodePacket({ kind: "whole", size: { width: 2, height: 1 }, png }));
  while (source.silence !== undefined) {
    await source.wait!(60_000);
    source.poll();
  }
  assert.deepEqual(source.size, { width: 2, height: 1 });
  const frame = new Uint8Array(8);
  source.grab(frame, { top: 0, bottom: 1 });
  assert.deepEqual([...frame].filter((_, i) => i % 4 !== 3), [3, 2, 1, 6, 5, 4]);
  source.close();
  assert.equal(await connection.read(new Uint8Array(1)).catch(() => null), null);
  connection.close();
  const again = reopen();
  again.poll();
  assert.deepEqual(again.size, { width: 2, height: 1 }, "the picture stays");
  again.close();
  again.close();
});
