import assert from "node:assert/strict";
import { SourceLost } from "../../../../capture/source.ts";
import { Garbage } from "../../../../capture/sources/native/garbage.ts";
import { loadNativeLibrary } from "../../../../capture/sources/native/library.ts";
import { FakeScreens } from "./fake_screens.ts";

Deno.test("Garbage is collected after so many bytes", () => {
  let collections = 0;
  const garbage = new Garbage(() => collections++);
  for (let i = 0; i < 127; i++) garbage.add(2 ** 20);
  assert.equal(collections, 0);
  garbage.add(2 ** 20);
  assert.equal(collections, 1);
  garbage.add(2 ** 20);
  assert.equal(collections, 1);
});

Deno.test("loadNativeLibrary() says what is missing", () => {
  const load = () => {
    throw new Error("libdbus-1.so.3: cannot open shared object file\nRequire stack: …");
  };
  assert.throws(() => loadNativeLibrary({ os: "linux", arch: "x86_64" }, load), {
    name: "SourceLost",
    message: "Cannot load node-screenshots-linux-x64-gnu: libdbus-1.so.3: cannot open shared " +
      "object file; it needs libxcb and libdbus (Debian and Ubuntu: apt-get install libxcb1 " +
      "libdbus-1-3)",
  });
  assert.throws(() => loadNativeLibrary({ os: "freebsd", arch: "x86_64" }, load), SourceLost);
  const loaded: string[] = [];
  const library = new FakeScreens([]).library;
  loadNativeLibrary({ os: "darwin", arch: "aarch64" }, (name) => {
    loaded.push(name);
    return library;
  });
  assert.deepEqual(loaded, ["node-screenshots-darwin-arm64"]);
});
