/** Choosing among sources, without elements and network. */
import assert from "node:assert/strict";
import { READ_MS, SourceChoice } from "../../../public/sources/choice.js";
import type { ListedSource } from "../../../public/sources/list.js";
import { type OpenSource, WALL_ID } from "../../../public/sources/requests.js";

const SCREEN: OpenSource = {
  id: "screen",
  label: "x11 :0",
  state: "live",
  width: 1920,
  isDefault: true,
  choice: null,
};
const DESK: OpenSource = {
  id: "desk",
  label: "pushed desk",
  state: "silent",
  width: 64,
  isDefault: false,
  choice: null,
};
const PAST = { id: "old", label: "pushed old", live: false, span: { from: 1000, to: 2000 } };

type Answer = Awaited<ReturnType<ConstructorParameters<typeof SourceChoice>[0]["read"]>>;

const refused = (status: number): Answer => ({ ok: false, status, detail: "", fields: new Map() });

function setUp(first: Answer) {
  let answer = first;
  const heard: string[] = [];
  const shown: { items: readonly ListedSource[]; chosen: string }[] = [];
  let pictureOf: (id: string, width: number) => string | null = () => null;
  const choice = new SourceChoice({
    base: "http://host/",
    read: () => {
      heard.push("read");
      return Promise.resolve(answer);
    },
    list: {
      show: (items, chosen) => void shown.push({ items, chosen }),
      renew: (_now, urlOf) => pictureOf = urlOf,
    },
    now: () => 5000,
    watch: (id) => heard.push(`watch ${id}`),
    opened: () => heard.push("opened"),
    changed: () => {},
  });
  return {
    choice,
    heard,
    answer: (next: Answer) => answer = next,
    ids: () => shown.at(-1)?.items.map(({ id, state }) => `${id} ${state}`),
    pressed: () => shown.at(-1)?.chosen,
    picture: (id: string) => {
      choice.tick(0);
      return pictureOf(id, 160);
    },
  };
}

Deno.test("SourceChoice shows the server's own where no link names one", async () => {
  const { choice, heard, ids, pressed } = setUp([DESK, SCREEN]);
  await choice.begin(null);
  assert.deepEqual([choice.chosen, choice.home, choice.named], ["screen", "screen", null]);
  assert.deepEqual([ids(), pressed()], [["wall live", "desk silent", "screen live"], "screen"]);
  // The engine has begun with it.
  assert.deepEqual(heard, ["read"]);
});

Deno.test("SourceChoice stays with the source of a link, there or not", async () => {
  for (const [wanted, open] of [["desk", true], ["nope", false]] as const) {
    const { choice, heard, pressed } = setUp([SCREEN, DESK]);
    await choice.begin(wanted);
    assert.deepEqual([choice.chosen, choice.named, pressed()], [wanted, wanted, wanted]);
    assert.deepEqual([choice.has(wanted), choice.isOpen(wanted)], [open, open]);
    assert.deepEqual(heard, ["read"]);
  }
});

Deno.test("SourceChoice.use() has the engine watch another one, the server's own without a name", async () => {
  const { choice, heard, pressed } = setUp([SCREEN, DESK]);
  await choice.begin(null);
  choice.use("desk");
  assert.deepEqual([choice.named, choice.label, pressed()], ["desk", "pushed desk", "desk"]);
  choice.use("desk");
  choice.use("screen");
  assert.deepEqual([choice.named, pressed()], [null, "screen"]);
  assert.deepEqual(heard, ["read", "watch desk", "watch null"]);
});

Deno.test("SourceChoice.tick() asks now and then, once it has begun, and one question at a time", async () => {
  const { choice, heard, answer, ids } = setUp([SCREEN]);
  choice.tick(0);
  assert.deepEqual(heard, []);
  await choice.begin(null);
  choice.tick(1000);
  answer([SCREEN, DESK]);
  choice.tick(1000 + READ_MS - 1);
  await choice.refresh();
  assert.deepEqual(heard, ["read", "read"]);
  assert.deepEqual(ids(), ["wall live", "screen live", "desk silent"]);
  answer([SCREEN]);
  choice.tick(20_000);
  choice.tick(20_000 + READ_MS - 1);
  choice.tick(20_000 + READ_MS);
  await choice.refresh();
  assert.deepEqual(heard, ["read", "read", "read"]);
  assert.deepEqual(ids(), ["screen live"]);
});

Deno.test("SourceChoice tells when the chosen one opens, once", async () => {
  const { choice, heard, answer } = setUp([SCREEN]);
  await choice.begin("desk");
  for (const next of [[SCREEN, DESK], [SCREEN, DESK], [SCREEN], [SCREEN, DESK]]) {
    answer(next);
    await choice.refresh();
  }
  assert.deepEqual(heard.filter((word) => word !== "read"), ["opened", "opened"]);
});

Deno.test("SourceChoice keeps what it knows while the server is away, and asks no more when shut out", async () => {
  const { choice, heard, answer, ids } = setUp([SCREEN, DESK]);
  await choice.begin(null);
  answer(refused(0));
  choice.tick(0);
  choice.tick(READ_MS);
  await choice.refresh();
  assert.deepEqual(ids(), ["wall live", "screen live", "desk silent"]);
  answer(refused(401));
  choice.tick(READ_MS);
  choice.tick(2 * READ_MS);
  await choice.refresh();
  choice.tick(3 * READ_MS);
  choice.tick(9 * READ_MS);
  assert.deepEqual(heard, ["read", "read", "read"]);
  // Somebody signs in.
  answer([SCREEN]);
  await choice.begin(null);
  assert.deepEqual(ids(), ["screen live"]);
});

Deno.test("SourceChoice lists those that only have a past behind those that are open", async () => {
  const { choice, ids, picture } = setUp([SCREEN]);
  await choice.begin(null);
  choice.knowRecorded([PAST, { id: "screen", label: "x", live: true, span: null }]);
  assert.deepEqual(ids(), ["screen live", "old recorded"]);
  assert.deepEqual([choice.has("old"), choice.isOpen("old")], [true, false]);
  assert.match(picture("screen") ?? "", /\/snapshot\.jpg\?source=screen&w=160/);
  assert.match(picture("old") ?? "", /\/api\/history\/old\/thumb\?t=2000&w=160/);
  assert.equal(picture("nobody"), null);
});

Deno.test("SourceChoice makes do with the history's word while the server does not list", async () => {
  const { choice, ids } = setUp(refused(500));
  await choice.begin(null);
  assert.deepEqual([choice.chosen, choice.named], ["", null]);
  choice.knowRecorded([PAST, { id: "screen", label: "x", live: true, span: null }]);
  assert.deepEqual([choice.chosen, choice.named], ["screen", null]);
  assert.deepEqual(ids(), ["old recorded", "screen live"]);
  assert.equal(choice.isOpen("screen"), true);
});

Deno.test("SourceChoice has the wall first, where it shows more than one source", async () => {
  const { choice, heard, ids, answer, picture } = setUp([SCREEN]);
  await choice.begin(null);
  assert.deepEqual(ids(), ["screen live"]);
  answer([SCREEN, DESK]);
  await choice.refresh();
  assert.deepEqual(ids(), ["wall live", "screen live", "desk silent"]);
  choice.use(WALL_ID);
  assert.deepEqual([choice.named, choice.label, choice.chosenOpen], ["wall", "All", undefined]);
  // A small picture of it would keep all sources awake.
  assert.equal(picture(WALL_ID), null);
  // The way out stays while it is shown.
  answer([SCREEN]);
  await choice.refresh();
  assert.deepEqual(ids(), ["wall live", "screen live"]);
  choice.use("screen");
  assert.deepEqual(ids(), ["screen live"]);
  assert.deepEqual(heard.filter((word) => word !== "read"), ["watch wall", "watch null"]);
});

Deno.test("SourceChoice takes the wall of a link for there, before the server has said anything", async () => {
  const { choice, heard } = setUp([SCREEN, DESK]);
  assert.ok(choice.has(WALL_ID) && choice.isOpen(WALL_ID));
  await choice.begin(WALL_ID);
  assert.equal(choice.chosen, WALL_ID);
  await choice.refresh();
  // The engine has begun with it, and it has not opened since.
  assert.deepEqual(heard, ["read", "read"]);
});

Deno.test("SourceChoice.chosenOpen is all that the server says of the chosen one", async () => {
  const { choice } = setUp([SCREEN, DESK]);
  assert.equal(choice.chosenOpen, undefined);
  await choice.begin("desk");
  assert.equal(choice.chosenOpen, DESK);
});

Deno.test("SourceChoice.refreshAnew() waits for an answer that may be old, and asks again, once", async () => {
  const answers: ((answer: Answer) => void)[] = [];
  const choice = new SourceChoice({
    base: "http://host/",
    read: () => new Promise((resolve) => answers.push(resolve)),
    list: { show() {}, renew() {} },
    now: () => 5000,
    watch() {},
    opened() {},
    changed() {},
  });
  const began = choice.begin("desk");
  let done = 0;
  const anew = [0, 1].map(() => choice.refreshAnew().then(() => done++));
  answers[0]([SCREEN, DESK]);
  await began;
  await Promise.resolve();
  assert.deepEqual([answers.length, done, choice.chosenOpen], [2, 0, DESK]);
  const another: OpenSource = { ...DESK, width: 32 };
  answers[1]([SCREEN, another]);
  await Promise.all(anew);
  assert.deepEqual([answers.length, choice.chosenOpen], [2, another]);
  // Nothing is under way: one question.
  const last = choice.refreshAnew();
  await Promise.resolve();
  answers[2]([SCREEN, DESK]);
  await last;
  assert.deepEqual([answers.length, choice.chosenOpen], [3, DESK]);
});
