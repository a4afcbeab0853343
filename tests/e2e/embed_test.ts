/** The picture in pages of another site, by `<patchcast-view>`. */
import assert from "node:assert/strict";
import type { PatchcastView } from "../../public/embed/view_element.js";
import { startBrowser } from "./support/browser.ts";
import {
  assertShows,
  assertShowsTheSnapshot,
  factsOf,
  pageWith,
  POLICY,
  startScene,
  VIEW_TOKEN,
  viewTag,
  waitForView,
} from "./support/embed_scene.ts";
import { startPortal } from "./support/embedding.ts";
import { eventually } from "./support/eventually.ts";
import { type Picture, pictureOf } from "./support/picture.ts";
import { startProgram } from "./support/program.ts";
import { startProxy } from "./support/proxy.ts";
import { pushShot } from "./support/recorded.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot } from "./support/watcher.ts";

const test = suiteOn("end to end: embedding", ["chromium"]);

function shot(tone: number): Picture {
  const [width, height] = [300, 200];
  const rgba = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [at % width, Math.floor(at / width)];
    rgba.set([(x * 3 + tone) & 255, (y * 5) & 255, (x ^ y) & 255, 255], at * 4);
  }
  return pictureOf(width, height, rgba);
}

for (
  const [where, policy, workers] of [
    ["in a Worker, under the documented policy", POLICY, 1],
    [
      "on the page's thread, where the policy allows no Worker",
      POLICY.replace("blob:", "'none'"),
      0,
    ],
    ["in a Worker, without a policy", undefined, 1],
  ] as const
) {
  test(`the element shows the screen exactly in another site's page, ${where}`, async () => {
    await using scene = await startScene();
    const { program, asked } = scene;
    const page = await scene.visit(pageWith(program, viewTag("one"), policy));
    await waitForView(page, "one", "live");
    assert.equal(page.workers().length, workers);
    await eventually("it acknowledges what it paints", async () => {
      const [{ link, seq }] = await program.viewers();
      assert.ok(link?.seq && link.rttMs !== null, JSON.stringify({ link, seq }));
    });
    await assertShowsTheSnapshot(scene, page, "one");
    await waitForView(page, "one", "paused");
    assert.deepEqual((await factsOf(page, "one")).size, [1280, 720]);
    assert.deepEqual(asked.filter((url) => url.includes("token")), []);
    assert.deepEqual(await page.context().cookies(program.url), []);
  });
}

test("an element keeps its picture's shape, or fits it as it is told", async () => {
  await using scene = await startScene();
  const tags = `<div style="width: 640px">${viewTag("one")}</div>` +
    viewTag("two", `fit="actual" style="width: 300px; height: 200px" alt="The desk"`);
  const page = await scene.visit(pageWith(scene.program, tags));
  await waitForView(page, "one", "live");
  await waitForView(page, "two", "live");
  const box = (selector: string) =>
    page.locator(selector).evaluate(({ clientWidth, clientHeight }) => [clientWidth, clientHeight]);
  assert.deepEqual(await box("#one"), [640, 360]);
  assert.deepEqual(await box("#two"), [300, 200]);
  assert.deepEqual(await box("#two .screen"), [1280, 720]);
  const one = page.getByRole("img", { name: /^Screen demo, 1280 by 720$/ });
  const two = page.getByRole("img", { name: "The desk, 1280 by 720" });
  assert.deepEqual([await one.count(), await two.count()], [1, 1]);
  await page.locator("#two").evaluate((element: PatchcastView) => element.fit = "cover");
  await eventually("the picture fills the box", async () => {
    assert.deepEqual(await box("#two .screen"), [300, 200]);
  });
});

test("two elements show two sources; one changes its source, is moved, and is taken away", async () => {
  await using scene = await startScene();
  const { program } = scene;
  await pushShot(program, shot(0));
  await program.change({ paused: true });
  const tags = `<div id="left">${viewTag("one")}</div><div id="right">${
    viewTag("two", `source="desk"`)
  }</div>`;
  const page = await scene.visit(pageWith(program, tags));
  await assertShows(page, "two", () => Promise.resolve(shot(0)));
  await assertShows(page, "one", () => snapshot(program));
  const watched = async () => (await program.viewers()).map(({ source }) => source).toSorted();
  assert.deepEqual(await watched(), ["demo", "desk"]);
  assert.equal(page.workers().length, 2);

  const sizes = page.evaluate(() =>
    new Promise((resolve) => {
      document.addEventListener("patchcast-size", (event) => {
        if (event instanceof CustomEvent) resolve([(event.target as Element).id, event.detail]);
      });
    })
  );
  await page.locator("#one").evaluate((element: PatchcastView) => element.source = "desk");
  await assertShows(page, "one", () => Promise.resolve(shot(0)));
  assert.deepEqual(await sizes, ["one", { width: 300, height: 200 }]);
  assert.deepEqual(await watched(), ["desk", "desk"]);
  await pushShot(program, shot(99));
  await assertShows(page, "one", () => Promise.resolve(shot(99)));
  await assertShows(page, "two", () => Promise.resolve(shot(99)));

  const before = (await program.viewers()).map(({ id }) => id).toSorted();
  await page.evaluate(() =>
    document.querySelector("#right")!.append(document.querySelector("#one")!)
  );
  await pushShot(program, shot(11));
  await assertShows(page, "one", () => Promise.resolve(shot(11)));
  assert.deepEqual((await program.viewers()).map(({ id }) => id).toSorted(), before);

  const one = await page.locator("#one").elementHandle();
  await one!.evaluate((element) => element.remove());
  await eventually("its stream has ended", async () => assert.equal((await watched()).length, 1));
  await eventually("its Worker is gone", () => assert.equal(page.workers().length, 1));
  assert.equal(await one!.evaluate((element) => (element as PatchcastView).status), "idle");
  await one!.evaluate((element) => document.body.append(element));
  await assertShows(page, "one", () => Promise.resolve(shot(11)));
});

test("the example page works as its README says", async () => {
  await using scene = await startScene();
  const { program } = scene;
  const read = async (name: string) => {
    const file = new URL(`../../examples/embed/${name}`, import.meta.url);
    return (await Deno.readTextFile(file)).replaceAll("http://127.0.0.1:8000", program.url);
  };
  const files = {
    "/": await read("index.html"),
    "/portal.js": await read("portal.js"),
    "/portal.css": await read("portal.css"),
  };
  const page = await scene.visit({ files });
  await page.fill("#token", VIEW_TOKEN);
  await page.getByRole("button", { name: "Watch" }).click();
  await waitForView(page, "screen", "live");
  assert.equal(await page.locator("#status").innerText(), "live");
  assert.equal(page.workers().length, 1);
  await assertShowsTheSnapshot(scene, page, "screen");
  assert.equal(await page.locator("#screen").getAttribute("title"), "1280 × 720");
  await page.fill("#source", "nothing");
  await page.getByRole("button", { name: "Watch" }).click();
  await waitForView(page, "screen", "missing");
  assert.match(await page.locator("#status").innerText(), /^missing No such source\. /);
});

test("an element out of sight, or hidden, streams nothing until it is seen", async () => {
  await using scene = await startScene();
  const { program } = scene;
  const tags = `${viewTag("one")}<div style="height: 4000px"></div>`;
  const page = await scene.visit(pageWith(program, tags));
  await waitForView(page, "one", "live");
  const assertViewers = (count: number) =>
    eventually(`${count} watch`, async () => {
      assert.equal((await program.stats()).viewers.count, count);
    });
  await page.evaluate(() => scrollTo(0, 3000));
  await waitForView(page, "one", "hidden");
  await assertViewers(0);
  await page.evaluate(() => scrollTo(0, 0));
  await waitForView(page, "one", "live");
  await assertViewers(1);
  await page.locator("#one").evaluate((element: HTMLElement) => element.hidden = true);
  await assertViewers(0);
  await page.locator("#one").evaluate((element: HTMLElement) => element.hidden = false);
  await assertShowsTheSnapshot(scene, page, "one");
});

test("an element loses its server, says so, and comes back by itself", async () => {
  await using portal = startPortal();
  const flags = ["--source", "demo", "--view-token", VIEW_TOKEN, "--embed-origin", portal.origin];
  await using browser = await startBrowser();
  const page = await browser.newPage();
  let port = 0;
  {
    await using program = await startProgram(flags);
    port = program.port;
    portal.show(pageWith(program, viewTag("one")));
    await page.goto(portal.origin);
    await waitForView(page, "one", "live");
  }
  assert.match(await waitForView(page, "one", "reconnecting"), /^Reconnecting\. /);
  await using program = await startProgram(flags, { port });
  await waitForView(page, "one", "live");
  assert.equal((await program.stats()).viewers.count, 1);
});

test("behind a proxy that holds back the stream, an element reads events, with its token", async () => {
  await using scene = await startScene();
  await using proxy = startProxy(scene.program.url, { hold: ["/stream"] });
  const page = await scene.visit(pageWith(scene.program, viewTag("one", `src="${proxy.url}"`)));
  await waitForView(page, "one", "live");
  assert.ok(proxy.requests.includes("/events"));
  await assertShowsTheSnapshot(scene, page, "one");
  await page.locator("#one").evaluate((element: PatchcastView) => element.setToken("wrong"));
  assert.match(await waitForView(page, "one", "unauthorised"), /not valid/);
});
