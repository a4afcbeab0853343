import assert from "node:assert/strict";
import { readAddress } from "../../../public/embed/address.js";

const PAGE = "https://portal.example/a/b.html";

Deno.test("readAddress() reads servers, with a folder or without, and relative to the page", () => {
  const base = (src: string) => readAddress(src, PAGE);
  assert.deepEqual(base("https://screen.example"), { base: "https://screen.example/" });
  assert.deepEqual(base("http://127.0.0.1:8000/"), { base: "http://127.0.0.1:8000/" });
  assert.deepEqual(base("https://x.example/screen"), { base: "https://x.example/screen/" });
  assert.deepEqual(base("/screen/"), { base: "https://portal.example/screen/" });
  assert.deepEqual(base("//x.example"), { base: "https://x.example/" });
});

Deno.test("readAddress() says what is wrong, and repeats no token", () => {
  assert.deepEqual(readAddress("ftp://x.example/", PAGE), {
    problem: 'Cannot set src: got "ftp://x.example/", wanted an address like https://host/',
  });
  assert.ok("problem" in readAddress("https://", PAGE));
  assert.ok("problem" in readAddress("javascript:alert(1)", PAGE));
  for (
    const src of [
      "https://x.example/#token=s3cret",
      "https://x.example/?token=s3cret",
      "https://me:s3cret@x.example/",
    ]
  ) {
    const answer = readAddress(src, PAGE);
    assert.ok("problem" in answer);
    assert.match(answer.problem, /^Cannot set src: .*setToken\(\)$/);
    assert.ok(!answer.problem.includes("s3cret"));
  }
});
