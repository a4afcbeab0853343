/** The painter before a canvas on another thread: orders go out, and are carried out when the test says so. */
import assert from "node:assert/strict";
import { carryOut } from "../../../public/engine/canvas_orders.js";
import { CanvasSurface } from "../../../public/engine/canvas_surface.js";
import type { CanvasOrder, Rect } from "../../../public/engine/messages.js";
import { Painter } from "../../../public/engine/painter.js";
import { RemoteSurface } from "../../../public/engine/remote_surface.js";
import { FakeCanvas } from "./fake_canvas.ts";

const WIDTH = 8;
const HEIGHT = 2;

function setUp() {
  const canvas = new FakeCanvas();
  const orders: CanvasOrder[] = [];
  const remote = new RemoteSurface((order, transfer) => {
    // Pixels are really handed over; pretended bitmaps cannot be.
    orders.push(order.type === "draw" ? order : structuredClone(order, { transfer }));
  });
  /** Lengths of the buffers that came back. */
  const returned: number[] = [];
  const page = new CanvasSurface(canvas.asCanvas());
  page.restored = () => remote.receive({ type: "restored" });
  const rgba = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  const picture = { width: WIDTH, height: HEIGHT, rgba };
  const painted: { stamp: number; rects: readonly Rect[] }[] = [];
  let stamp = 0;
  let lost = 0;
  let frame: (() => void) | null = null;
  const paint = () => {
    const run = frame;
    frame = null;
    run?.();
  };
  const painter = new Painter(remote, {
    requestFrame: (run) => {
      frame = run;
      return () => frame = null;
    },
    painting: () => {
      const taken = stamp;
      return (rects) => painted.push({ stamp: taken, rects });
    },
    lost: () => lost++,
  });
  return {
    canvas,
    orders,
    painted,
    painter,
    picture,
    page,
    remote,
    returned,
    get lost() {
      return lost;
    },
    /** Changes one pixel of the picture and shows it. */
    dot: (x: number, y: number, letter: "R" | "G") => {
      stamp++;
      rgba.set(letter === "R" ? [255, 0, 0, 255] : [0, 255, 0, 255], (y * WIDTH + x) * 4);
      painter.show(picture, [{ x, y, w: 1, h: 1 }]);
      paint();
    },
    paint,
    /** The page carries out the oldest order, and the Worker hears of it. */
    work: () => {
      carryOut(page, orders.shift()!, (news, transfer) => {
        const got = structuredClone(news, { transfer });
        if (got.type === "drawn" && got.pixels) returned.push(got.pixels.byteLength);
        remote.receive(got);
      });
      paint();
    },
  };
}

/** The first paint of a picture is all of it. */
function begun() {
  const rig = setUp();
  rig.picture.rgba.fill(255);
  for (let i = 0; i < WIDTH * HEIGHT; i++) rig.picture.rgba.set([255, 0, 0, 255], i * 4);
  rig.painter.show(rig.picture, []);
  rig.paint();
  rig.work();
  rig.painted.length = 0;
  assert.deepEqual(rig.canvas.rows(), ["RRRRRRRR", "RRRRRRRR"]);
  return rig;
}

Deno.test("Painter tells what was painted when it is on the canvas, not before", () => {
  const { dot, canvas, painted, work } = begun();
  dot(3, 1, "G");
  assert.deepEqual(painted, []);
  assert.deepEqual(canvas.rows(), ["RRRRRRRR", "RRRRRRRR"]);
  work();
  assert.deepEqual(canvas.rows(), ["RRRRRRRR", "RRRGRRRR"]);
  assert.deepEqual(painted, [{ stamp: 1, rects: [{ x: 3, y: 1, w: 1, h: 1 }] }]);
});

Deno.test("Painter has two paints under way at most; what comes meanwhile is one paint, at its newest", () => {
  const { dot, canvas, orders, painted, work } = begun();
  for (const x of [0, 1, 2, 3, 4]) dot(x, 0, "G");
  dot(4, 0, "R");
  assert.equal(orders.length, 2);
  work();
  assert.equal(orders.length, 2);
  assert.deepEqual(canvas.rows()[0], "GRRRRRRR");
  work();
  work();
  assert.deepEqual(canvas.rows()[0], "GGGGRRRR");
  // The one that was merged is as new as what it shows.
  assert.deepEqual(painted.map(({ stamp }) => stamp), [1, 2, 6]);
  assert.equal(orders.length, 0);
});

Deno.test("Painter uses the buffers again that came back", () => {
  const { dot, orders, returned, work } = begun();
  // One for the whole picture so far: small paints go into it.
  for (let i = 0; i < 20; i++) {
    dot(i % 8, 0, "G");
    work();
  }
  assert.equal(orders.length, 0);
  assert.deepEqual(new Set(returned), new Set([WIDTH * HEIGHT * 4]));
});

Deno.test("Painter paints everything again when the page's canvas lost its pixels", () => {
  const { canvas, dot, paint, work } = begun();
  dot(7, 1, "G");
  work();
  canvas.lose();
  paint();
  assert.deepEqual(canvas.rows(), ["........", "........"]);
  work();
  assert.deepEqual(canvas.rows(), ["RRRRRRRR", "RRRRRRRG"]);
});

Deno.test("Painter says so when pixels were lost that only the canvas held", async () => {
  const rig = begun();
  const size = { width: WIDTH, height: HEIGHT };
  const drawn = rig.painter.draw(size, true, [
    { x: 2, y: 1, bitmap: rig.canvas.bitmap(3, 1, "G") },
  ]);
  rig.work();
  await drawn;
  assert.deepEqual(rig.canvas.rows(), ["........", "..GGG..."]);
  assert.deepEqual(rig.painted.map(({ rects }) => rects), [[{ x: 0, y: 0, w: 8, h: 2 }]]);
  rig.canvas.lose();
  assert.equal(rig.lost, 1);
});

Deno.test("Painter looks at the canvas behind all that waits, however much is under way", () => {
  const { dot, orders, painter } = begun();
  for (const x of [0, 1, 2, 3]) dot(x, 0, "G");
  painter.read(() => {});
  assert.deepEqual(orders.map(({ type }) => type), ["put", "put", "put", "read"]);
});

Deno.test("Painter: looks at the canvas are bounded, and end as they were asked for", () => {
  const { painter, remote } = begun();
  const got: unknown[] = [];
  for (let i = 0; i < 4; i++) painter.read((shown) => got.push([i, shown]));
  assert.deepEqual(got, [[2, null], [3, null]]);
  remote.receive({ type: "shown", bitmap: null });
  remote.receive({ type: "shown", bitmap: null });
  assert.deepEqual(got.slice(2), [[0, null], [1, null]]);
});

Deno.test("Painter tells and paints nothing after it was closed", () => {
  const { dot, canvas, orders, painted, painter, page, work } = begun();
  dot(0, 0, "G");
  painter.close();
  work();
  dot(1, 0, "G");
  assert.deepEqual(painted, []);
  assert.equal(orders.length, 0);
  page.close();
  assert.equal(canvas.listeners, 0);
});
