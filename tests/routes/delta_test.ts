import assert from "node:assert/strict";
import { restore } from "../../compare/restore.ts";
import { readPicture } from "../../compare/read_picture.ts";
import { writePng } from "../../compare/write_png.ts";
import { DeltaMakerBusy } from "../../routes/delta/delta_maker.ts";
import { Deltas } from "../../routes/delta/deltas.ts";
import { deltaRoutes } from "../../routes/delta.ts";
import { CaptureRig } from "../helpers/capture_rig.ts";
import { changed, randomFrame } from "../helpers/frames.ts";
import { onlySource } from "../helpers/only_source.ts";
import { Random } from "../helpers/random.ts";
import { problemOf, testServer, VIEWER } from "./fakes.ts";

const SCREEN = { width: 90, height: 70 };

async function start() {
  const random = new Random(1);
  const rig = await CaptureRig.start(randomFrame(random, SCREEN, "text"));
  rig.watch();
  await rig.tick();
  const deltas = new Deltas(rig.clock.steady);
  const engine = {
    ring: rig.ring,
    hello: (viewer: string) => rig.hello(viewer),
    join: (wish: Parameters<CaptureRig["join"]>[0]) => rig.join(wish),
    picture: () => rig.loop.picture(),
  };
  const server = testServer({ extra: deltaRoutes({ sources: onlySource(engine), deltas }) });
  return {
    rig,
    server,
    deltas,
    get: (path: string, headers = {}) =>
      rig.answer(server.request(path, { token: VIEWER, headers })),
    async change(): Promise<void> {
      const { frame, damage } = changed(random, rig.screen.frame, "spot");
      rig.screen.show(frame, damage);
      await rig.tick();
    },
    close(): void {
      deltas.closeAll();
      rig.close();
    },
  };
}

/** The picture of now as a PNG file, and its seq, as GET /snapshot.png gives them. */
async function snapshot({ rig }: { rig: CaptureRig }) {
  const { seq, rgba } = await rig.answer(rig.loop.picture());
  return { seq, png: writePng({ ...SCREEN, depth: 8, samples: new Uint8Array(rgba) }) };
}

Deno.test("GET /api/delta.png leads from one snapshot to the next", async () => {
  const here = await start();
  const first = await snapshot(here);
  await here.change();
  const second = await snapshot(here);
  for (const query of [`from=${first.seq}&to=${second.seq}`, `from=${first.seq}`]) {
    const response = await here.get(`/api/delta.png?${query}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.equal(response.headers.get("cache-control"), "no-store, private");
    assert.equal(response.headers.get("x-patchcast-from"), String(first.seq));
    assert.equal(response.headers.get("x-patchcast-to"), String(second.seq));
    const delta = new Uint8Array(await response.arrayBuffer());
    const { bytes } = await restore(first.png, delta);
    assert.deepEqual(await readPicture(bytes), await readPicture(second.png));
    const tag = { "if-none-match": response.headers.get("etag")! };
    assert.equal((await here.get(`/api/delta.png?${query}`, tag)).status, 304);
  }
  here.close();
});

Deno.test("GET /api/delta.png refuses what is no seq, and names what is held", async () => {
  const here = await start();
  const { seq } = await snapshot(here);
  for (const bad of ["", "-1", "1.5", "x", "99999999999999999", "1e3"]) {
    const problem = await problemOf(await here.get(`/api/delta.png?from=${bad}&to=${bad}`));
    assert.equal(problem.status, 400);
    const allowed = "a whole number, 0 to 2^53 - 1";
    assert.equal(
      problem.detail,
      `Cannot set from: got "${bad}", wanted ${allowed}; Cannot set to: got "${bad}", wanted ${allowed}`,
    );
  }
  assert.equal(
    (await problemOf(await here.get("/api/delta.png"))).detail,
    "Cannot set from: got nothing, wanted a whole number, 0 to 2^53 - 1",
  );
  const gone = await problemOf(await here.get(`/api/delta.png?from=1&to=${seq}`));
  assert.equal(gone.status, 404);
  assert.equal(
    gone.detail,
    `Cannot set from: got 1, wanted ${seq} to ${seq}, the pictures that the ring holds`,
  );
  const other = await here.get(`/api/delta.png?from=${seq}&source=nobody`);
  assert.match(String((await problemOf(other)).detail), /no source "nobody"/);
  assert.equal((await here.server.request("/api/delta.png?from=1")).status, 401);
  here.close();
});

Deno.test("GET /api/delta.png is 503 while too many are being made", async () => {
  const here = await start();
  here.deltas.make = () => Promise.reject(new DeltaMakerBusy("busy"));
  const { seq } = await snapshot(here);
  const response = await here.get(`/api/delta.png?from=${seq}&to=${seq}`);
  assert.equal(response.headers.get("retry-after"), "1");
  assert.equal((await problemOf(response)).status, 503);
  here.close();
});
