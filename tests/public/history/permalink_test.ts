/** Moments in the page's address. */
import assert from "node:assert/strict";
import { readLink, writeLink } from "../../../public/history/permalink.js";
import { takeToken } from "../../../public/ui/token.js";

const TIME = Date.UTC(2026, 10, 21, 14, 3, 12, 345);

Deno.test("readLink() reads what writeLink() wrote", () => {
  const link = { time: TIME, source: "desk", rect: { x: 1, y: 2, w: 30, h: 40 } };
  const href = writeLink("http://host/screen/?engine=page", link);
  assert.equal(
    href,
    "http://host/screen/?engine=page#t=2026-11-21T14:03:12.345Z&source=desk&rect=1,2,30,40",
  );
  assert.deepEqual(readLink(href), link);
});

Deno.test("a token lives beside a moment, and only the moment stays in the address", () => {
  const href = "http://host/#token=a+b=&t=1700000000000&source=desk";
  const { token, cleanHref } = takeToken(href);
  assert.equal(token, "a+b=");
  assert.equal(cleanHref, "http://host/#t=1700000000000&source=desk");
  assert.deepEqual(readLink(cleanHref), { time: 1_700_000_000_000, source: "desk", rect: null });
});

Deno.test("readLink() understands encoded and other forms of times and rectangles", () => {
  assert.equal(readLink("http://host/#t=2026-11-21T14%3A03%3A12.345Z").time, TIME);
  assert.equal(readLink("http://host/#t=2026-11-21T15:03:12.345+01:00").time, TIME);
  assert.deepEqual(readLink("http://host/#rect=0%2C0%2C5%2C6").rect, { x: 0, y: 0, w: 5, h: 6 });
});

Deno.test("readLink() takes nonsense for nothing", () => {
  const nothing = { time: null, source: null, rect: null };
  for (
    const hash of [
      "",
      "#",
      "#t=",
      "#t=yesterday&source=&rect=1,2,3",
      "#t=-5&rect=0,0,0,5",
      "#rect=0,0,16384,1&rect=16384,0,1,1",
      "#t=2026-13-41T99:99:99Z",
    ]
  ) assert.deepEqual(readLink(`http://host/${hash}`), nothing, hash);
});

Deno.test("readLink() keeps the name of a source that cannot be, so that the page can say so", () => {
  for (const source of ["Desk", "../x", "100%", "a b&c=d#e", "x".repeat(100)]) {
    const href = writeLink("http://host/", { time: null, source, rect: null });
    assert.equal(readLink(href).source, source, href);
  }
  assert.equal(readLink("http://host/#source=100%").source, "100%");
  assert.equal(readLink(`http://host/#source=${"x".repeat(5000)}`).source?.length, 100);
});

Deno.test("writeLink() leaves other parts alone, and no lonely #", () => {
  const live = { time: null, source: null, rect: null };
  assert.equal(writeLink("http://host/#t=1&a=b&flag", live), "http://host/#a=b&flag");
  assert.equal(writeLink("http://host/#t=1", live), "http://host/");
});
