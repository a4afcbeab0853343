import assert from "node:assert/strict";
import { sniff } from "../../../../../capture/sources/child/parsers/sniff.ts";
import { concat, makePng } from "../../../../helpers/make_png.ts";
import { ascii, parse, parseEveryWay } from "../support.ts";

Deno.test("sniff() tells formats from their first bytes", () => {
  const formats = new Map([
    ["y4m", ascii("YUV4MPEG2 W1 H1\n")],
    ["png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d)],
    ["mjpeg", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
    ["pnm", ascii("P6 1 1 255 ")],
  ]);
  for (const [format, bytes] of formats) assert.equal(sniff(bytes), format);
  assert.equal(sniff(ascii("--boundary\r\n")), "mjpeg");
  assert.equal(sniff(ascii("\r\n--boundary\r\n")), "mjpeg");
  assert.equal(sniff(ascii("P5\n")), "pnm");
  assert.equal(sniff(ascii("P7\n")), "pnm");
});

Deno.test("sniff() waits for more while several are possible, and no longer", () => {
  for (const start of ["", "Y", "YUV4MPEG2", "\r", "\r\n-", "P", "P6", "-"]) {
    assert.equal(sniff(ascii(start)), undefined, JSON.stringify(start));
  }
  const wanted = "wanted PNG, JPEG, Y4M or PNM (pixels without a header need format and size)";
  for (const start of ["GIF89a", "YUV5", "Error: no display", "P8\n"]) {
    assert.throws(() => sniff(ascii(start)), {
      message: `got "${start.slice(0, 12)}", ${wanted}`.replace("\n", "\\n"),
    });
  }
  assert.throws(() => sniff(Uint8Array.of(0, 0, 1)), { message: `got 00 00 01, ${wanted}` });
});

Deno.test("parserFor() sniffs streams of every format, however they are cut", () => {
  const png = makePng({ width: 1, height: 1, colour: 2, depth: 8, samples: [1, 2, 3] });
  const twice = (bytes: Uint8Array) => concat(bytes, bytes);
  const sniffed = { kind: "sniff" } as const;
  for (const bytes of [twice(png), twice(ascii("P6 1 1 255\nabc"))]) {
    assert.equal(parseEveryWay(sniffed, bytes).pictures.length, 2);
  }
  const y4m = ascii("YUV4MPEG2 W1 H1 Cmono\nFRAME\nxFRAME\ny");
  assert.equal(parseEveryWay(sniffed, y4m).pictures.length, 2);
  assert.equal(parse(sniffed, new Uint8Array(), []).isBetween, true);
  assert.equal(parse(sniffed, ascii("P"), []).isBetween, false);
});
