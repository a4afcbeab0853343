/** Behind nginx, under a sub-path, with the configuration that docs/OPERATIONS.md has. */
import assert from "node:assert/strict";
import { type Browser, chromium, type Page } from "playwright-core";
import {
  BROWSER_ARGS,
  canvasPicture,
  findChromium,
  paintedSeq,
  waitForStatus,
} from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { codeBlocks, type Nginx, startNginx } from "./support/nginx.ts";
import { assertColourful, assertSame } from "./support/picture.ts";
import { type Program, startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot } from "./support/watcher.ts";

const curlTest = suiteOn("end to end: nginx", ["nginx", "openssl", "curl"]);
const pageTest = suiteOn("end to end: the page behind nginx", ["nginx", "openssl", "chromium"]);

/** The name in the documentation. */
const NAME = "watch.example.org";
const BEARER = `Authorization: Bearer ${TOKEN}`;
const ARGS = ["--source", "demo", "--allow-host", NAME];

async function documentedBlock(): Promise<string> {
  const text = await Deno.readTextFile(new URL("../../docs/OPERATIONS.md", import.meta.url));
  const blocks = codeBlocks(text, "nginx");
  assert.equal(blocks.length, 1, "docs/OPERATIONS.md has one block for nginx");
  return blocks[0];
}

async function startBehindNginx(): Promise<
  AsyncDisposableStack & { program: Program; nginx: Nginx }
> {
  const stack = new AsyncDisposableStack();
  const program = stack.use(await startProgram(ARGS));
  const nginx = stack.use(await startNginx(await documentedBlock(), NAME, program.port));
  return Object.assign(stack, { program, nginx });
}

async function startBrowserThatFinds(): Promise<Browser & AsyncDisposable> {
  const args = [...BROWSER_ARGS, `--host-resolver-rules=MAP ${NAME} 127.0.0.1`];
  return await chromium.launch({ executablePath: findChromium(), args });
}

async function openBehind({ port }: Nginx, browser: Browser, query = ""): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`https://${NAME}:${port}/screen/${query}#token=${TOKEN}`);
  await waitForStatus(page, "live");
  return page;
}

async function assertShowsTheSnapshot(page: Page, program: Program): Promise<void> {
  await program.change({ paused: true });
  const wanted = await snapshot(program);
  assertColourful(wanted, 100);
  await eventually("the page equals the snapshot", async () => {
    assertSame(await canvasPicture(page), wanted);
  });
  await program.change({ paused: false });
}

/**
 * Runs curl against nginx; what it prints, headers included, one character for each byte.
 * @param enough ends curl once this has come: streams go on for ever
 */
async function curl(
  { port }: Nginx,
  path: string,
  headers: readonly string[] = [],
  enough: (text: string) => boolean = () => false,
): Promise<string> {
  const child = new Deno.Command("curl", {
    args: [
      ...["--silent", "--insecure", "--include", "--no-buffer", "--max-time", "30"],
      ...["--resolve", `${NAME}:${port}:127.0.0.1`],
      ...headers.flatMap((header) => ["--header", header]),
      `https://${NAME}:${port}${path}`,
    ],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let text = "";
  for await (const part of child.stdout) {
    text += new TextDecoder("latin1").decode(part);
    if (!enough(text)) continue;
    child.kill("SIGTERM");
    break;
  }
  await child.status;
  return text;
}

pageTest("behind nginx, under a sub-path, the page is live and exact", async () => {
  await using behind = await startBehindNginx();
  const { program, nginx } = behind;
  await using browser = await startBrowserThatFinds();
  const page = await openBehind(nginx, browser);
  const requested: string[] = [];
  page.on("request", (request) => requested.push(request.url()));

  const base = `https://${NAME}:${nginx.port}/screen/`;
  assert.equal(page.url(), base, "the token has left the address, the path stays");
  const [cookie, ...others] = await page.context().cookies();
  assert.deepEqual([cookie.path, cookie.secure, cookie.httpOnly], ["/screen/", true, true]);
  assert.equal(cookie.name, `patchcast_${program.port}`);
  assert.equal(others.length, 0);
  await assertShowsTheSnapshot(page, program);
  assert.equal((await program.viewers())[0].transport, "stream");

  await page.reload();
  await waitForStatus(page, "live");
  await assertShowsTheSnapshot(page, program);
  assert.ok(
    requested.length > 5 && requested.every((url) => url.startsWith(base)),
    requested.join(),
  );
  assert.equal(
    await page.evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation");
      return (entry as PerformanceNavigationTiming).nextHopProtocol;
    }),
    "h2",
  );
  await page.close();
  await eventually("nginx lets go of the stream", async () => {
    assert.equal((await program.stats()).viewers.count, 0);
  });
});

pageTest(
  "behind nginx the page changes settings with its cookie, and nobody else's page does",
  async () => {
    await using behind = await startBehindNginx();
    const { program, nginx } = behind;
    await using browser = await startBrowserThatFinds();
    const page = await openBehind(nginx, browser);
    const ask = (method: string, path: string, body?: string) =>
      page.evaluate(async ([method, path, body]) => {
        const headers = { "content-type": "application/json" };
        return (await fetch(path, { method, headers, body: body || undefined })).status;
      }, [method, path, body ?? ""]);
    assert.equal(await ask("PATCH", "api/config", '{"fps":7}'), 200);
    assert.equal((await program.stats()).fps, 7);
    assert.equal(await ask("POST", "api/keyframe"), 200);
    const foreign = ["Origin: https://evil.example", BEARER];
    assert.match(await curl(nginx, "/screen/api/stats", foreign), /^HTTP\/2 403 /);
  },
);

pageTest("behind nginx Server-Sent Events arrive one by one, too", async () => {
  await using behind = await startBehindNginx();
  const { program, nginx } = behind;
  await using browser = await startBrowserThatFinds();
  const page = await openBehind(nginx, browser, "?transport=sse");
  await assertShowsTheSnapshot(page, program);
  assert.equal((await program.viewers())[0].transport, "events");
});

pageTest("behind nginx the page comes back after Patchcast was away", async () => {
  await using browser = await startBrowserThatFinds();
  const block = await documentedBlock();
  const first = await startProgram(ARGS);
  await using nginx = await startNginx(block, NAME, first.port);
  const page = await openBehind(nginx, browser);
  const before = await eventually("the page says what it has painted", async () => {
    const seq = await paintedSeq(page);
    assert.ok(seq > 0);
    return seq;
  });
  await first[Symbol.asyncDispose]();
  await waitForStatus(page, "reconnecting");
  await using second = await startProgram(ARGS, { port: first.port });
  await waitForStatus(page, "live");
  await assertShowsTheSnapshot(page, second);
  await eventually("the page has painted something newer", async () => {
    assert.ok(await paintedSeq(page) > before);
  });
});

curlTest(
  "nginx passes the stream on as it is: zstd, unbuffered, not compressed again",
  async () => {
    await using behind = await startBehindNginx();
    const { nginx } = behind;
    /** The head and the first bytes of the stream, which must come although it goes on. */
    const begin = (accepted: string) =>
      curl(nginx, "/screen/stream", [BEARER, `Accept-Encoding: ${accepted}`], (text) => {
        return /\r\n\r\n.{8}/s.test(text);
      });
    const stream = await begin("gzip, zstd");
    assert.match(stream, /^HTTP\/2 200 /);
    assert.match(stream, /\r\ncontent-encoding: zstd\r\n/);
    assert.match(stream, /\r\ncontent-type: application\/vnd\.patchcast\.stream\r\n/);
    assert.match(stream, /\r\n\r\n\x28\xb5\x2f\xfd/, "a zstd frame begins");
    const plain = await begin("gzip");
    assert.doesNotMatch(plain, /\r\ncontent-encoding:/);
    assert.match(plain, /\r\n\r\n\x28\xb5\x2f\xfd/, "the same bytes");
  },
);

curlTest("nginx sends those who leave out the last slash to the page", async () => {
  await using behind = await startBehindNginx();
  const { nginx } = behind;
  const answer = await curl(nginx, "/screen");
  assert.match(
    answer,
    new RegExp(`^HTTP/2 301 .*\\r\\nlocation: https://${NAME}:${nginx.port}/screen/\\r\\n`, "s"),
  );
  assert.match(await curl(nginx, "/screen/healthz"), /^HTTP\/2 200 .*\{"ok":true/s);
  assert.match(await curl(nginx, "/"), /^HTTP\/2 404 /);
});
