/** Which source the bar switches while another one is chosen, without a browser. */
import assert from "node:assert/strict";
import { TargetBar, type TargetBarElements } from "../../../public/sources/target_bar.js";
import type { Choice } from "../../../public/sources/targets.js";
import type { View } from "../../../public/ui/view.js";
import { fakeDocument, FakeElement, FakeServer, settled } from "../fake_page.ts";

/** The picture lies in the corner of the stage, as large as it is. */
const VIEW = { frame: { width: 400, height: 300 }, placement: { x: 0, y: 0, scale: 1 } };

/** Two monitors, of which `chosen` is captured: 1 or 2; 0: the whole display. */
function choiceOf(chosen: number, region: Choice["region"] = null): Choice {
  return {
    options: [
      { target: { target: "all" }, text: "Whole display", kind: "display" },
      { target: { monitor: "LEFT" }, text: "LEFT", kind: "monitor" },
      { target: { monitor: "RIGHT" }, text: "RIGHT", kind: "monitor" },
    ],
    chosen,
    region,
  };
}

/** An administrator's bar, on the source `a`. */
function setUp() {
  const document = fakeDocument();
  const names = ["bar", "what", "part", "whole", "note"] as const;
  const elements = Object.fromEntries(names.map((name) => [name, new FakeElement()]));
  const stage = new FakeElement();
  const server = new FakeServer();
  const reads: (() => void)[] = [];
  let source = { id: "a", choice: choiceOf(1, { x: 100, y: 50, w: 400, h: 300 }) };
  const bar = new TargetBar(elements as unknown as TargetBarElements, {
    api: { base: "http://host/", fetcher: server.fetcher },
    stage: stage.as(),
    view: VIEW as unknown as View,
    overlay: Object.assign(new FakeElement(), { setBox() {} }).as(),
    source: () => source,
    isAdmin: () => true,
    refresh: () => new Promise<void>((resolve) => reads.push(resolve)),
  });
  bar.show();
  return {
    ...{ elements, server, bar, reads },
    choose(id: string, choice = choiceOf(1)) {
      source = { id, choice };
      bar.show();
    },
    /** Somebody drags a rectangle of 30×40 at 10, 20. */
    drag() {
      elements.part.fire("click");
      const at = (clientX: number, clientY: number) => ({
        button: 0,
        pointerId: 1,
        clientX,
        clientY,
      });
      stage.fire("pointerdown", at(10, 20));
      stage.fire("pointermove", at(20, 30));
      stage.fire("pointerup", at(40, 60));
    },
    [Symbol.dispose]: () => document[Symbol.dispose](),
  };
}

Deno.test("TargetBar shows the part that was drawn, of the source on whose picture it was drawn", async () => {
  using rig = setUp();
  rig.drag();
  assert.deepEqual(rig.server.waiting, ["GET /api/config?source=a"]);
  // Nothing else can be switched in between: the part would be one of something else.
  assert.equal(rig.elements.what.disabled, true);
  await rig.server.answer({ scale: 0.5 });
  assert.deepEqual(rig.server.waiting, [
    'POST /api/sources/a/select {"region":{"x":120,"y":90,"w":60,"h":80}}',
  ]);
  await rig.server.answer({});
  rig.reads.shift()?.();
  await settled();
  assert.deepEqual([rig.elements.what.disabled, rig.elements.note.textContent], [false, ""]);
});

Deno.test("TargetBar crops no source that was chosen after the part was drawn", async () => {
  using rig = setUp();
  rig.drag();
  rig.choose("b");
  await rig.server.answer({ scale: 1 });
  assert.deepEqual(rig.server.waiting, []);
  rig.reads.shift()?.();
  await settled();
  assert.equal(rig.elements.part.disabled, false);
});

Deno.test("TargetBar does not take a part of a picture that is another source's by now", () => {
  using rig = setUp();
  rig.elements.part.fire("click");
  rig.choose("b");
  assert.equal(rig.bar.picking, false);
});

Deno.test("TargetBar says why a part cannot be shown, and only of the chosen source", async () => {
  for (const [chosen, note] of [["a", "No such region"], ["b", ""]]) {
    using rig = setUp();
    rig.drag();
    await rig.server.answer({ scale: 1 });
    if (chosen !== "a") rig.choose(chosen);
    await rig.server.answer({ detail: "No such region" }, 400);
    rig.reads.shift()?.();
    await settled();
    assert.equal(rig.elements.note.textContent, note);
  }
});

Deno.test("TargetBar says why the settings cannot be read", async () => {
  using rig = setUp();
  rig.drag();
  await rig.server.answer({ detail: "Out of order" }, 500);
  rig.reads.shift()?.();
  await settled();
  const { note, part } = rig.elements;
  assert.deepEqual([rig.server.waiting, note.textContent, part.disabled], [
    [],
    "Out of order",
    false,
  ]);
});
