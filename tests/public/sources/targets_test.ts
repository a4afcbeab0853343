import assert from "node:assert/strict";
import { readChoice, regionOf, selectTarget } from "../../../public/sources/targets.js";

const SOURCE = {
  target: { kind: "monitor", name: "HDMI-1" },
  region: { x: 1, y: 2, w: 30, h: 40 },
  monitors: [
    { name: "eDP-1", x: 0, y: 0, width: 1920, height: 1080, primary: true },
    { name: "HDMI-1", x: 1920, y: 0, width: 1280, height: 1024, primary: false },
  ],
  windows: [
    { id: "0x5", title: "Notes", app: "editor", x: 0, y: 0, width: 640, height: 480 },
    { id: "0x7", title: "", app: "xterm", x: 9, y: 9, width: 80, height: 60 },
  ],
};

Deno.test("readChoice() lists the display, its monitors and its windows, and knows what is captured", () => {
  const choice = readChoice(SOURCE)!;
  assert.deepEqual(choice.options.map(({ kind, text }) => [kind, text]), [
    ["display", "Whole display"],
    ["monitor", "eDP-1, 1920×1080, primary"],
    ["monitor", "HDMI-1, 1280×1024"],
    ["window", "Notes, 640×480"],
    ["window", "xterm, 80×60"],
  ]);
  assert.deepEqual(choice.options.map(({ target }) => target), [
    { target: "all" },
    { monitor: "eDP-1" },
    { monitor: "HDMI-1" },
    { window: "0x5" },
    { window: "0x7" },
  ]);
  assert.deepEqual([choice.chosen, choice.region], [2, { x: 1, y: 2, w: 30, h: 40 }]);
});

Deno.test("readChoice() knows a window by its id and by its title, and lists what is away", () => {
  const chosen = (target: object) => {
    const { options, chosen } = readChoice({ ...SOURCE, target })!;
    return options[chosen].text;
  };
  assert.equal(chosen({ kind: "all" }), "Whole display");
  assert.equal(chosen({ kind: "window", window: "0x7" }), "xterm, 80×60");
  assert.equal(chosen({ kind: "window", window: "note" }), "Notes, 640×480");
  assert.equal(chosen({ kind: "window", window: "Mail" }), "Mail, away");
  assert.equal(chosen({ kind: "monitor", name: "DP-9" }), "DP-9, away");
});

Deno.test("readChoice() survives a server that says something else", () => {
  assert.equal(readChoice({}), null);
  assert.equal(readChoice({ ...SOURCE, target: null }), null);
  const odd = { target: { kind: "all" }, monitors: [null, {}, { name: 5 }], windows: "none" };
  assert.deepEqual(readChoice({ ...odd, region: { x: 1 } }), {
    options: [{ target: { target: "all" }, text: "Whole display", kind: "display" }],
    chosen: 0,
    region: null,
  });
});

Deno.test("regionOf() finds the place on the display, all of each pixel that was touched", () => {
  const rect = { x: 10, y: 20, w: 5, h: 7 };
  assert.deepEqual(regionOf(rect, null, 1), rect);
  assert.deepEqual(regionOf(rect, { x: 100, y: 200, w: 300, h: 300 }, 1), {
    x: 110,
    y: 220,
    w: 5,
    h: 7,
  });
  assert.deepEqual(regionOf(rect, null, 0.5), { x: 20, y: 40, w: 10, h: 14 });
  assert.deepEqual(regionOf({ x: 1, y: 1, w: 1, h: 1 }, null, 0.3), { x: 3, y: 3, w: 4, h: 4 });
});

Deno.test("selectTarget() asks the server, and passes on why not", async () => {
  const asked: [string, unknown][] = [];
  const answers = [
    Response.json({ id: "screen" }),
    Response.json({ detail: "refused", errors: [{ field: "window", message: "no such window" }] }, {
      status: 400,
    }),
    Response.json({ detail: "it shows one thing only" }, { status: 409 }),
  ];
  const fetcher: typeof fetch = (input, init) => {
    asked.push([`${init?.method} ${input}`, JSON.parse(String(init?.body))]);
    return Promise.resolve(answers.shift()!);
  };
  const options = { base: "http://host/", fetcher };
  assert.equal(await selectTarget("a b", { monitor: "HDMI-1" }, options), null);
  assert.equal(await selectTarget("screen", { window: "0x1" }, options), "no such window");
  assert.equal(await selectTarget("screen", { region: null }, options), "it shows one thing only");
  assert.deepEqual(asked, [
    ["POST http://host/api/sources/a%20b/select", { monitor: "HDMI-1" }],
    ["POST http://host/api/sources/screen/select", { window: "0x1" }],
    ["POST http://host/api/sources/screen/select", { region: null }],
  ]);
});
