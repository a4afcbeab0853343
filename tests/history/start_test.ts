/** When there is a history, and what people are told. */
import assert from "node:assert/strict";
import type { Archive } from "../../history/archive.ts";
import { HistoryOpenFailed } from "../../history/database.ts";
import { type HistoryWish, startHistory } from "../../history/start.ts";
import type { ArchiveOptions } from "../../history/worker_protocol.ts";

const WISH: HistoryWish = {
  history: "auto",
  historyDir: "history-data",
  historyHours: 24,
  historyBytes: 0,
  historyFps: 10,
};

const opened = {} as Archive;

function opens(seen: ArchiveOptions[] = []) {
  return (options: ArchiveOptions) => {
    seen.push(options);
    return Promise.resolve(opened);
  };
}

function fails(error: Error) {
  return () => Promise.reject(error);
}

Deno.test("startHistory() records by default, and says where, for how long and how not to", async () => {
  const seen: ArchiveOptions[] = [];
  const { archive, offDetail, note } = await startHistory(WISH, false, opens(seen));
  assert.equal(archive, opened);
  assert.equal(offDetail, "");
  assert.deepEqual(seen, [{ dir: "history-data", maxAgeMs: 86_400_000, maxBytes: 0, fps: 10 }]);
  assert.match(note, /history-data .*24 h.*--history off/);
  const small = { ...WISH, historyBytes: 64 * 2 ** 20, historyHours: 2 };
  assert.match((await startHistory(small, false, opens())).note, /2 h or 64 MiB/);
});

Deno.test("startHistory() does not record the demo unless it is asked to, and nothing when told so", async () => {
  const demo = await startHistory(WISH, true, opens());
  assert.equal(demo.archive, undefined);
  assert.match(demo.offDetail, /--history on/);
  assert.equal((await startHistory({ ...WISH, history: "on" }, true, opens())).archive, opened);
  const off = await startHistory({ ...WISH, history: "off" }, false, fails(new Error("opened")));
  assert.equal(off.archive, undefined);
  assert.match(off.offDetail, /--history off/);
});

Deno.test("startHistory() goes on without where nobody asked for it, and fails where somebody did", async () => {
  const taken = new HistoryOpenFailed("Cannot open the history in history-data: it is taken");
  const { archive, note } = await startHistory(WISH, false, fails(taken));
  assert.equal(archive, undefined);
  assert.match(note, /nothing is recorded: .*it is taken/);
  for (const wish of [{ ...WISH, history: "on" as const }, { ...WISH, historyDir: "/srv/past" }]) {
    await assert.rejects(startHistory(wish, false, fails(taken)), HistoryOpenFailed);
  }
  await assert.rejects(startHistory(WISH, false, fails(new TypeError("a fault"))), TypeError);
});
