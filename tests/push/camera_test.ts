import assert from "node:assert/strict";
import { Camera } from "../../push/camera.ts";
import { FakeScreen } from "../helpers/fake_source.ts";
import { literalFrame } from "../helpers/frames.ts";

function rig() {
  const screen = new FakeScreen(literalFrame(2, [1, 2, 3, 4]));
  const camera = new Camera({ source: screen.open(), reopen: screen.open, note: undefined });
  return { screen, camera };
}

Deno.test("Camera.look() gives a picture when it is another one", () => {
  const { screen, camera } = rig();
  const first = camera.look(0);
  assert.deepEqual(first && { ...first, bgrx: [...first.bgrx] }, {
    width: 2,
    height: 2,
    bgrx: [...screen.frame.bgrx],
  });
  assert.equal(camera.look(1), undefined);
  // Damage may be wrong: it is not relied on.
  screen.show(literalFrame(2, [1, 2, 3, 5]), []);
  assert.deepEqual(camera.look(2)?.bgrx, screen.frame.bgrx);
  assert.equal(camera.look(3), undefined);
  screen.show(literalFrame(2, [1, 2, 3, 4]), []);
  assert.ok(camera.look(4), "the one before the last is another one, too");
  camera.close();
});

Deno.test("Camera.look() knows no fourth byte", () => {
  const { screen, camera } = rig();
  camera.look(0);
  const frame = literalFrame(2, [1, 2, 3, 4]);
  for (let i = 3; i < 16; i += 4) frame.bgrx[i] = 77;
  screen.show(frame);
  assert.equal(camera.look(1), undefined);
});

Deno.test("Camera.look() takes another size for another picture", () => {
  const { screen, camera } = rig();
  camera.look(0);
  screen.show(literalFrame(1, [1, 2, 3, 4]));
  const look = camera.look(1);
  assert.deepEqual([look?.width, look?.height], [1, 4]);
});

Deno.test("Camera.look() waits for a source that went away, and goes on with it", () => {
  const { screen, camera } = rig();
  camera.look(0);
  screen.fault = "the display is gone";
  assert.equal(camera.look(1000), undefined);
  assert.equal(camera.lostReason, "the display is gone");
  screen.fault = undefined;
  screen.show(literalFrame(2, [9, 9, 9, 9]));
  assert.ok(camera.look(10_000));
  assert.equal(camera.lostReason, undefined);
});
