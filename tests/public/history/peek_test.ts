/** When the small picture over the strip is to be seen, without a browser. */
import assert from "node:assert/strict";
import { mock } from "node:test";
import { Peek } from "../../../public/history/peek.js";
import { FakeElement } from "../fake_page.ts";

const URL_1 = "http://host/thumb?t=1";
const URL_2 = "http://host/thumb?t=2";

/** Longer than a pointer that only passes by stays, ms. */
const STAY_MS = 1000;

function setUp() {
  mock.timers.enable({ apis: ["setTimeout"] });
  const [card, image, text] = [new FakeElement(), new FakeElement(), new FakeElement()];
  image.hidden = true;
  const peek = new Peek({ card: card.as(), image: image.as(), text: text.as() });
  return {
    ...{ peek, card, image },
    /** The pointer stays over a place. */
    look(url: string | null) {
      peek.show(10, "then", url);
      mock.timers.tick(STAY_MS);
    },
    /** The browser is done with the picture. */
    loaded(good = true) {
      image.complete = true;
      image.naturalWidth = good ? 160 : 0;
      image.fire(good ? "load" : "error");
    },
    [Symbol.dispose]: () => mock.timers.reset(),
  };
}

Deno.test("Peek shows the picture again over the same place after one without", () => {
  using rig = setUp();
  rig.look(URL_1);
  rig.loaded();
  assert.deepEqual([rig.image.src, rig.image.hidden], [URL_1, false]);
  rig.look(null);
  assert.equal(rig.image.hidden, true);
  rig.look(URL_1);
  assert.equal(rig.image.hidden, false);
});

Deno.test("Peek shows a picture that came after the pointer had left, once it is back", () => {
  using rig = setUp();
  rig.look(URL_1);
  rig.peek.hide();
  rig.loaded();
  assert.deepEqual([rig.card.hidden, rig.image.hidden], [true, true]);
  rig.look(URL_1);
  assert.deepEqual([rig.card.hidden, rig.image.hidden], [false, false]);
});

Deno.test("Peek keeps a picture away that could not be loaded", () => {
  using rig = setUp();
  rig.look(URL_1);
  rig.loaded(false);
  rig.look(null);
  rig.look(URL_1);
  assert.equal(rig.image.hidden, true);
});

Deno.test("Peek loads one picture at a time, and the newest that is wanted next", () => {
  using rig = setUp();
  rig.look(URL_1);
  rig.look("http://host/thumb?t=1.5");
  rig.look(URL_2);
  assert.equal(rig.image.src, URL_1);
  rig.loaded();
  assert.equal(rig.image.src, URL_2);
  rig.loaded();
  assert.equal(rig.image.hidden, false);
});
