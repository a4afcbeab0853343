/** The history's routes over a real store with known pictures. */
import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { historyRoutes } from "../../routes/history.ts";
import type { ExportOptions } from "../../routes/history/export.ts";
import { hasFfmpeg } from "../../routes/history/export_mp4.ts";
import { Erasures } from "../../routes/history/erasures.ts";
import { HistoryMeter } from "../../routes/history/meter.ts";
import { blank, copyOf, fill, START, StoreRig } from "../history/rig.ts";
import type { PictureView } from "../../history/picture_refs.ts";
import { Client } from "../helpers/client.ts";
import { fakeArchive, storeArchive } from "../helpers/fake_archive.ts";
import { readPng } from "../helpers/png.ts";
import { Random } from "../helpers/random.ts";
import { ADMIN, HISTORIAN, problemOf, type TestServer, testServer, VIEWER } from "./fakes.ts";

const SIZE = { width: 200, height: 130 };
/** The pictures come a second apart ... */
const COUNT = 12;
/** ... and the tests run long behind them. */
const NOW = START + 100_000;

interface Known {
  readonly time: number;
  readonly picture: PictureView;
}

/** A server whose history has `COUNT` pictures of the source `screen`. */
class HistoryRig {
  readonly pictures: Known[] = [];
  readonly #store: StoreRig;
  readonly server: TestServer;
  readonly #close: (reason: string) => void;

  /** Records one more picture. */
  record(time: number, picture: PictureView): void {
    this.#store.store.record("screen", time, picture);
  }

  private constructor(store: StoreRig, pictures: Known[], options: ExportOptions) {
    this.#store = store;
    this.pictures = pictures;
    const archive = storeArchive(() => store.store);
    const { routes, close } = historyRoutes({
      archive,
      offDetail: "",
      limits: { maxAgeMs: 24 * 3_600_000, maxBytes: 0 },
      recorded: () => [{ id: "screen", label: "x11 :99" }],
      erasures: new Erasures(START),
      now: () => NOW,
    }, options);
    this.#close = close;
    this.server = testServer({ extra: routes });
  }

  static async open(
    options: ExportOptions = { hasFfmpeg: () => Promise.resolve(false) },
  ): Promise<HistoryRig> {
    const store = await StoreRig.open();
    const random = new Random(4);
    const pictures: Known[] = [];
    let picture = blank(SIZE.width, SIZE.height, 0x202020);
    for (let i = 0; i < COUNT; i++) {
      picture = copyOf(picture);
      const x = random.int(0, 100);
      const colour = random.int(1, 0xffffff);
      fill(picture, { x, y: 10 * i, w: 60, h: 12 }, (x, y) => (x ^ y) & 2 ? colour : colour >> 1);
      const time = START + i * 1000;
      pictures.push({ time, picture });
      store.store.record("screen", time, picture);
    }
    return new HistoryRig(store, pictures, options);
  }

  async get(path: string, init: { token?: string; headers?: Record<string, string> } = {}) {
    return await this.server.request(`/api/history${path}`, { token: HISTORIAN, ...init });
  }

  async json(path: string) {
    const response = await this.get(path);
    assert.equal(response.status, 200, await response.clone().text());
    return await response.json();
  }

  async [Symbol.asyncDispose]() {
    this.#close("the test is over");
    await this.#store.close();
  }
}

async function receive(client: Client, response: Response): Promise<void> {
  assert.equal(response.status, 200, response.status === 200 ? "" : await response.text());
  client.connect();
  client.receive(new Uint8Array(await response.arrayBuffer()));
}

function assertShows(rgba: Uint8ClampedArray | Uint8Array, { picture }: Known): void {
  const want = new Uint8Array(picture.pixels.length * 4);
  picture.pixels.forEach((pixel, i) => {
    want.set([pixel >> 16, pixel >> 8, pixel, 255], i * 4);
  });
  assert.deepEqual(new Uint8Array(rgba), want);
}

Deno.test("GET /api/history tells the state, what it takes and the sources", async () => {
  await using rig = await HistoryRig.open();
  const { state, detail, storage, sources } = await rig.json("");
  assert.deepEqual({ state, detail }, { state: "recording", detail: "ok" });
  assert.ok(storage.usedBytes > 1000 && storage.fileBytes >= storage.usedBytes);
  assert.equal(storage.maxAgeMs, 24 * 3_600_000);
  assert.deepEqual(sources, [{
    id: "screen",
    label: "x11 :99",
    live: true,
    span: { from: START, to: START + (COUNT - 1) * 1000 },
  }]);
});

Deno.test("GET /api/history/{source} tells span, activity and gaps", async () => {
  await using rig = await HistoryRig.open();
  const all = await rig.json("/screen?bins=2");
  assert.deepEqual(all.span, { from: START, to: START + 11_000 });
  assert.equal(all.from, START);
  assert.equal(all.to, START + 11_001);
  assert.equal(all.binMs, 11_001 / 2);
  assert.equal(all.activity.length, 2);
  assert.ok(all.activity[0] > COUNT / 2);
  assert.deepEqual(all.gaps, []);
  const part = await rig.json(`/screen?from=2026-01-01T00:00:00Z&to=${START + 60_000}&bins=6`);
  assert.equal(part.from, START);
  assert.equal(part.activity.length, 6);
  const refused = await problemOf(await rig.get("/screen?bins=0&from=yesterday"));
  assert.match(
    String(refused.detail),
    /Cannot set from: got "yesterday".*Cannot set bins: got "0", wanted a whole number, 1 to 2000/,
  );
  const empty = await problemOf(await rig.get(`/screen?from=${START}&to=${START}`));
  assert.equal(empty.status, 400);
  const unknown = await problemOf(await rig.get("/other"));
  assert.match(String(unknown.detail), /no history of this source; there is of: screen/);
});

Deno.test("GET /api/history/{source} tells the size at its beginning, and each one that followed", async () => {
  await using rig = await HistoryRig.open();
  const of = (from: number, width: number, height: number) => ({ from, width, height });
  const first = of(START, SIZE.width, SIZE.height);
  assert.deepEqual((await rig.json("/screen")).sizes, [first]);
  rig.record(START + 20_000, blank(90, 70));
  rig.record(START + 21_000, blank(91, 70));
  rig.record(START + 22_000, blank(91, 70, 5));
  const later = [of(START + 20_000, 90, 70), of(START + 21_000, 91, 70)];
  assert.deepEqual((await rig.json("/screen")).sizes, [first, ...later]);
  const within = async (from: number, to: number) =>
    (await rig.json(`/screen?from=${START + from}&to=${START + to}`)).sizes;
  assert.deepEqual(await within(15_000, 20_500), [first, later[0]]);
  assert.deepEqual(await within(20_000, 20_500), [later[0]]);
  assert.deepEqual(await within(30_000, 40_000), [later[1]]);
  assert.deepEqual(await within(-5000, -4000), []);
});

Deno.test("GET /api/history/{source} tells the newest 500 sizes", async () => {
  await using rig = await HistoryRig.open();
  for (let i = 0; i < 600; i++) rig.record(START + 20_000 + i, blank(1 + i % 2, 1));
  const { sizes } = await rig.json("/screen");
  assert.equal(sizes.length, 500);
  assert.equal(sizes.at(-1).from, START + 20_599);
  assert.equal(sizes[0].from, START + 20_100);
});

Deno.test("GET …/at leads to each instant, forwards and backwards, with the tiles that differ", async () => {
  await using rig = await HistoryRig.open();
  const random = new Random(9);
  const client = new Client();
  let whole = 0;
  for (let step = 0; step < 30; step++) {
    const at = random.int(0, COUNT - 1);
    const { time } = rig.pictures[at];
    const have = client.decoder.seq;
    const t = time + random.int(0, 999);
    const response = await rig.get(`/screen/at?t=${t}${have === null ? "" : `&have=${have}`}`);
    const before = client.bytes;
    assert.equal(response.headers.get("content-type"), "application/vnd.patchcast.stream");
    assert.equal(response.headers.get("x-patchcast-time"), String(time));
    const neighbour = (i: number) => rig.pictures[i] ? String(rig.pictures[i].time) : null;
    assert.equal(response.headers.get("x-patchcast-previous"), neighbour(at - 1));
    assert.equal(response.headers.get("x-patchcast-next"), neighbour(at + 1));
    assert.equal(response.headers.get("x-patchcast-gap"), null);
    await receive(client, response);
    assertShows(client.rgba, rig.pictures[at]);
    assert.equal(client.decoder.seq, time);
    if (have === null) whole = client.bytes - before;
    // The same picture once more.
    if (have === time) assert.ok(client.bytes - before < whole, `${client.bytes - before}`);
  }
  assert.ok(client.updates.slice(1).every(({ keyframe }) => !keyframe));
  assert.equal(client.hellos[0].history, true);
  assert.equal(client.hellos[0].source, "x11 :99");
});

Deno.test("GET …/at is kept by caches where another picture has followed, until it is too old", async () => {
  await using rig = await HistoryRig.open();
  const { version } = await rig.json("/screen");
  const path = `/screen/at?t=${START + 2500}&v=${version}`;
  const first = await rig.get(path);
  const ageLeft = 24 * 3600 - (NOW - START - 2000) / 1000;
  assert.equal(first.headers.get("cache-control"), `private, max-age=${ageLeft}, immutable`);
  assert.equal(first.headers.get("vary"), "accept-encoding");
  const etag = first.headers.get("etag")!;
  assert.match(etag, /^"[\w-]+"$/);
  const again = await rig.get(path, { headers: { "if-none-match": etag } });
  assert.equal(again.status, 304);
  assert.equal(again.headers.get("etag"), etag);
  // Another picture to start from is another answer.
  const other = await rig.get(`${path}&have=${START}`);
  assert.notEqual(other.headers.get("etag"), etag);
  for (const query of [`t=${START + 2500}`, `t=${START + 2500}&v=old`, `t=${NOW}&v=${version}`]) {
    const response = await rig.get(`/screen/at?${query}`);
    assert.equal(response.headers.get("cache-control"), "no-store", query);
  }
});

Deno.test("GET …/at says where there is no picture, and what is wrong with the question", async () => {
  await using rig = await HistoryRig.open();
  const early = await problemOf(await rig.get(`/screen/at?t=${START - 1}`));
  assert.equal(early.status, 404);
  assert.match(String(early.detail), new RegExp(`the first one is of ${START}`));
  for (
    const query of [
      "",
      "t=-1",
      "t=1e9",
      "t=2026-13-01T00:00:00Z",
      `t=${START}&have=x`,
      "t=9".padEnd(20, "9"),
    ]
  ) {
    assert.equal((await problemOf(await rig.get(`/screen/at?${query}`))).status, 400, query);
  }
});

Deno.test("GET …/frame.png has exactly the recorded pixels, …/thumb a small JPEG", async () => {
  await using rig = await HistoryRig.open();
  for (const at of [3, 0, COUNT - 1, 5]) {
    const response = await rig.get(`/screen/frame.png?t=${rig.pictures[at].time + 10}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.equal(response.headers.get("x-patchcast-time"), String(rig.pictures[at].time));
    assertShows(readPng(new Uint8Array(await response.arrayBuffer())).rgba, rig.pictures[at]);
  }
  const thumb = await rig.get(`/screen/thumb?t=${START}&w=40`);
  assert.equal(thumb.headers.get("content-type"), "image/jpeg");
  const bytes = new Uint8Array(await thumb.arrayBuffer());
  assert.deepEqual([...bytes.subarray(0, 2)], [0xff, 0xd8]);
  const etag = thumb.headers.get("etag")!;
  const again = await rig.get(`/screen/thumb?t=${START}&w=40`, {
    headers: { "if-none-match": etag },
  });
  assert.equal(again.status, 304);
  const refused = await problemOf(await rig.get(`/screen/thumb?t=${START}&w=9`));
  assert.match(String(refused.detail), /Cannot set w: got "9", wanted a whole number, 16 to 640/);
});

Deno.test("GET …/changes tells when a box changed, and whether there is more", async () => {
  await using rig = await HistoryRig.open();
  // The pictures draw 12 rows each, 10 apart: the upper row of cells is done after the seventh.
  const upper = await rig.json("/screen/changes?rect=0,0,200,10");
  assert.deepEqual(upper.more, false);
  assert.ok(upper.times.includes(START + 1000) && !upper.times.includes(START + 9000));
  const all = await rig.json("/screen/changes?rect=0,0,200,130");
  assert.deepEqual(all.times, rig.pictures.map(({ time }) => time));
  const some = await rig.json("/screen/changes?rect=0,0,200,130&limit=5");
  assert.deepEqual(some, { times: all.times.slice(0, 5), more: true });
  const rest = await rig.json(
    `/screen/changes?rect=0,0,200,130&from=${some.times[4] + 1}&to=${START + 7001}`,
  );
  assert.deepEqual(rest, { times: all.times.slice(5, 8), more: false });
  for (const rect of ["", "1,2,3", "0,0,0,5", "16383,0,2,2", "a,b,c,d"]) {
    const refused = await problemOf(await rig.get(`/screen/changes?rect=${rect}`));
    assert.match(String(refused.detail), /Cannot set rect/);
  }
  assert.equal((await problemOf(await rig.get("/screen/changes"))).status, 400);
});

Deno.test("GET …/export makes a ZIP of PNGs, one for each moment or every so often", async () => {
  await using rig = await HistoryRig.open();
  const unzip = async (query: string) => {
    const response = await rig.get(`/screen/export?${query}`);
    assert.equal(response.status, 200, await response.clone().text());
    assert.equal(response.headers.get("content-type"), "application/zip");
    return unzipSync(new Uint8Array(await response.arrayBuffer()));
  };
  const files = await unzip(`from=${START + 2500}&to=${START + 6000}`);
  assert.deepEqual(Object.keys(files), [
    "2026-01-01T00-00-02.000Z.png",
    "2026-01-01T00-00-03.000Z.png",
    "2026-01-01T00-00-04.000Z.png",
    "2026-01-01T00-00-05.000Z.png",
  ]);
  Object.values(files).forEach((png, i) => assertShows(readPng(png).rgba, rig.pictures[i + 2]));
  const spaced = await unzip(`from=0&to=${START + 10_000}&every=4000`);
  assert.deepEqual(Object.keys(spaced), [
    "2026-01-01T00-00-00.000Z.png",
    "2026-01-01T00-00-04.000Z.png",
    "2026-01-01T00-00-08.000Z.png",
  ]);
  Object.values(spaced).forEach((png, i) => assertShows(readPng(png).rgba, rig.pictures[i * 4]));
});

Deno.test("GET …/export refuses what is too much, what cannot be done and more than two at once", async () => {
  await using rig = await HistoryRig.open();
  const range = `from=${START}&to=${START + 11_000}`;
  const many = await problemOf(await rig.get(`/screen/export?${range}&every=2`));
  assert.match(
    String(many.detail),
    /Cannot set every: got 2, wanted at most 5000 pictures, here are 5500/,
  );
  const film = await problemOf(await rig.get(`/screen/export?${range}&format=mp4`));
  assert.equal(film.status, 501);
  assert.match(String(film.detail), /ffmpeg/);
  assert.equal((await problemOf(await rig.get(`/screen/export?from=${START}`))).status, 400);
  // Nobody reads these two: they wait.
  const first = await rig.get(`/screen/export?${range}`);
  const second = await rig.get(`/screen/export?${range}`);
  const third = await rig.get(`/screen/export?${range}`);
  assert.equal(third.headers.get("retry-after"), "30");
  assert.equal((await problemOf(third)).status, 503);
  await first.body?.cancel();
  const fourth = await rig.get(`/screen/export?${range}`);
  assert.equal(fourth.status, 200);
  await fourth.body?.cancel();
  await second.body?.cancel();
});

Deno.test("DELETE forgets a time or a rectangle, for administrators only", async () => {
  await using rig = await HistoryRig.open();
  const { version } = await rig.json("/screen");
  const erase = (query: string, token = ADMIN) =>
    rig.server.request(`/api/history/screen?${query}`, { method: "DELETE", token });
  for (const token of [HISTORIAN, VIEWER]) {
    const response = await erase(`from=${START}&to=${NOW}`, token);
    assert.equal((await problemOf(response)).status, 403);
  }
  // Nothing is deleted by leaving something out.
  for (const query of ["", `from=${START}`, `to=${NOW}`, `from=${NOW}&to=${START}`]) {
    assert.equal((await problemOf(await erase(query))).status, 400, query);
  }
  const client = new Client();
  await receive(client, await rig.get(`/screen/at?t=${START + 8000}&v=${version}`));
  const response = await erase("rect=0,0,200,40");
  assert.equal(response.headers.get("clear-site-data"), '"cache"');
  const { freedBytes, version: after } = await response.json();
  assert.ok(freedBytes >= 0);
  assert.notEqual(after, version);
  // The canvas shows what is no longer there: it is not told what differs from that.
  const next = await rig.get(`/screen/at?t=${START + 9000}&have=${START + 8000}&v=${version}`);
  await receive(client, next);
  assert.equal(client.updates.at(-1)!.keyframe, true);
  const black = copyOf(rig.pictures[9].picture);
  fill(black, { x: 0, y: 0, w: 200, h: 40 }, () => 0);
  assertShows(client.rgba, { time: 0, picture: black });

  assert.equal((await erase(`from=${START + 3000}&to=${START + 6000}`)).status, 200);
  const gone = await rig.get(`/screen/at?t=${START + 4000}`);
  // The first three pictures differed in the rectangle only.
  assert.equal(gone.headers.get("x-patchcast-time"), String(START));
  assert.equal(gone.headers.get("x-patchcast-gap"), "1");
  assert.equal(gone.headers.get("x-patchcast-next"), String(START + 6000));
  const { gaps } = await rig.json("/screen");
  assert.deepEqual(gaps, [{ from: START + 3000, to: START + 6000, reason: "deleted" }]);
});

Deno.test("where the history is off, GET /api/history says so and the rest is 404", async () => {
  const { routes, close } = historyRoutes({
    archive: undefined,
    offDetail: "the history is switched off (--history off)",
    limits: { maxAgeMs: 1000, maxBytes: 0 },
    recorded: () => [],
    erasures: new Erasures(START),
    now: () => NOW,
  });
  const server = testServer({ extra: routes });
  const overview = await (await server.request("/api/history", { token: HISTORIAN })).json();
  assert.equal(overview.state, "off");
  assert.deepEqual(overview.sources, []);
  const range = `from=${START}&to=${NOW}`;
  for (
    const path of [
      "",
      "/at?t=5",
      "/frame.png?t=5",
      "/thumb?t=5",
      "/changes?rect=0,0,1,1",
      `/export?${range}`,
      `/play?from=5`,
    ]
  ) {
    const problem = await problemOf(
      await server.request(`/api/history/screen${path}`, { token: HISTORIAN }),
    );
    assert.equal(problem.type, "urn:patchcast:problem:history-off", path);
    assert.match(String(problem.detail), /--history off/);
  }
  const method = "DELETE";
  const deleted = await server.request(`/api/history/screen?${range}`, { token: ADMIN, method });
  assert.equal((await problemOf(deleted)).status, 404);
  close("");
});

Deno.test("HistoryMeter tells what the archive does, and outlives one that does not answer", async () => {
  const off = new HistoryMeter(undefined, "switched off");
  assert.deepEqual(off.state, { state: "off", detail: "switched off" });
  assert.deepEqual(await off.read(), { ...off.state, usedBytes: 0, tiles: 0 });
  const full = { state: "stopped", detail: "the disk is full" } as const;
  const stopped = new HistoryMeter(fakeArchive({}, full), "");
  assert.deepEqual(await stopped.read(), { ...full, usedBytes: 0, tiles: 0 });
  const stats = () => {
    throw new Error("the Worker died");
  };
  const dead = new HistoryMeter(fakeArchive({ stats }), "");
  assert.equal((await dead.read()).detail, "the Worker died");
});

const ffmpegThere = await hasFfmpeg();

Deno.test({
  name: "GET …/export makes an MP4 whose pictures are those of the history",
  ignore: !ffmpegThere,
  async fn() {
    await using rig = await HistoryRig.open({ hasFfmpeg });
    const range = `from=${START}&to=${START + 10_000}&format=mp4&every=1000`;
    const response = await rig.get(`/screen/export?${range}`);
    assert.equal(response.headers.get("content-type"), "video/mp4");
    const film = new Uint8Array(await response.arrayBuffer());
    const file = await Deno.makeTempFile({ suffix: ".mp4" });
    try {
      await Deno.writeFile(file, film);
      const probe = new Deno.Command("ffmpeg", {
        args: ["-v", "error", "-i", file, "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:1"],
      });
      const { stdout } = await probe.output();
      const frameBytes = SIZE.width * SIZE.height * 4;
      assert.equal(stdout.length, 10 * frameBytes);
      for (let i = 0; i < 10; i++) {
        const shown = stdout.subarray(i * frameBytes, (i + 1) * frameBytes);
        // Colours have half the resolution: only what is grey comes out as it was.
        const { pixels } = rig.pictures[i].picture;
        let error = 0;
        pixels.forEach((pixel, at) => error += Math.abs((pixel >> 8 & 255) - shown[at * 4 + 1]));
        assert.ok(error / pixels.length < 4, `picture ${i} is off by ${error / pixels.length}`);
      }
    } finally {
      await Deno.remove(file);
    }
    // A client that goes ends ffmpeg, and makes room for the next.
    for (let i = 0; i < 3; i++) await (await rig.get(`/screen/export?${range}`)).body?.cancel();
  },
});
