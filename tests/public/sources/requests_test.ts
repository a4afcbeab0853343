import assert from "node:assert/strict";
import { readSources, snapshotUrl } from "../../../public/sources/requests.js";

const base = "http://host/screen/";

function read(response: Response) {
  const urls: string[] = [];
  const fetcher: typeof fetch = (input) => {
    urls.push(String(input));
    return Promise.resolve(response);
  };
  return { urls, answer: readSources({ base, fetcher }) };
}

Deno.test("readSources() reads what the server lists", async () => {
  const { urls, answer } = read(Response.json({
    sources: [
      { id: "screen", label: "x11 :0", default: true, state: "lost", width: 64, height: 32 },
      { id: "desk", label: "pushed desk", default: false, state: "silent", width: 8, height: 8 },
    ],
  }));
  assert.deepEqual(await answer, [
    { id: "screen", label: "x11 :0", state: "lost", width: 64, isDefault: true, choice: null },
    { id: "desk", label: "pushed desk", state: "silent", width: 8, isDefault: false, choice: null },
  ]);
  assert.deepEqual(urls, ["http://host/screen/api/sources"]);
});

Deno.test("readSources() survives a server that says something else", async () => {
  for (const body of [{}, { sources: "none" }, { sources: [null, 7, {}, { id: "" }, { id: 3 }] }]) {
    assert.deepEqual(await read(Response.json(body)).answer, []);
  }
  const odd = { sources: [{ id: "a", label: 5, state: "new", width: -1, default: "yes" }] };
  assert.deepEqual(await read(Response.json(odd)).answer, [
    { id: "a", label: "a", state: "live", width: 0, isDefault: false, choice: null },
  ]);
  const many = { sources: Array.from({ length: 5000 }, (_, i) => ({ id: `s${i}` })) };
  const listed = await read(Response.json(many)).answer;
  assert.ok("length" in listed && listed.length === 1000);
});

Deno.test("readSources() tells why not", async () => {
  const problem = Response.json({ detail: "A token is needed" }, { status: 401 });
  const answer = await read(problem).answer;
  assert.ok("ok" in answer);
  assert.deepEqual([answer.status, answer.detail], [401, "A token is needed"]);
});

Deno.test("snapshotUrl() asks for no larger picture than there is, and anew each turn", () => {
  assert.equal(
    snapshotUrl(base, { id: "desk", width: 1280 }, { width: 160, turn: 7 }),
    "http://host/screen/snapshot.jpg?source=desk&w=160&turn=7",
  );
  assert.equal(
    snapshotUrl(base, { id: "a&b", width: 100 }, { width: 160, turn: 8 }),
    "http://host/screen/snapshot.jpg?source=a%26b&turn=8",
  );
});
