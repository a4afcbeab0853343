import assert from "node:assert/strict";
import { clean, isAddress, labelOf, lastWords } from "../../../../capture/sources/child/words.ts";
import type { ChildSpec } from "../../../../capture/worker_protocol.ts";

function exec(command: string): ChildSpec {
  return { kind: "exec", command, format: { kind: "sniff" }, everyMs: 1000 };
}

Deno.test("labelOf() names children without what is secret", () => {
  const label = (spec: ChildSpec) => labelOf(spec);
  assert.equal(label({ kind: "camera", device: "/dev/video0" }), "camera /dev/video0");
  assert.equal(label({ kind: "video", input: "/home/ann/private/desk.mkv" }), "video desk.mkv");
  assert.equal(
    label({ kind: "video", input: "rtsp://ann:s3cret@cam.lan:554/live?key=abc#x" }),
    "video rtsp://cam.lan:554/live",
  );
  assert.equal(label(exec("grim -t ppm -")), "exec grim");
  assert.equal(label(exec("  TOKEN=abc LANG=C /opt/bin/shot --password=x | cat")), "exec shot");
  assert.equal(label(exec("shot;ls")), "exec shot");
  assert.equal(label(exec("x".repeat(500))).length, 80);
});

Deno.test("clean() cuts secrets of addresses, control characters, colours and length", () => {
  assert.equal(
    clean("rtsp://u:p@h/s: 401 and http://h/a?token=1 'http://h/b?x'", 200),
    "rtsp://h/s: 401 and http://h/a 'http://h/b'",
  );
  assert.equal(clean("\x1b[31mred\x1b[0m\x07 \u202eevil\ttab\n", 200), "red evil tab");
  assert.equal(clean("abcdef", 4), "abc…");
});

Deno.test("lastWords() is the last line that says something", () => {
  assert.equal(lastWords("frame=1\rframe=2\nNo such device\n\n"), "No such device");
  assert.equal(lastWords(" \n\r\n"), undefined);
});

Deno.test("isAddress() tells addresses from files", () => {
  assert.equal(isAddress("rtsp://cam/1"), true);
  assert.equal(isAddress("https://host/a.mp4"), true);
  for (const file of ["a.mkv", "C:\\films\\a.mkv", "./a:b.mkv", "/a//b"]) {
    assert.equal(isAddress(file), false, file);
  }
});
