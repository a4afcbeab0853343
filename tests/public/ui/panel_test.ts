/** Whose settings the control panel shows, and whom it tells of changes, without a browser. */
import assert from "node:assert/strict";
import { FIELDS } from "../../../public/ui/panel_fields.js";
import { Panel, type PanelElements } from "../../../public/ui/panel.js";
import { fakeDocument, FakeElement, FakeServer } from "../fake_page.ts";

const FPS = FIELDS.findIndex(({ name }) => name === "fps");

/** All settings, as the server tells them. */
function settings(fps: number, paused: boolean): Record<string, unknown> {
  return { ...Object.fromEntries(FIELDS.map(({ name }) => [name, 1])), fps, paused };
}

/** An administrator's panel, on the source `a`. */
function setUp() {
  using _document = fakeDocument();
  const names = [
    ...["dialog", "form", "fields", "advanced", "readOnly", "message", "apply", "pause"],
    "keyframe",
  ] as const;
  const elements = Object.fromEntries(names.map((name) => [name, new FakeElement()]));
  const server = new FakeServer();
  let source = "a";
  const api = {
    base: "http://host/",
    fetcher: server.fetcher,
    get source() {
      return source;
    },
  };
  const panel = new Panel(elements as unknown as PanelElements, api, () => {});
  const choose = (id: string) => {
    source = id;
    panel.sourceChanged(id);
  };
  panel.setRole("admin");
  choose("a");
  const fps = elements.fields.children[FPS].children[1];
  return {
    ...{ elements, server, fps, choose },
    /** The panel may look at which element has the focus. */
    toggle: () => {
      using _document = fakeDocument();
      panel.toggle();
    },
    said: () => elements.message.textContent,
    locked: () => ["apply", "pause", "keyframe"].every((name) => elements[name].disabled),
  };
}

Deno.test("the panel drops settings of a source that was left while they were read", async () => {
  const { elements, server, fps, choose, toggle, said, locked } = setUp();
  toggle();
  assert.deepEqual(server.waiting, ["GET /api/config?source=a"]);
  choose("b");
  await server.answer(settings(5, true));
  assert.deepEqual(server.waiting, ["GET /api/config?source=b"]);
  assert.deepEqual([fps.value, locked(), said()], ["", true, "Loading the settings…"]);
  await server.answer(settings(30, false));
  assert.deepEqual([fps.value, locked(), said()], ["30", false, ""]);
  assert.equal(elements.pause.textContent, "Pause capture");
  assert.deepEqual(server.waiting, []);
});

Deno.test("the panel changes nothing of another source before it knows its settings", async () => {
  const { elements, server, fps, choose, toggle, locked } = setUp();
  toggle();
  await server.answer(settings(5, true));
  assert.equal(elements.pause.textContent, "Resume capture");
  choose("b");
  assert.deepEqual([fps.value, locked()], ["", true]);
  assert.equal(elements.pause.textContent, "Pause capture");
  fps.value = "7";
  elements.form.fire("submit");
  elements.pause.fire("click");
  assert.deepEqual(server.waiting, ["GET /api/config?source=b"]);
  await server.answer(settings(30, false));
  elements.pause.fire("click");
  assert.deepEqual(server.waiting, ['PATCH /api/config?source=b {"paused":true}']);
  await server.answer(settings(30, true));
});

Deno.test("the panel does not take the answer to a change for the next source's settings", async () => {
  const { elements, server, fps, choose, toggle, said } = setUp();
  toggle();
  await server.answer(settings(5, false));
  elements.pause.fire("click");
  // There and back: what was typed and shown before is gone all the same.
  choose("b");
  choose("a");
  await server.answer(settings(5, true));
  assert.deepEqual(server.waiting, ["GET /api/config?source=a"]);
  assert.deepEqual([fps.value, said()], ["", "Loading the settings…"]);
  await server.answer(settings(5, true));
  assert.deepEqual([fps.value, said()], ["5", ""]);
});

Deno.test("the panel puts no refusal of one source beside the fields of another", async () => {
  const { elements, server, fps, choose, toggle, said } = setUp();
  toggle();
  await server.answer(settings(5, false));
  fps.value = "0";
  elements.form.fire("submit");
  assert.deepEqual(server.waiting, ['PATCH /api/config?source=a {"fps":0}']);
  choose("b");
  await server.answer({ errors: [{ field: "fps", value: 0, allowed: "1 to 120" }] }, 400);
  await server.answer(settings(30, false));
  assert.deepEqual([fps.value, said(), fps.attributes.has("aria-invalid")], ["30", "", false]);
});

Deno.test("the panel keeps what somebody types while more is known of the same source", async () => {
  const { server, fps, choose, toggle } = setUp();
  toggle();
  await server.answer(settings(5, false));
  fps.value = "6";
  choose("a");
  assert.deepEqual([fps.value, server.waiting], ["6", []]);
});

Deno.test("the panel asks for nothing while it is closed, and then for the source that is chosen", async () => {
  const { server, fps, choose, toggle } = setUp();
  toggle();
  toggle();
  choose("b");
  await server.answer(settings(5, false));
  assert.deepEqual(server.waiting, []);
  toggle();
  assert.deepEqual(server.waiting, ["GET /api/config?source=b"]);
  await server.answer(settings(30, false));
  assert.equal(fps.value, "30");
});
