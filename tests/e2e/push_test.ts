/** A screen elsewhere, an agent that pushes it, a server that shows it. */
import assert from "node:assert/strict";
import { Client } from "../helpers/client.ts";
import { makePng } from "../helpers/make_png.ts";
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
async function watch(program: Program): Promise<{ picture(): Picture } & Disposable> {
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
    [Symbol.dispose]: () => response.close(),
  };
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
