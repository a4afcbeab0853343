/** A screen elsewhere, an agent that pushes it, a server that shows it. */
import assert from "node:assert/strict";
import { Client } from "../helpers/client.ts";
import { makePng } from "../helpers/make_png.ts";
import { Random } from "../helpers/random.ts";
import { readPng } from "../helpers/png.ts";
import { type Desktop, startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertSame, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, startProgram, TOKEN } from "./support/program.ts";
import { openRaw } from "./support/raw_http.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("end to end: pushed screenshots", []);
const screenTest = suiteOn("end to end: the agent", ["x11"]);

const ROOT = new URL("../../", import.meta.url);
const PUSH_TOKEN = "e2e-push-token";
const ARGS = ["--source", "demo", "--push-token", PUSH_TOKEN];

/** A running agent and its spool. */
interface Agent extends AsyncDisposable {
  /** How many screenshots wait. */
  waiting(): number;
  /** Resolves when it has ended. */
  readonly ended: Promise<{ code: number; stderr: string }>;
  stop(): Promise<void>;
}

/** Starts the push task's command with its permissions, but for the place of the spool. */
async function startAgent(
  screen: Desktop,
  to: string,
  { token = PUSH_TOKEN, dir }: { token?: string; dir?: string } = {},
): Promise<Agent> {
  const spool = dir ?? await Deno.makeTempDir();
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const command: string = tasks.push.command;
  const [, ...fixed] = command.replaceAll("/var/spool/patchcast", spool).split(" ");
  const flags = ["--to", to, "--as", "desk", "--every", "100ms", "--spool", spool];
  const child = new Deno.Command(Deno.execPath(), {
    args: [...fixed, ...flags, "--source", `x11:${screen.display}`],
    cwd: ROOT,
    env: { NO_COLOR: "1", PATCHCAST_PUSH_TOKEN: token },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const ended = child.output().then(({ code, stderr }) => {
    return { code, stderr: new TextDecoder().decode(stderr) };
  });
  async function stop(): Promise<void> {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
    await ended;
  }
  return {
    waiting() {
      try {
        return [...Deno.readDirSync(`${spool}/desk`)].length;
      } catch {
        return 0;
      }
    },
    ended,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (!dir) await Deno.remove(spool, { recursive: true });
    },
  };
}

/** Follows the stream of the pushed source in the background. */
async function watch(
  program: Program,
): Promise<{ picture(): Picture; states(): Client["states"] } & Disposable> {
  const response = await openRaw(new URL("/stream?source=desk", program.url), {
    authorization: `Bearer ${TOKEN}`,
  });
  const client = new Client();
  const read = async () => {
    for (let bytes; (bytes = await response.read());) client.receive(bytes);
  };
  // The test closes the socket, or kills the server, under it.
  read().catch(() => {});
  return {
    picture() {
      const { picture } = client.decoder;
      if (!picture) throw new Error("no hello has come yet");
      return pictureOf(picture.width, picture.height, picture.rgba);
    },
    states: () => client.states,
    [Symbol.dispose]: () => response.close(),
  };
}

/** What the server says of the pushed source. */
async function desk(program: Program): Promise<Record<string, unknown>> {
  const { sources } = await (await program.request("/api/sources")).json();
  return sources[1];
}

async function isThere(program: Program): Promise<void> {
  await eventually("the source is there", async () => {
    const { sources } = await (await program.request("/api/sources")).json();
    assert.deepEqual(sources.map(({ id }: { id: string }) => id), ["demo", "desk"]);
  });
}

async function snapshot(program: Program): Promise<Picture> {
  const response = await program.request("/snapshot.png?source=desk");
  assert.equal(response.status, 200);
  const { width, height, rgba } = readPng(new Uint8Array(await response.arrayBuffer()));
  return pictureOf(width, height, rgba);
}

screenTest(
  "what an agent pushes is watched, pixel by pixel, also after the server was away",
  async () => {
    await using screen = await startScreen();
    await screen.run("xsetroot", "-solid", "#204060");
    await using first = await startProgram(ARGS);
    await using agent = await startAgent(screen, first.url);
    await isThere(first);
    {
      using watcher = await watch(first);
      for (const colour of ["#604020", "#010203"]) {
        await screen.run("xsetroot", "-mod", "16", "16", "-fg", colour, "-bg", "white");
        const wanted = await screen.picture();
        await eventually("the viewer sees the screen", () => assertSame(watcher.picture(), wanted));
      }
      assertSame(await snapshot(first), await screen.picture());
    }

    first.kill("SIGKILL");
    await first.ended;
    for (let i = 1; i <= 3; i++) {
      await screen.run("xsetroot", "-solid", `#00000${i}`);
      await eventually("a screenshot waits", () => assert.ok(agent.waiting() >= i));
    }
    await screen.run("xsetroot", "-solid", "#abcdef");
    await eventually("four wait", () => assert.ok(agent.waiting() >= 4));

    await using second = await startProgram(ARGS, { port: first.port });
    await isThere(second);
    using watcher = await watch(second);
    const wanted = await screen.picture();
    await eventually("the viewer sees the newest", () => assertSame(watcher.picture(), wanted));
    await eventually("nothing waits any more", () => assert.equal(agent.waiting(), 0));
  },
);

screenTest("what an agent could not send waits for the next agent", async () => {
  await using screen = await startScreen();
  await screen.run("xsetroot", "-solid", "#204060");
  const dir = await Deno.makeTempDir();
  // Nobody listens there.
  await using early = await startAgent(screen, "http://127.0.0.1:9", { dir });
  await eventually("a screenshot waits", () => assert.equal(early.waiting(), 1));
  await early.stop();
  assert.match((await early.ended).stderr, /0 sent, 0 refused, 0 dropped, 1 kept in the spool/);
  await using program = await startProgram(ARGS);
  await using late = await startAgent(screen, program.url, { dir });
  await eventually("nothing waits any more", () => assert.equal(late.waiting(), 0));
  await isThere(program);
  await late.stop();
  assert.match((await late.ended).stderr, /1 from before are waiting/);
  await Deno.remove(dir, { recursive: true });
});

screenTest("an agent with a wrong token ends, and says why", async () => {
  await using screen = await startScreen();
  await using program = await startProgram(ARGS);
  await using agent = await startAgent(screen, program.url, { token: "wrong-token" });
  const { code, stderr } = await agent.ended;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /does not accept screenshots from here: 401: The token or the cookie is not valid/,
  );
  assert.ok(!stderr.includes("wrong-token"));
});

test("a push token pushes and does nothing else; others do not push", async () => {
  await using program = await startProgram([...ARGS, "--view-token", "e2e-view-token"]);
  const samples = [1, 2, 3, 4, 5, 6];
  const body = makePng({ width: 2, height: 1, colour: 2, depth: 8, samples });
  const get = (path: string, method = "GET") =>
    fetch(new URL(path, program.url), {
      method,
      headers: { authorization: `Bearer ${PUSH_TOKEN}` },
    });
  const statuses: number[] = [];
  for (const token of ["wrong", "e2e-view-token", PUSH_TOKEN, TOKEN]) {
    const response = await fetch(new URL("/api/sources/desk/frames", program.url), {
      method: "POST",
      body,
      headers: { "content-type": "image/png", authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
    statuses.push(response.status);
  }
  assert.deepEqual(statuses, [401, 403, 200, 200]);
  for (
    const path of [
      "/stream",
      "/events",
      "/snapshot.png",
      "/api/sources",
      "/api/stats",
      "/api/config",
    ]
  ) {
    const response = await get(path);
    await response.body?.cancel();
    assert.equal(response.status, 403, path);
  }
  const session = await get("/api/session", "POST");
  assert.equal(session.status, 403);
  assert.equal(session.headers.get("set-cookie"), null);
  await session.body?.cancel();
});

test("a screenshot that comes after newer ones takes its place in the past, not on the screen", async () => {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  await using program = await startProgram([...ARGS, "--history", "on", "--history-dir", dir]);
  const start = Date.now() - 60_000;
  /** One pixel, of a colour that says which. */
  const push = async (second: number) => {
    const response = await fetch(new URL("/api/sources/desk/frames", program.url), {
      method: "POST",
      headers: {
        ...{ "authorization": `Bearer ${PUSH_TOKEN}`, "content-type": "image/png" },
        "x-captured-at": new Date(start + second * 1000).toISOString(),
      },
      body: makePng({ width: 1, height: 1, colour: 2, depth: 8, samples: [second, 0, 0] }),
    });
    return (await response.json()).result;
  };
  const version = async () => (await (await program.request("/api/history/desk")).json()).version;
  const at = async (second: number) => {
    const path = `/api/history/desk/frame.png?t=${start + second * 1000}`;
    const png = readPng(await (await program.request(path)).bytes());
    return png.rgba[0];
  };
  try {
    for (const second of [0, 30]) assert.equal(await push(second), "newest");
    assert.deepEqual([await at(0), await at(10), await at(29), await at(30)], [0, 0, 0, 30]);
    const before = await version();
    assert.equal(await push(10), "late");
    assert.deepEqual([await at(9), await at(10), await at(29), await at(31)], [0, 10, 10, 30]);
    assert.notEqual(await version(), before, "what was kept of this past is not used again");
    const now = await (await program.request("/snapshot.png?source=desk")).bytes();
    assert.equal(readPng(now).rgba[0], 30);
  } finally {
    await program[Symbol.asyncDispose]();
    await Deno.remove(new URL(dir, ROOT), { recursive: true });
  }
});

test("whatever was accepted is in the history, however fast it comes", async () => {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  await using program = await startProgram([...ARGS, "--history", "on", "--history-dir", dir]);
  const start = Date.now() - 60_000;
  const size = { width: 1000, height: 800, colour: 2 as const, depth: 8 as const };
  const random = new Random(6);
  const noise = Array.from({ length: 1000 * 800 * 3 }, () => random.int(0, 255));
  const push = async (n: number) => {
    noise.fill(n, 0, 30);
    const response = await fetch(new URL("/api/sources/desk/frames", program.url), {
      method: "POST",
      headers: {
        ...{ "authorization": `Bearer ${PUSH_TOKEN}`, "content-type": "image/png" },
        "x-captured-at": new Date(start + n * 1000).toISOString(),
      },
      body: makePng({ ...size, samples: noise }),
    });
    await response.body?.cancel();
    return response.status;
  };
  try {
    assert.equal(await push(0), 200);
    const answers = await Promise.all(Array.from({ length: 14 }, (_, i) => push(i + 1)));
    assert.ok(answers.every((status) => status === 200 || status === 503), answers.join());
    const accepted = [...answers.keys()].filter((i) => answers[i] === 200).map((i) => i + 1);
    assert.ok(accepted.length > 0);
    for (const n of accepted) {
      const path = `/api/history/desk/frame.png?t=${start + n * 1000}`;
      const png = readPng(await (await program.request(path)).bytes());
      assert.equal(png.rgba[0], n, `${answers.join()}`);
    }
  } finally {
    await program[Symbol.asyncDispose]();
    await Deno.remove(new URL(dir, ROOT), { recursive: true });
  }
});

test("a sender that breaks its promise to report is silent: for viewers, in the list, and in the history", async () => {
  const dir = `history-data/e2e-${crypto.randomUUID()}`;
  await using program = await startProgram([...ARGS, "--history", "on", "--history-dir", dir]);
  const body = makePng({ width: 2, height: 1, colour: 2, depth: 8, samples: [1, 2, 3, 4, 5, 6] });
  const send = async (what: string, headers: Record<string, string>, body?: BodyInit) => {
    const authorization = `Bearer ${PUSH_TOKEN}`;
    const response = await fetch(new URL(`/api/sources/desk/${what}`, program.url), {
      method: "POST",
      headers: { authorization, "x-push-every": "1", ...headers },
      body,
    });
    return (await response.json()).result;
  };
  const push = (time: Date) =>
    send("frames", { "content-type": "image/png", "x-captured-at": time.toISOString() }, body);
  const alive = (time: Date) => send("alive", { "x-picture-at": time.toISOString() });
  const gaps = async () => {
    const answer = await (await program.request("/api/history/desk")).json();
    return answer.gaps.map(({ to, reason }: { to: number | null; reason: string }) => ({
      lasts: to === null,
      reason,
    }));
  };
  const silentNow = async () => (await (await program.request("/healthz")).json()).silent;
  try {
    const first = new Date();
    assert.equal(await alive(first), "wanted");
    assert.equal(await push(first), "newest");
    assert.equal(await alive(first), "stands");
    const { pushedAt, state } = await desk(program);
    assert.equal(state, "live");
    using watcher = await watch(program);
    await eventually("the viewer has the picture", () => watcher.picture());
    const since = `since ${new Date(Number(pushedAt)).toISOString()}`;
    await eventually("it counts as silent", async () => {
      const { state, detail } = await desk(program);
      assert.deepEqual([state, detail], ["silent", `silent ${since}`]);
    });
    const reason = `nothing was heard from its sender ${since}`;
    await eventually("the viewer is told", () => {
      assert.deepEqual(watcher.states().at(-1), { state: "lost", text: reason });
    });
    assert.equal(await silentNow(), 1);
    assert.equal((await program.request("/healthz")).status, 200);
    assert.deepEqual(await gaps(), [{ lasts: true, reason }]);

    // The picture is the same, but the history needs it anew.
    assert.equal(await alive(first), "wanted");
    const second = new Date();
    assert.equal(await push(second), "duplicate");
    assert.equal(await alive(second), "stands");
    await eventually("the viewer is told", () => {
      assert.equal(watcher.states().at(-1)?.state, "live");
    });
    assert.deepEqual([(await desk(program)).state, await silentNow()], ["live", 0]);
    assert.deepEqual(await gaps(), [{ lasts: false, reason }]);
  } finally {
    program.kill("SIGTERM");
    await program.ended;
    await Deno.remove(dir, { recursive: true });
  }
});
