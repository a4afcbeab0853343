import assert from "node:assert/strict";

Deno.test("public/vendor/fzstd.js is two comment lines and the npm package's build, byte for byte", async () => {
  const vendored = await Deno.readFile(new URL("../../public/vendor/fzstd.js", import.meta.url));
  const original = await Deno.readFile(new URL(import.meta.resolve("fzstd")));
  const head = new TextDecoder().decode(vendored.subarray(0, vendored.length - original.length));
  assert.match(head, /^\/\/ fzstd 0\.1\.1, MIT [^\n]*\n\/\/ @ts-nocheck[^\n]*\n$/);
  assert.deepEqual(vendored.subarray(vendored.length - original.length), original);
});

Deno.test("public/vendor/fzstd.js carries its licence", async () => {
  const licence = await Deno.readTextFile(
    new URL("../../public/vendor/fzstd.LICENSE", import.meta.url),
  );
  assert.match(licence, /^MIT License\n\nCopyright \(c\) 2020 Arjun Barrett/);
});
