/** MJPEG as those see it who know nothing of this server: ffmpeg, curl, and `<img>` in a browser. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openPage, startBrowser, waitForStatus } from "./support/browser.ts";
import { type Desktop, FULL_SIZE, startDesktop, startScreen } from "./support/desktop.ts";
import { eventually } from "./support/eventually.ts";
import { assertColourful, type Picture, pictureOf } from "./support/picture.ts";
import { type Program, startProgram, TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { Image } from "imagescript";

const ffmpegTest = suiteOn("end to end: MJPEG in ffmpeg", ["x11", "ffmpeg"]);
const browserTest = suiteOn("end to end: MJPEG in a browser", ["x11", "chromium"]);
const curlTest = suiteOn("end to end: MJPEG with curl", ["curl"]);

/** What a picture may differ by on average, 0 to 255: at the qualities used here, JPEG keeps within it. */
const MOST_ERROR = 4;

function startOn(screen: Desktop): Promise<Program> {
  return startProgram(["--source", `x11:${screen.display}`]);
}

/** The address as players want it, which cannot send headers. */
function playerUrl({ url }: Program, query: string): string {
  return `${url.replace("://", `://x:${TOKEN}@`)}/mjpeg${query}`;
}

/** Mean difference of a colour channel. */
function meanError(a: Picture, b: Picture): number {
  if (a.width !== b.width || a.height !== b.height) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.pixels.length; i++) {
    for (const shift of [0, 8, 16]) {
      sum += Math.abs((a.pixels[i] >> shift & 255) - (b.pixels[i] >> shift & 255));
    }
  }
  return sum / (a.pixels.length * 3);
}

function assertLike(got: Picture, wanted: Picture): void {
  const error = meanError(got, wanted);
  assert.ok(error < MOST_ERROR, `the pictures differ by ${error} on average`);
}

/** ffmpeg, which reads `url` and gives the pictures that it sees. */
class Player implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array(0);
  /** The picture seen last. */
  newest: Picture | undefined;
  seen = 0;

  constructor(url: string) {
    const quiet = ["-v", "error", "-nostdin"];
    const output = ["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba", "-"];
    this.#process = new Deno.Command("ffmpeg", {
      args: [...quiet, "-i", url, ...output],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#reader = this.#process.stdout.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    this.#watch().catch(() => {});
  }

  async #watch(): Promise<void> {
    const { width, height } = FULL_SIZE;
    const size = width * height * 4;
    for (;;) {
      const { value } = await this.#reader.read();
      if (!value) return;
      const joined = new Uint8Array(this.#rest.length + value.length);
      joined.set(this.#rest);
      joined.set(value, this.#rest.length);
      const whole = Math.floor(joined.length / size);
      if (whole > 0) {
        this.newest = pictureOf(width, height, joined.subarray((whole - 1) * size, whole * size));
      }
      this.seen += whole;
      this.#rest = joined.slice(whole * size);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reader.cancel().catch(() => {});
  }
}

ffmpegTest(
  "ffmpeg sees the screen, what changes on it, and the last change when it stands still",
  async () => {
    await using screen = await startDesktop();
    await using program = await startOn(screen);
    await using player = new Player(playerUrl(program, "?q=95&pointer=0&fps=30"));
    await eventually("it has seen pictures that move", () => assert.ok(player.seen > 20));
    screen.freeze();
    await eventually("it shows the screen as it stands still", async () => {
      const picture = await screen.picture();
      assertColourful(picture, 12);
      assertLike(player.newest!, picture);
    });
    for (const colour of ["#c02040", "#204080"]) {
      await screen.run("xsetroot", "-solid", colour);
      await eventually(`it shows the last change to ${colour}`, async () => {
        assertLike(player.newest!, await screen.picture());
      });
    }
    const [viewer] = await program.viewers();
    assert.equal(viewer.transport, "mjpeg");
    assert.match(viewer.userAgent, /^Lavf/);
    assert.equal(viewer.lagMs, 0);
  },
);

ffmpegTest("ffprobe knows what it is, with the token in a header", async () => {
  await using screen = await startScreen();
  await using program = await startOn(screen);
  const probe = async (query: string) => {
    const { stdout } = await new Deno.Command("ffprobe", {
      args: [
        ...["-v", "error", "-of", "csv=p=0"],
        ...["-show_entries", "stream=codec_name,width,height,pix_fmt"],
        ...["-headers", `Authorization: Bearer ${TOKEN}\r\n`, `${program.url}/mjpeg${query}`],
      ],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.equal(await probe(""), "mjpeg,800,600,yuvj420p");
  assert.equal(await probe("?q=90"), "mjpeg,800,600,yuvj444p");
});

/** What a page shows of its first 800 × 600 pixels. */
async function visible(page: Page): Promise<Picture> {
  const { width, height } = FULL_SIZE;
  const bytes = await page.screenshot({ clip: { x: 0, y: 0, width, height } });
  const { bitmap } = await Image.decode(new Uint8Array(bytes)) as Image;
  return pictureOf(width, height, bitmap);
}

browserTest("<img> shows the screen, and its last change while it stands still", async () => {
  await using screen = await startScreen();
  await using program = await startOn(screen);
  screen.start("xclock", "-geometry", "300x300+100+100");
  await screen.shown("xclock");
  screen.freeze();
  await using browser = await startBrowser();
  // The page brings the cookie, which is all that its images have.
  const page = await openPage(browser, program.link);
  await waitForStatus(page, "live");
  await page.evaluate(() => {
    const img = document.createElement("img");
    img.src = "/mjpeg?q=95&pointer=0";
    img.style.cssText = "position: fixed; inset: 0; z-index: 9; width: 800px; height: 600px";
    document.body.replaceChildren(img);
  });
  await eventually("it shows the screen", async () => {
    const picture = await screen.picture();
    assertColourful(picture, 2);
    assertLike(await visible(page), picture);
  });
  for (const colour of ["#c02040", "#204080", "#80c020"]) {
    await screen.run("xsetroot", "-solid", colour);
    await eventually(`it shows the last change to ${colour}`, async () => {
      assertLike(await visible(page), await screen.picture());
    });
  }
  const viewers = await program.viewers();
  assert.ok(viewers.some(({ transport }) => transport === "mjpeg"));
});

browserTest(
  "a browser that opens the address with the token as password shows the screen",
  async () => {
    await using screen = await startScreen();
    await using program = await startOn(screen);
    await screen.run("xsetroot", "-solid", "#c02040");
    await using browser = await startBrowser();
    const context = await browser.newContext({
      viewport: FULL_SIZE,
      httpCredentials: { username: "x", password: TOKEN },
    });
    const page = await context.newPage();
    // It never ends loading.
    await page.goto(`${program.url}/mjpeg?pointer=0`, { waitUntil: "commit" });
    await eventually("it shows the screen", async () => {
      assertLike(await visible(page), await screen.picture());
    });
  },
);

curlTest("a viewer of /mjpeg that is killed is gone, and the capture sleeps", async () => {
  await using program = await startProgram(["--source", "demo"]);
  const curl = new Deno.Command("curl", {
    args: ["-sN", "-u", `x:${TOKEN}`, `${program.url}/mjpeg`],
    stdout: "piped",
  }).spawn();
  const reader = curl.stdout.getReader();
  for (let bytes = 0; bytes < 1_000_000;) bytes += (await reader.read()).value?.length ?? 0;
  const { viewers: { count }, settings: { fps }, paceFps } = await program.stats();
  assert.equal(count, 1);
  // Nobody takes more of the pictures.
  assert.deepEqual([fps, paceFps], [60, 15]);
  curl.kill("SIGKILL");
  await curl.status;
  await reader.cancel();
  await eventually("the viewer is gone and the capture sleeps", async () => {
    const { viewers, sleeping } = await program.stats();
    assert.equal(viewers.count, 0);
    assert.ok(sleeping);
  });
});

curlTest("a server that stops ends its streams with the last boundary", async () => {
  await using program = await startProgram(["--source", "demo"]);
  const response = await program.request("/mjpeg");
  const reader = response.body!.getReader();
  await reader.read();
  program.kill("SIGTERM");
  let tail = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    tail = (tail + new TextDecoder("latin1").decode(value)).slice(-20);
  }
  assert.ok(tail.endsWith("\r\n--patchcast--\r\n"), JSON.stringify(tail));
  assert.equal((await program.ended).code, 0);
});
