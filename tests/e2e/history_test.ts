/** The history of the whole program: recorded for real, read over HTTP, compared picture by picture. */
import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { Client } from "../helpers/client.ts";
import { readPng } from "../helpers/png.ts";
import { Random } from "../helpers/random.ts";
import { eventually } from "./support/eventually.ts";
import { type Program, startProgram } from "./support/program.ts";

/** Recorded before anything is read, ms. */
const RECORD_MS = 5000;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** In the folder that the start task may write. */
async function start(dir: string): Promise<Program> {
  return await startProgram(["--source", "demo", "--history-dir", dir], {
    env: { PATCHCAST_HISTORY: "on" },
  });
}

async function json<T>(program: Program, path: string): Promise<T> {
  const response = await program.request(path);
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

async function spanOf(program: Program): Promise<Span> {
  const { span } = await json<{ span: Span }>(program, "/api/history/demo");
  return span;
}

/** Waits until so much is recorded, by the recording's own clock. */
async function recorded(program: Program, ms: number): Promise<Span> {
  return await eventually(`${ms} ms are recorded`, async () => {
    const { span } = await json<{ span: Span | null }>(program, "/api/history/demo");
    assert.ok(span && span.to - span.from >= ms);
    return span;
  });
}

async function goTo(client: Client, program: Program, t: number): Promise<Headers> {
  const have = client.decoder.seq;
  const query = have === null ? `t=${t}` : `t=${t}&have=${have}`;
  const response = await program.request(`/api/history/demo/at?${query}`);
  assert.equal(response.status, 200);
  client.connect();
  take(client, new Uint8Array(await response.arrayBuffer()));
  return response.headers;
}

/** `fetch` undoes zstd where it was asked for. */
function take(client: Client, bytes: Uint8Array): void {
  if (bytes[0] === 0x28 && bytes[1] === 0xb5) client.receive(bytes);
  else client.decoder.push(bytes);
}

async function pngAt(program: Program, t: number): Promise<Uint8Array> {
  const response = await program.request(`/api/history/demo/frame.png?t=${t}`);
  assert.equal(response.status, 200);
  return readPng(new Uint8Array(await response.arrayBuffer())).rgba;
}

function assertSame(client: Client, rgba: Uint8Array, what: string): void {
  assert.ok(
    client.rgba.length === rgba.length && client.rgba.every((byte, i) => byte === rgba[i]),
    what,
  );
}

Deno.test("the history of a real recording: seek, play, export, forget, restart", async (t) => {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  const random = new Random(1);
  let span: Span = { from: 0, to: 0 };
  /** Pictures as they were before the restart. */
  const known = new Map<number, Uint8Array>();
  try {
    {
      await using program = await start(dir);
      span = await recorded(program, RECORD_MS);

      await t.step(
        "twenty instants, forwards and backwards, are what frame.png shows",
        async () => {
          const client = new Client();
          for (let i = 0; i < 20; i++) {
            const at = random.int(span.from, span.to);
            const headers = await goTo(client, program, at);
            const rgba = await pngAt(program, at);
            assertSame(client, rgba, `the pictures of ${at - span.from} ms differ`);
            assert.equal(headers.get("x-patchcast-time"), String(client.decoder.seq));
            known.set(at, rgba);
          }
          assert.equal(client.updates.filter(({ keyframe }) => keyframe).length, 1);
        },
      );

      await t.step("a film at eight times the speed ends with the newest picture", async () => {
        const client = new Client();
        const path = `/api/history/demo/play?from=${span.from}&speed=8`;
        const response = await program.request(path);
        client.connect();
        const began = performance.now();
        take(client, new Uint8Array(await response.arrayBuffer()));
        const tookMs = performance.now() - began;
        assert.deepEqual(client.byes.map(({ text }) => text), ["live"]);
        const times = client.updates.map(({ time }) => time);
        assert.deepEqual(times, times.toSorted((a, b) => a - b));
        assert.ok(times.length > 10, `${times.length} moments in ${tookMs} ms`);
        assertSame(client, await pngAt(program, client.decoder.seq!), "the last picture differs");
      });

      await t.step("an exported ZIP has the same pictures", async () => {
        const from = span.from + 1000;
        const path = `/api/history/demo/export?from=${from}&to=${from + 2000}&every=500`;
        const response = await program.request(path);
        assert.equal(response.status, 200);
        const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
        assert.equal(Object.keys(files).length, 4);
        for (const [i, png] of Object.values(files).entries()) {
          const rgba = await pngAt(program, from + i * 500);
          assert.deepEqual(readPng(png).rgba, rgba, `file ${i}`);
        }
      });

      await t.step("without the permission to run ffmpeg, 501 says so", async () => {
        const path = `/api/history/demo/export?from=${span.from}&to=${span.to}&format=mp4`;
        const response = await program.request(path);
        assert.equal(response.status, 501);
        assert.match((await response.json()).detail, /--allow-run=ffmpeg/);
      });

      await t.step("the measures tell of it", async () => {
        const stats = await json<{ history: { state: string } }>(program, "/api/stats");
        assert.equal(stats.history.state, "recording");
        const health = await json<{ history: string }>(program, "/healthz");
        assert.equal(health.history, "recording");
        const metrics = await (await program.request("/metrics")).text();
        assert.match(metrics, /^patchcast_history_recording 1$/m);
        assert.ok(Number(/^patchcast_history_tiles (\d+)$/m.exec(metrics)?.[1]) > 100);
      });
      program.kill("SIGTERM");
      assert.equal((await program.ended).code, 0);
    }

    await using program = await start(dir);
    await t.step("after a restart it is still there, and the time between is a gap", async () => {
      const client = new Client();
      for (const [at, rgba] of known) {
        await goTo(client, program, at);
        assertSame(client, rgba, `the picture of ${at - span.from} ms is another one`);
      }
      await eventually("there is a gap", async () => {
        const { gaps } = await json<{ gaps: { reason: string }[] }>(program, "/api/history/demo");
        assert.ok(gaps.some(({ reason }) => /shut down/.test(reason)));
      });
    });

    await t.step("a forgotten rectangle is black, a forgotten time gone", async () => {
      const erase = async (query: string) => {
        const response = await program.request(`/api/history/demo?${query}`, { method: "DELETE" });
        assert.equal(response.status, 200, await response.text());
      };
      await erase(`rect=0,0,300,200&to=${span.to}`);
      const client = new Client();
      const at = span.from + 500;
      await goTo(client, program, at);
      const rgba = await pngAt(program, at);
      assertSame(client, rgba, "the pictures differ");
      const { width } = client.decoder.picture!;
      for (let y = 0; y < 200; y++) {
        const row = rgba.subarray(y * width * 4, (y * width + 300) * 4);
        assert.ok(row.every((byte, i) => byte === (i % 4 === 3 ? 255 : 0)), `row ${y}`);
      }
      await erase(`from=${span.from}&to=${span.from + 2000}`);
      const early = await program.request(`/api/history/demo/at?t=${at}`);
      assert.equal(early.status, 404);
      await early.body?.cancel();
      assert.equal((await spanOf(program)).from, span.from + 2000);
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
