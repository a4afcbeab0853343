/**
 * How the x11 source begins and ends: permissions, shared memory, servers that die.
 */
import assert from "node:assert/strict";
import { SourceLost } from "../../../../capture/source.ts";
import { openX11Source } from "../../../../capture/sources/x11/x11.ts";
import { newFrame, segmentsOf, segmentsWith, skip, xtest } from "./harness.ts";
import { startXvfb } from "../xvfb.ts";

xtest("x11 close() frees the shared memory", (server, open) => {
  const source = open();
  // Octal 1000 is the kernel's mark for "free when unmapped": it outlives no crash.
  assert.deepEqual(segmentsWith(server), [{ permissions: "1600", bytes: 640 * 480 * 4 }]);
  source.close();
  source.close();
  assert.deepEqual(segmentsWith(server), []);
  assert.throws(() => source.poll(), SourceLost);
  assert.throws(() => source.grab(newFrame(source), { top: 0, bottom: 1 }), SourceLost);
});

xtest(
  "x11 needs only --allow-ffi with the library folders, and leaves no trace",
  async (server) => {
    const module = new URL("../../../../capture/sources/x11/x11.ts", import.meta.url);
    const script = `
    import { openX11Source } from ${JSON.stringify(module.href)};
    const source = openX11Source(${JSON.stringify(server.display)});
    source.poll();
    source.grab(new Uint8Array(640 * 480 * 4), { top: 0, bottom: 480 });
    console.log("ready");
    setInterval(() => source.poll(), 1000);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--allow-ffi=/usr/lib,/usr/lib64,/lib,/lib64,/usr/local/lib",
        `data:application/typescript,${encodeURIComponent(script)}`,
      ],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assert.equal(new TextDecoder().decode(value), "ready\n");
    assert.equal(segmentsOf(child.pid).length, 1);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    // The server lets go when it notices that the client is gone, which takes it a moment.
    for (let i = 0; i < 100 && segmentsOf(child.pid).length > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(segmentsOf(child.pid), []);
  },
);

Deno.test("openX11Source() says what is wrong with the display", () => {
  for (const bad of ["", "screen", ":", "a b:0", ":0\0"]) {
    assert.throws(
      () => openX11Source(bad),
      new SourceLost(
        `Cannot open X display: got ${JSON.stringify(bad)}, wanted a name like ":0" or "host:0"`,
      ),
    );
  }
  assert.throws(() => openX11Source(":54321"), /^SourceLost: Cannot open X display :54321: no X/);
});

/** Sockets that this process has open, those of tests that run at the same time among them. */
function openSockets(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).startsWith("socket:");
    } catch {
      return false; // The one that listed the folder.
    }
  }).length;
}

Deno.test({
  name: "x11 outlives its X server, twenty times, without leaks",
  ignore: skip,
  fn: async () => {
    const rounds = 20;
    let sockets = 0;
    for (let round = 0; round < rounds; round++) {
      await using server = await startXvfb();
      const { number } = server;
      const source = openX11Source(server.display);
      const frame = newFrame(source);
      source.poll();
      source.grab(frame, { top: 0, bottom: 480 });
      await server.kill();
      // Either call may be the one that finds out.
      const find = round % 2 === 0
        ? () => source.poll()
        : () => source.grab(frame, { top: 0, bottom: 480 });
      const gone = { name: "SourceLost", message: `The X server of display :${number} went away` };
      assert.throws(find, gone);
      assert.throws(() => source.poll(), gone);
      assert.throws(() => source.grab(frame, { top: 0, bottom: 480 }), gone);
      source.close();
      source.close();
      assert.deepEqual(segmentsWith(server), []);
      if (round === 0) sockets = openSockets();
    }
    // One left in each round would be more than other tests come and go with.
    assert.ok(openSockets() < sockets + rounds - 1, `${openSockets()} after ${sockets}`);
  },
});
