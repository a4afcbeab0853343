/** TLS: what clients negotiate, and how many pages one browser can have open with it and without. */
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { canvasPicture, startBrowser, waitForStatus } from "./support/browser.ts";
import { eventually } from "./support/eventually.ts";
import { startHttpsProgram } from "./support/https_program.ts";
import { assertColourful, assertSame } from "./support/picture.ts";
import { type Program, run, startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot } from "./support/watcher.ts";

const curlTest = suiteOn("end to end: TLS", ["openssl", "curl"]);
const test = suiteOn("end to end: certificates", []);
const tlsTest = suiteOn("end to end: HTTP/2", ["openssl"]);
const pagesTest = suiteOn("end to end: many pages with TLS", ["openssl", "chromium"]);
const plainTest = suiteOn("end to end: many pages without TLS", ["chromium"]);

const MIB = 2 ** 20;
const DEMO = ["--source", "demo"];

/** Runs curl; what it prints, headers included. */
async function curl(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout } = await new Deno.Command("curl", {
    args: ["--silent", "--insecure", "--include", "--max-time", "30", ...args],
    stderr: "null",
  }).output();
  return { code, text: new TextDecoder("latin1").decode(stdout) };
}

/** Opens pages that are all in front, as windows beside each other are. */
async function openPages(context: BrowserContext, url: string, count: number): Promise<Page[]> {
  return await Promise.all(Array.from({ length: count }, async () => {
    const page = await context.newPage();
    await page.goto(url);
    await waitForStatus(page, "live");
    return page;
  }));
}

/** Holds the demo still and waits until all pages show what the server has. */
async function assertAllExact(pages: readonly Page[], program: Program): Promise<void> {
  await program.change({ paused: true });
  const wanted = await snapshot(program);
  assertColourful(wanted, 100);
  for (const page of pages) {
    await eventually("the page equals the snapshot", async () => {
      assertSame(await canvasPicture(page), wanted);
    });
    await waitForStatus(page, "paused");
  }
  await program.change({ paused: false });
}

curlTest("with a certificate it speaks HTTP/2, and HTTP/1.1 to who wants that", async () => {
  await using program = await startHttpsProgram(DEMO);
  assert.match(program.url, /^https:\/\/127\.0\.0\.1:\d+$/);
  const { stderr } = await stopped(program, async () => {
    const two = await curl("--http2", `${program.url}/healthz`);
    assert.match(two.text, /^HTTP\/2 200 .*\r\n\r\n\{"ok":true/s);
    // A browser that once saw that header would refuse plain http on this name, on every port.
    assert.doesNotMatch(two.text, /strict-transport-security/i);
    assert.match((await curl("--http1.1", `${program.url}/healthz`)).text, /^HTTP\/1\.1 200 /);
    const plain = await curl(program.url.replace("https:", "http:"));
    assert.notEqual(plain.code, 0, "nothing is answered without TLS");
  });
  assert.match(stderr, new RegExp(`^Open ${program.url}/`, "m"));
});

curlTest(
  "over HTTP/2 the cookie is Secure, cookies of others do no harm, and foreign names are refused",
  async () => {
    await using program = await startHttpsProgram(DEMO);
    const session = `${program.url}/api/session`;
    const bearer = `Authorization: Bearer ${TOKEN}`;
    const signedIn = await curl("--http2", "-X", "POST", "-H", bearer, session);
    const [, cookie, rest] = /\r\nset-cookie: ([^;]+); ([^\r]+)\r\n/.exec(signedIn.text) ?? [];
    assert.match(rest, /HttpOnly; SameSite=Strict; Secure$/);
    // HTTP/2 clients may send each cookie in a field of its own.
    const stats = (...cookies: string[]) =>
      curl(
        "--http2",
        ...cookies.flatMap((one) => ["-H", `Cookie: ${one}`]),
        `${program.url}/api/stats`,
      );
    assert.match((await stats(`a=1; ${cookie}; b=2`)).text, /^HTTP\/2 200 /);
    assert.match((await stats("a=1", cookie)).text, /^HTTP\/2 200 /);
    assert.match((await stats()).text, /^HTTP\/2 401 /);
    const change = (origin: string) =>
      curl("--http2", "-X", "POST", "-H", `Cookie: ${cookie}`, "-H", `Origin: ${origin}`, session);
    assert.match((await change(program.url)).text, /^HTTP\/2 200 /);
    assert.match((await change(program.url.replace("https:", "http:"))).text, /^HTTP\/2 403 /);
    const port = new URL(program.url).port;
    const evil = ["--connect-to", `evil.example:${port}:127.0.0.1:${port}`];
    assert.match(
      (await curl("--http2", ...evil, `https://evil.example:${port}/`)).text,
      /^HTTP\/2 421 /,
    );
  },
);

test("a certificate that is not there is refused with exit code 2, naming flag and path", async () => {
  await using running = run([...DEMO, "--tls-cert", "no-such.pem", "--tls-key", "no-such.key"]);
  const { code, stdout, stderr } = await running.ended;
  assert.deepEqual([code, stdout], [2, ""]);
  assert.equal(
    stderr,
    'Cannot set --tls-cert: got "no-such.pem", wanted a file with a certificate in PEM format: ' +
      "there is no such file\n",
  );
});

tlsTest(
  "over HTTP/2 a viewer that stops reading is held back, and comes back with one catch-up",
  async () => {
    await using program = await startHttpsProgram([...DEMO, "--keyframe-interval-ms", "1"]);
    const response = await program.request("/stream");
    const reader = response.body!.getReader();
    await reader.read();
    await eventually("far more was captured than the viewer took", async () => {
      assert.ok((await program.stats()).streamBytes > 16 * MIB);
    });
    // What the client's window takes (2 MiB for Deno's, 6 for Chromium's), and what the server has in hand.
    const [{ bytes, catchUps }] = await program.viewers();
    assert.ok(bytes < 4 * MIB, `${bytes} bytes handed over`);
    assert.equal(catchUps, 0);
    await eventually("it has caught up", async () => {
      await reader.read();
      assert.equal((await program.viewers())[0].catchUps, 1);
    });
    await reader.cancel();
    await eventually("it is gone", async () => {
      assert.equal((await program.stats()).viewers.count, 0);
    });
  },
);

pagesTest("over HTTP/2 one browser shows eight pages, all live and exact", async () => {
  await using program = await startHttpsProgram(DEMO);
  await using browser = await startBrowser();
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const pages = await openPages(context, program.link, 8);
  assert.equal((await program.stats()).viewers.count, 8);
  await eventually("all acknowledge what they paint", async () => {
    assert.ok((await program.viewers()).every(({ link }) => link !== null));
  });
  assert.equal(
    await pages[7].evaluate(() => {
      const [entry] = performance.getEntriesByType("navigation");
      return (entry as PerformanceNavigationTiming).nextHopProtocol;
    }),
    "h2",
  );
  await assertAllExact(pages, program);
  await context.close();
});

plainTest(
  "over HTTP/1.1 a browser shows fewer pages: a seventh waits until another one is closed",
  async () => {
    await using program = await startProgram(DEMO);
    await using browser = await startBrowser();
    const context = await browser.newContext();
    const pages = await openPages(context, program.link, 6);
    // All connections are streams now, so nothing that the pages have to say gets through. That must not hold
    // them up, however much there is to send.
    assert.ok(
      (await program.viewers()).every(({ link }) => link === null),
      "nobody waits for them",
    );
    for (let i = 0; i < 12; i++) {
      assert.equal((await program.request("/api/keyframe", { method: "POST" })).status, 200);
    }
    await assertAllExact(pages, program);
    const seventh = await context.newPage();
    const loaded = seventh.goto(program.link);
    assert.equal((await program.stats()).viewers.count, 6);
    await pages[0].close();
    await loaded;
    await waitForStatus(seventh, "live");
    await context.close();
  },
);

/** Does `work`, ends the program as a service would be ended, and gives what it wrote. */
async function stopped(program: Program, work: () => Promise<void>) {
  await work();
  program.kill("SIGTERM");
  const ending = await program.ended;
  assert.equal(ending.code, 0);
  return ending;
}
