import assert from "node:assert/strict";
import { SseParser } from "../../../public/engine/sse_parser.js";

function parse(pieces: Iterable<string>): [name: string, data: string][] {
  const events: [string, string][] = [];
  const parser = new SseParser((name, data) => events.push([name, data]));
  for (const piece of pieces) parser.push(piece);
  return events;
}

/** What comes, and what it says: as the HTML standard has it. */
const EXAMPLES: Record<string, [text: string, events: [string, string][]]> = {
  "an event": ["data: a\n\n", [["message", "a"]]],
  "an event with a name": ["event: hello\ndata: {}\n\n", [["hello", "{}"]]],
  "the name of one event only": ["event: x\ndata: 1\n\ndata: 2\n\n", [["x", "1"], [
    "message",
    "2",
  ]]],
  "lines of data": ["data: a\ndata\ndata:  b\n\n", [["message", "a\n\n b"]]],
  "no space, or two": ["data:a\n\ndata:  b\n\n", [["message", "a"], ["message", " b"]]],
  "comments, ids, pauses and unknown fields": [
    ": hi\nid: 7\nretry: 10\nfoo: bar\n:\ndata: a\n\n",
    [["message", "a"]],
  ],
  "an event without data is none": ["event: x\n\ndata: a\n\n", [["message", "a"]]],
  "an event that has not ended is none": ["data: a\n", []],
  "all ends of lines": ["data: a\r\n\r\ndata: b\r\rdata: c\n\n", [
    ["message", "a"],
    ["message", "b"],
    ["message", "c"],
  ]],
  "a byte order mark": ["\ufeffdata: a\n\n", [["message", "a"]]],
  "a colon in the data": ["data: a: b\n\n", [["message", "a: b"]]],
};

for (const [what, [text, events]] of Object.entries(EXAMPLES)) {
  Deno.test(`SseParser reads ${what}, whole and one character at a time`, () => {
    assert.deepEqual(parse([text]), events);
    assert.deepEqual(parse(text), events);
  });
}

Deno.test("SseParser gives up on an event that is too long, and not on what goes on for long", () => {
  const big = "x".repeat(2 ** 24);
  const parser = new SseParser(() => {});
  for (let i = 0; i < 20; i++) parser.push(`: ${big}\n`);
  for (let i = 0; i < 20; i++) parser.push(`data: ${big}\n\n`);
  parser.push("data: ");
  const flood = () => {
    for (let i = 0; i < 9; i++) parser.push(big);
  };
  assert.throws(flood, /^RangeError: Cannot read an event: got more than 134217728 characters$/);
});
