import assert from "node:assert/strict";
import { SseTransport } from "../../../public/engine/sse_transport.js";
import type { Refusal } from "../../../public/engine/stream_transport.js";

/** An event stream, and a server that says why it broke off when the test lets it. */
function setUp() {
  const probe = Promise.withResolvers<Refusal | null>();
  const said: string[] = [];
  let fail = () => {};
  const transport = new SseTransport(
    "http://host/events",
    {
      received: () => said.push("received"),
      refused: ({ status }) => said.push(`refused ${status}`),
      unsupported: () => said.push("unsupported"),
      dropped: (reason) => said.push(`dropped: ${reason}`),
    },
    { update: () => Promise.resolve(), bytes: () => {}, notice: () => {} },
    {
      connect: (_url, _names, { failed }) => {
        fail = failed;
        return { close: () => said.push("link closed") };
      },
      probe: () => probe.promise,
    },
  );
  transport.open();
  return { transport, said, probe, fail: () => fail() };
}

/** Lets promises take their course. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

const REFUSAL: Refusal = { status: 401, detail: "A token is needed", retryAfterMs: null };

for (
  const [answer, word] of [
    [REFUSAL, "refused 401"],
    [null, "dropped: the event stream broke off"],
  ] as const
) {
  Deno.test(`SseTransport asks why the stream broke off, and says ${word.split(":")[0]}`, async () => {
    const { said, probe, fail } = setUp();
    fail();
    fail();
    assert.deepEqual(said, ["link closed"]);
    probe.resolve(answer);
    await settle();
    assert.deepEqual(said, ["link closed", word]);
  });

  Deno.test(`SseTransport.close() while it asks: nobody hears ${word.split(":")[0]}`, async () => {
    const { transport, said, probe, fail } = setUp();
    fail();
    transport.close();
    said.length = 0;
    probe.resolve(answer);
    await settle();
    assert.deepEqual(said.filter((word) => word !== "link closed"), []);
  });
}

Deno.test("SseTransport takes a server that cannot be asked for one that dropped the stream", async () => {
  const { said, probe, fail } = setUp();
  fail();
  probe.reject(new TypeError("Failed to fetch"));
  await settle();
  assert.equal(said.at(-1), "dropped: the event stream broke off");
});
