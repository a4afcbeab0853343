/** Waiting for a real X server: what ends it, and that it asks the server for nothing. */
import assert from "node:assert/strict";
import { XConnection } from "../../../../capture/sources/x11/connection.ts";
import { EventWait } from "../../../../capture/sources/x11/event_wait.ts";
import { PointerMotion } from "../../../../capture/sources/x11/pointer_motion.ts";
import { newsWhere, paint, PATIENCE_MS, xtest } from "./harness.ts";

/** How many requests Xlib has made of the server on this connection so far. */
function requestsOf(connection: XConnection): bigint {
  const folder = `/usr/lib/${Deno.build.arch}-linux-gnu`;
  const library = Deno.dlopen(`${folder}/libX11.so.6`, {
    XNextRequest: { parameters: ["u64"], result: "u64" },
  });
  const next = library.symbols.XNextRequest(connection.display);
  library.close();
  return next;
}

/** Descriptors that this process has open, those of other tests among them. */
function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

xtest("x11 wait() resolves when something is drawn", async (server, open) => {
  const source = open();
  assert.equal(source.tells, true);
  await newsWhere(source, ({ damage }) => damage.length === 0);
  const waiting = source.wait!(PATIENCE_MS);
  await paint(server);
  await waiting;
  await newsWhere(source, ({ damage }) => damage.length > 0);
});

xtest(
  "x11 wait() resolves when the pointer moves, which poll() then tells",
  async (server, open) => {
    await server.run("xdotool", "mousemove", "100", "100");
    const source = open();
    source.poll();
    const waiting = source.wait!(PATIENCE_MS);
    // Unlike `mousemove`, which is XWarpPointer, this is what a mouse does.
    await server.run("xdotool", "mousemove_relative", "5", "7");
    await waiting;
    const { cursor } = source.poll(false);
    assert.deepEqual([cursor?.x, cursor?.y], [105, 107]);
  },
);

xtest(
  "x11 poll(false) does not ask for a pointer that a program moved; poll() does",
  async (server, open) => {
    await server.run("xdotool", "mousemove", "100", "100");
    const source = open();
    source.poll();
    await server.run("xdotool", "mousemove", "200", "220");
    assert.equal(source.poll(false).cursor, undefined);
    const { cursor } = source.poll();
    assert.deepEqual([cursor?.x, cursor?.y], [200, 220]);
  },
);

xtest(
  "x11 wait() resolves after its time, by interrupt(), and by close()",
  async (_server, open) => {
    const source = open();
    await newsWhere(source, ({ damage }) => damage.length === 0);
    await source.wait!(0);
    const waiting = source.wait!(PATIENCE_MS);
    source.interrupt!();
    await waiting;
    // An interrupt while nobody waits is none later on.
    source.interrupt!();
    const again = source.wait!(PATIENCE_MS);
    source.close();
    await again;
    await source.wait!(PATIENCE_MS);
  },
);

xtest("x11 close() frees the descriptors of a wait that is under way", async (_server, open) => {
  const sources = Array.from({ length: 20 }, () => open());
  const waits = sources.map((source) => source.wait!(PATIENCE_MS));
  const files = openFiles();
  for (const source of sources) source.close();
  await Promise.all(waits);
  // Two of each; tests that run at the same time open and close fewer.
  assert.ok(openFiles() < files - sources.length, `${openFiles()} of ${files} are left`);
});

xtest("x11 wait() resolves when the server goes away", async (server, open) => {
  const source = open();
  await newsWhere(source, ({ damage }) => damage.length === 0);
  const waiting = source.wait!(PATIENCE_MS);
  await server.kill();
  await waiting;
  assert.throws(() => source.poll(false), { name: "SourceLost" });
});

xtest("EventWait.wait() makes no request of the X server", async (server) => {
  const connection = new XConnection(server.display);
  const wait = EventWait.create(connection)!;
  assert.ok(PointerMotion.start(connection));
  connection.takeEvents();
  const before = requestsOf(connection);
  for (let i = 0; i < 20; i++) {
    await wait.wait(1);
    connection.takeEvents();
  }
  assert.equal(requestsOf(connection), before);
  wait.close();
  connection.close();
});

xtest("x11 without DAMAGE or XFIXES cannot be waited for", (_server, open) => {
  assert.equal(open().tells, false);
}, ["-extension", "DAMAGE"]);
