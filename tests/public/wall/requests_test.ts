import assert from "node:assert/strict";
import { readWall } from "../../../public/wall/requests.js";

function read(response: Response) {
  const fetcher: typeof fetch = () => Promise.resolve(response);
  return readWall({ base: "http://host/", fetcher });
}

Deno.test("readWall() reads what lies where", async () => {
  const cell = { id: "desk", label: "pushed desk", state: "silent", x: 964, y: 0, w: 956, h: 538 };
  const wall = { width: 1920, height: 538, cells: [cell] };
  assert.deepEqual(await read(Response.json(wall)), wall);
});

Deno.test("readWall() survives a server that says something else", async () => {
  assert.deepEqual(await read(Response.json({})), { width: 1, height: 1, cells: [] });
  const odd = [
    null,
    { id: "" },
    { id: "a", x: -1, y: 0, w: 1, h: 1 },
    { id: "b", x: 0, y: 0, w: 0, h: 1 },
    { id: "c", label: 7, state: "new", x: 0, y: 0, w: 1, h: 1 },
  ];
  assert.deepEqual(await read(Response.json({ width: 1e9, height: "8", cells: odd })), {
    width: 1,
    height: 1,
    cells: [{ id: "c", label: "c", state: "live", x: 0, y: 0, w: 1, h: 1 }],
  });
  const cells = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, x: 0, y: 0, w: 1, h: 1 }));
  const many = await read(Response.json({ width: 9, height: 9, cells }));
  assert.ok("cells" in many && many.cells.length === 256);
});

Deno.test("readWall() tells why not", async () => {
  const answer = await read(Response.json({ detail: "A token is needed" }, { status: 401 }));
  assert.ok("ok" in answer);
  assert.deepEqual([answer.status, answer.detail], [401, "A token is needed"]);
});
