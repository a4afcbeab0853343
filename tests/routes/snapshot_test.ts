import assert from "node:assert/strict";
import { Image } from "imagescript";
import type { Picture } from "../../routes/deps.ts";
import { downscale } from "../../routes/snapshot/downscale.ts";
import { type EncoderWorker, WorkerEncoder } from "../../routes/snapshot/encoder.ts";
import { FakeCapture, FakeEncoder, NOW, problemOf, testServer, VIEWER } from "./fakes.ts";
import { Gallery, GalleryFull } from "../../routes/snapshot/gallery.ts";

/** A picture in which every pixel differs from its neighbours. */
function testPicture(width: number, height: number, seq = 1): Picture {
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < rgba.length; i += 4) {
    rgba.set([(i * 7) & 255, (i >> 4) & 255, (i >> 9) & 255, 255], i);
  }
  return { width, height, seq, time: NOW, rgba };
}

Deno.test("GET /snapshot.png encodes the picture once and answers its tag with 304", async () => {
  const server = testServer();
  const get = (headers: Record<string, string> = {}) =>
    server.request("/snapshot.png", { token: VIEWER, headers });
  const first = await get();
  assert.equal(first.headers.get("content-type"), "image/png");
  assert.equal(first.headers.get("cache-control"), "no-store, private");
  assert.equal(first.headers.get("x-patchcast-seq"), "7");
  assert.deepEqual(await first.json(), { format: "png", width: 64 });
  assert.equal((await get()).status, 200);
  assert.equal(server.encoder.encoded.length, 1);

  const etag = first.headers.get("etag") ?? "";
  assert.equal(server.capture.pictures, 1);
  for (let i = 0; i < 5; i++) {
    assert.equal((await get({ "if-none-match": etag })).status, 304);
  }
  assert.equal(server.capture.pictures, 1, "no pixels are asked for again");
  server.capture.pictureNow = { ...server.capture.pictureNow, seq: 8 };
  const next = await get({ "if-none-match": etag });
  assert.equal(next.status, 200);
  assert.notEqual(next.headers.get("etag"), etag);
});

Deno.test("GET /snapshot.jpg has a width and a quality, within their ranges", async () => {
  const server = testServer();
  const get = (path: string) => server.request(path, { token: VIEWER });
  const response = await get("/snapshot.jpg?w=16&q=100");
  assert.equal(response.headers.get("content-type"), "image/jpeg");
  assert.deepEqual(await response.json(), { format: "jpg", width: 16, quality: 100 });
  assert.deepEqual(await (await get("/snapshot.jpg")).json(), {
    format: "jpg",
    width: 64,
    quality: 85,
  });

  for (const bad of ["15", "65", "0", "-1", "", "1e1", "16.5", "abc", "9999999"]) {
    const problem = await problemOf(await get(`/snapshot.png?w=${bad}`));
    assert.equal(problem.detail, `Cannot set w: got "${bad}", wanted a whole number, 16 to 64`);
  }
  for (const bad of ["0", "101", "x"]) {
    assert.equal((await problemOf(await get(`/snapshot.jpg?q=${bad}`))).status, 400);
  }
  assert.equal((await problemOf(await get("/snapshot.png?q=5"))).status, 400);
});

Deno.test("GET /snapshot.png: a fifth picture while four are being made is 503, an equal one waits", async () => {
  const server = testServer();
  const hold = Promise.withResolvers<void>();
  server.encoder.hold = hold.promise;
  const get = (w: number) => server.request(`/snapshot.png?w=${w}`, { token: VIEWER });
  const under = [20, 21, 22, 23, 23, 20].map(get);
  while (server.encoder.encoded.length < 4) await Promise.resolve();
  const refused = await get(24);
  assert.equal((await problemOf(refused)).status, 503);
  assert.equal(refused.headers.get("retry-after"), "1");
  hold.resolve();
  for (const response of under) assert.equal((await response).status, 200);
  assert.deepEqual(server.encoder.encoded.map(({ width }) => width), [20, 21, 22, 23]);
  assert.equal((await get(24)).status, 200);
});

Deno.test("GET /snapshot.png without a source is 503, with a fault 500", async () => {
  const server = testServer();
  server.capture.fault = new Error("no picture");
  assert.equal((await server.request("/snapshot.png", { token: VIEWER })).status, 500);
  server.capture.healthNow = { ...server.capture.healthNow, healthy: false, state: "lost" };
  const lost = await server.request("/snapshot.png", { token: VIEWER });
  assert.equal((await problemOf(lost)).status, 503);
});

Deno.test("Gallery.picture() asks for one at a time and never returns one begun before the call", async () => {
  const { config } = testServer();
  const capture = new FakeCapture(config.settings);
  const grabs: PromiseWithResolvers<Picture>[] = [];
  capture.picture = () => {
    grabs.push(Promise.withResolvers<Picture>());
    return grabs[grabs.length - 1].promise;
  };
  const gallery = new Gallery(capture, new FakeEncoder());
  const first = gallery.picture();
  const later = [gallery.picture(), gallery.picture()];
  assert.equal(grabs.length, 1);
  grabs[0].resolve(testPicture(1, 1, 1));
  assert.equal((await first).seq, 1);
  while (grabs.length < 2) await Promise.resolve();
  grabs[1].resolve(testPicture(1, 1, 2));
  for (const picture of later) assert.equal((await picture).seq, 2);
  assert.equal(grabs.length, 2);

  const failing = gallery.picture();
  const after = gallery.picture();
  grabs[2].reject(new Error("gone"));
  await assert.rejects(failing, /gone/);
  while (grabs.length < 4) await Promise.resolve();
  grabs[3].resolve(testPicture(1, 1, 4));
  assert.equal((await after).seq, 4);
});

Deno.test("Gallery.file() keeps the files used last, within its limits, and none that failed", async () => {
  const encoder = new FakeEncoder();
  const { capture } = testServer();
  const gallery = new Gallery(capture, encoder, { maxFiles: 2, maxBytes: 70, maxEncoding: 1 });
  const png = { format: "png", width: 20 } as const; // 29 bytes as the fake encodes it
  const file = (seq: number) => gallery.file(testPicture(32, 1, seq), png);
  for (const seq of [1, 2, 1, 3, 1]) await file(seq);
  assert.equal(encoder.encoded.length, 3, "1 was used after 2, so 2 had to go");
  await file(2);
  assert.equal(encoder.encoded.length, 4);

  encoder.hold = Promise.reject(new Error("broken"));
  await assert.rejects(file(9), /broken/);
  encoder.hold = Promise.resolve();
  await file(9);
  const hold = Promise.withResolvers<void>();
  encoder.hold = hold.promise;
  const busy = file(10);
  await assert.rejects(file(11), GalleryFull);
  hold.resolve();
  await busy;
});

Deno.test("WorkerEncoder makes PNGs that are opaque and exact, and JPEGs of the asked width", async () => {
  const encoder = new WorkerEncoder();
  try {
    const picture = testPicture(97, 61);
    const before = picture.rgba.slice();
    const [png, jpg, small] = await Promise.all([
      encoder.encode(picture, { format: "png", width: 97 }),
      encoder.encode(picture, { format: "jpg", width: 97, quality: 90 }),
      encoder.encode(picture, { format: "jpg", width: 48, quality: 50 }),
    ]);
    assert.deepEqual(picture.rgba, before);
    const decoded = await Image.decode(png);
    assert.deepEqual([decoded.width, decoded.height], [97, 61]);
    assert.deepEqual(new Uint8Array(decoded.bitmap), picture.rgba);
    assert.deepEqual([...jpg.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    const shrunk = await Image.decode(small);
    assert.deepEqual([shrunk.width, shrunk.height], [48, 30]);
  } finally {
    encoder.close();
  }
  await assert.rejects(encoder.encode(testPicture(1, 1), { format: "png", width: 1 }), /closed/);
});

Deno.test("WorkerEncoder fails what it was asked when its Worker dies, and starts another", async () => {
  const workers: (EncoderWorker & { ended: boolean })[] = [];
  const encoder = new WorkerEncoder(() => {
    const worker = {
      ended: false,
      onmessage: null,
      onerror: null,
      postMessage() {},
      terminate() {
        this.ended = true;
      },
    };
    workers.push(worker);
    return worker;
  });
  const one = encoder.encode(testPicture(1, 1), { format: "png", width: 1 });
  const two = encoder.encode(testPicture(1, 1), { format: "jpg", width: 1 });
  const died = new ErrorEvent("error", { message: "out of memory", cancelable: true });
  workers[0].onerror?.call(workers[0] as unknown as Worker, died);
  await assert.rejects(one, /out of memory/);
  await assert.rejects(two, /out of memory/);
  assert.ok(died.defaultPrevented && workers[0].ended);
  const three = encoder.encode(testPicture(1, 1), { format: "png", width: 1 });
  assert.equal(workers.length, 2);
  encoder.close();
  await assert.rejects(three, /closed/);
});

Deno.test("downscale() averages the area under each new pixel", () => {
  // deno-fmt-ignore
  const rgba = new Uint8Array([
    0, 10, 0, 0,    100, 20, 0, 0,    200, 30, 255, 0,
    0, 10, 0, 0,    100, 20, 0, 0,    200, 30, 255, 0,
  ]);
  const half = downscale(rgba, { width: 3, height: 2 }, { width: 1, height: 1 });
  assert.deepEqual([...half], [100, 20, 85, 255]);
  // Each new pixel is one and a half old ones wide: (0 + 100/2) / 1.5 and (100/2 + 200) / 1.5.
  const two = downscale(rgba, { width: 3, height: 2 }, { width: 2, height: 1 });
  assert.deepEqual([...two], [33, 13, 0, 255, 167, 27, 170, 255]);
});

Deno.test("downscale() leaves a plain colour as it is, whatever the sizes", () => {
  for (const [from, to] of [[7, 3], [100, 99], [1920, 17], [16, 16], [5, 1]]) {
    const rgba = new Uint8Array(from * 2 * 4).fill(201);
    const out = downscale(rgba, { width: from, height: 2 }, { width: to, height: 1 });
    for (let i = 0; i < out.length; i++) assert.equal(out[i], i % 4 === 3 ? 255 : 201);
  }
});
