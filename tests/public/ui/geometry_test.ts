import assert from "node:assert/strict";
import {
  clampScale,
  fitScale,
  nextStop,
  overflows,
  percentText,
  rendering,
  settle,
  type Viewport,
  ZOOM_STOPS,
  zoomAt,
} from "../../../public/ui/geometry.js";

const hd = { width: 1920, height: 1080 };

function viewport(width: number, height: number, dpr = 1, left = 0, top = 0): Viewport {
  return { left, top, width, height, dpr };
}

Deno.test("fitScale() shrinks to the tighter side", () => {
  assert.equal(fitScale(hd, viewport(960, 1080)), 0.5);
  assert.equal(fitScale(hd, viewport(1920, 270)), 0.25);
});

Deno.test("fitScale() shrinks less on a dense display than its CSS pixels suggest", () => {
  // 960 CSS pixels are 1920 device pixels: exactly 1:1.
  assert.equal(fitScale(hd, viewport(960, 540, 2)) * 2, 1);
});

Deno.test("fitScale() prefers whole multiples when little room is lost", () => {
  assert.equal(fitScale(hd, viewport(2000, 1200)), 1);
  assert.equal(fitScale({ width: 640, height: 400 }, viewport(1300, 900)), 2);
  assert.equal(fitScale({ width: 640, height: 400 }, viewport(960, 600)), 1.5);
  // Never larger than fits.
  assert.ok(fitScale(hd, viewport(1919, 1080)) < 1);
});

Deno.test("nextStop() walks the stops, whatever the ratio", () => {
  for (const dpr of [1, 1.25, 1.5, 2, 3]) {
    let scale = ZOOM_STOPS[0] / 100 / dpr;
    const seen = [percentText(scale, dpr)];
    for (let i = 1; i < ZOOM_STOPS.length; i += 1) {
      scale = nextStop(scale, 1, dpr);
      seen.push(percentText(scale, dpr));
    }
    assert.deepEqual(seen, ZOOM_STOPS.map((stop) => `${stop}%`));
    for (let i = ZOOM_STOPS.length - 2; i >= 0; i -= 1) {
      scale = nextStop(scale, -1, dpr);
      assert.equal(percentText(scale, dpr), `${ZOOM_STOPS[i]}%`);
    }
  }
});

Deno.test("nextStop() goes to the neighbours of a scale between stops, and stays at the ends", () => {
  assert.equal(nextStop(0.9, 1, 1), 1);
  assert.equal(nextStop(0.9, -1, 1), 0.75);
  assert.equal(nextStop(16, 1, 1), 16);
  assert.equal(nextStop(0.05, -1, 1), 0.1);
});

Deno.test("clampScale() keeps to the stops' range in device pixels", () => {
  assert.equal(clampScale(100, 2), 8);
  assert.equal(clampScale(0.001, 2), 0.05);
});

Deno.test("zoomAt() leaves the point under the pointer where it is", () => {
  const before = { scale: 1, x: -100, y: -50 };
  const anchor = { x: 300, y: 200 };
  const after = zoomAt(before, 2.5, anchor);
  const under = (placement: typeof before) => [
    (anchor.x - placement.x) / placement.scale,
    (anchor.y - placement.y) / placement.scale,
  ];
  assert.deepEqual(under(after), under(before));
  assert.deepEqual(under(after), [400, 250]);
});

Deno.test("settle() centres what has room", () => {
  assert.deepEqual(
    settle({ scale: 0.5, x: 77, y: -9 }, hd, viewport(1000, 600)),
    { scale: 0.5, x: 20, y: 30 },
  );
});

Deno.test("settle() leaves no gap beside what is larger than the viewport", () => {
  const view = viewport(1000, 600);
  assert.deepEqual(settle({ scale: 1, x: 40, y: 10 }, hd, view), { scale: 1, x: 0, y: 0 });
  assert.deepEqual(
    settle({ scale: 1, x: -5000, y: -5000 }, hd, view),
    { scale: 1, x: 1000 - 1920, y: 600 - 1080 },
  );
  assert.deepEqual(
    settle({ scale: 1, x: -300, y: -200 }, hd, view),
    { scale: 1, x: -300, y: -200 },
  );
});

Deno.test("settle() puts the corner on a device pixel, wherever the viewport begins", () => {
  for (const dpr of [1, 1.1, 1.25, 1.5, 2.625]) {
    const view = viewport(1001.3, 611.7, dpr, 3.7, 48.2);
    const { x, y } = settle({ scale: 0.37, x: 0, y: 0 }, hd, view);
    for (const edge of [(view.left + x) * dpr, (view.top + y) * dpr]) {
      assert.ok(Math.abs(edge - Math.round(edge)) < 1e-6, `${edge} at ${dpr}`);
    }
  }
});

Deno.test("overflows() ignores less than half a device pixel", () => {
  assert.equal(overflows({ scale: 1, x: 0, y: 0 }, hd, viewport(1920, 1080)), false);
  assert.equal(overflows({ scale: 1, x: 0, y: 0 }, hd, viewport(1919.8, 1080)), false);
  assert.equal(overflows({ scale: 1, x: 0, y: 0 }, hd, viewport(1918, 1080)), true);
});

Deno.test("rendering() judges by device pixels", () => {
  assert.equal(rendering(1, 1), "pixelated");
  assert.equal(rendering(1 / 1.5, 1.5), "pixelated");
  assert.equal(rendering(2.37, 1), "pixelated");
  assert.equal(rendering(1, 1.25), "auto");
  assert.equal(rendering(0.5, 1), "auto");
  assert.equal(rendering(0.5, 2), "pixelated");
});
