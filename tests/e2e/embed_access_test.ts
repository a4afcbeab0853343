/** Who may show the picture in another page, with which token; and the whole page in a frame. */
import assert from "node:assert/strict";
import type { PatchcastView } from "../../public/embed/view_element.js";
import {
  assertShowsTheSnapshot,
  pageWith,
  POLICY,
  startScene,
  VIEW_TOKEN,
  viewTag,
  waitForView,
} from "./support/embed_scene.ts";
import { pageOf, pictureOn } from "./support/embedding.ts";
import { eventually } from "./support/eventually.ts";
import { assertSame } from "./support/picture.ts";
import { TOKEN } from "./support/program.ts";
import { suiteOn } from "./support/suite.ts";
import { snapshot } from "./support/watcher.ts";

const test = suiteOn("end to end: who may embed", ["chromium"]);

test("without a token, or with a wrong one, an element says so; with the right one it shows the picture", async () => {
  await using scene = await startScene();
  const { program, asked } = scene;
  const tags = `<patchcast-view id="one"></patchcast-view>
    <patchcast-view id="two" token="wrong"></patchcast-view>`;
  const page = await scene.visit(pageWith(program, tags, POLICY));
  assert.match(await waitForView(page, "one", "unauthorised"), /^Not signed in\. .*token/);
  assert.match(await waitForView(page, "two", "unauthorised"), /not valid/);
  const spoken = page.locator("#two").getByRole("status");
  assert.match(await spoken.innerText(), /^Not signed in/);
  assert.equal((await program.stats()).viewers.opened, 0);

  const heard = page.evaluate(() =>
    new Promise((resolve) => {
      document.querySelector("#one")!.addEventListener("patchcast-status", (event) => {
        if (event instanceof CustomEvent && event.detail.status === "live") resolve(event.detail);
      });
    })
  );
  await page.locator("#one").evaluate(
    (element: PatchcastView, token) => element.setToken(token),
    VIEW_TOKEN,
  );
  assert.deepEqual(await heard, { status: "live", text: "" });
  assert.equal(await page.locator("#one").getAttribute("token"), null);
  await page.locator("#two").evaluate(
    (element, token) => element.setAttribute("token", token),
    VIEW_TOKEN,
  );
  await waitForView(page, "two", "live");
  await assertShowsTheSnapshot(scene, page, "one");
  assert.deepEqual(asked.filter((url) => url.includes(VIEW_TOKEN)), []);
});

test("on the server's own site the element needs no permission, and no token beside the cookie", async () => {
  await using scene = await startScene(() => undefined);
  const { program } = scene;
  const page = await scene.browser.newPage();
  await page.route(`${program.url}/portal`, (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<script type="module" src="./viewer.js"></script>
        <patchcast-view id="one"></patchcast-view>`,
    }));
  await page.goto(`${program.url}/portal`);
  await waitForView(page, "one", "unauthorised");
  const session = await page.evaluate(async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch("/api/session", { method: "POST", headers })).status;
  }, VIEW_TOKEN);
  assert.equal(session, 200);
  await page.locator("#one").evaluate((element: PatchcastView) => element.reconnect());
  await waitForView(page, "one", "live");
  assert.equal(page.workers().length, 1);
  await assertShowsTheSnapshot(scene, page, "one");
});

test("a link with a token is no address, and is not shown", async () => {
  await using scene = await startScene();
  const tags = `<patchcast-view id="one" src="SERVER/#token=${VIEW_TOKEN}"></patchcast-view>`;
  const page = await scene.visit(pageWith(scene.program, tags));
  const text = await waitForView(page, "one", "ended");
  assert.match(text, /^Cannot set src: .*setToken\(\)$/);
  assert.ok(!text.includes(VIEW_TOKEN));
  await page.locator("#one").evaluate((element: PatchcastView, [src, token]) => {
    element.src = src;
    element.setToken(token);
  }, [scene.program.url, VIEW_TOKEN]);
  await waitForView(page, "one", "live");
});

test("a guest's page can watch and nothing else, even with the administrator's token", async () => {
  await using scene = await startScene();
  const { program } = scene;
  const page = await scene.visit(pageOf(""));
  const ask = (path: string, method: string, token = TOKEN) =>
    page.evaluate(async ({ url, method, token }) => {
      try {
        const response = await fetch(url, {
          method,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: method === "GET" ? undefined : "{}",
        });
        return response.status;
      } catch {
        return "the browser refuses";
      }
    }, { url: new URL(path, program.url).href, method, token });
  assert.equal(await ask("/api/stats", "GET"), 200);
  assert.equal(await ask("/api/stats", "GET", "wrong"), 401);
  for (
    const [path, method] of [
      ["/api/config", "PATCH"],
      ["/api/keyframe", "POST"],
      ["/api/session", "POST"],
      ["/api/viewers", "GET"],
      ["/api/history", "GET"],
      ["/api/sources/desk/frames", "POST"],
      ["/api/sources/desk", "DELETE"],
    ]
  ) assert.equal(await ask(path, method), "the browser refuses", `${method} ${path}`);
});

for (
  const [which, named] of [["none", undefined], ["another one", "https://other.example"]] as const
) {
  test(`a site gets neither the element, nor a frame, nor an answer, where ${which} is named`, async () => {
    await using scene = await startScene(() => named);
    const { program } = scene;
    const frame = `<iframe id="frame" src="${program.link}"></iframe>`;
    const page = await scene.visit(pageWith(program, viewTag("one") + frame));
    const answer = await page.evaluate(async ({ url, token }) => {
      const headers = { authorization: `Bearer ${token}` };
      return await fetch(`${url}/snapshot.png`, { headers }).then(
        ({ status }) => String(status),
        () => "the browser refuses",
      );
    }, { url: program.url, token: TOKEN });
    assert.equal(answer, "the browser refuses");
    assert.equal(
      await page.evaluate(() => customElements.get("patchcast-view") === undefined),
      true,
    );
    assert.equal(await page.frameLocator("#frame").locator("#screen").count(), 0);
    assert.equal((await program.stats()).viewers.opened, 0);
  });
}

for (const transport of ["stream", "sse"] as const) {
  test(`the whole page works in a frame of another site, where it has no cookies, over ${transport}`, async () => {
    await using scene = await startScene();
    const { program, asked } = scene;
    const src = `${program.url}/?transport=${transport}#token=${TOKEN}`;
    const frame = `<iframe id="frame" style="width: 850px; height: 650px" src="${src}"></iframe>`;
    const page = await scene.visit(pageOf(frame));
    const inside = page.frameLocator("#frame");
    const assertStatus = (wanted: string) =>
      eventually(`the frame's status is ${wanted}`, async () => {
        assert.equal(await inside.locator("#status").getAttribute("data-status"), wanted);
      });
    await assertStatus("live");
    assert.deepEqual(await page.context().cookies(program.url), []);
    await program.change({ paused: true });
    await assertStatus("paused");
    await eventually("the frame shows it, pixel by pixel", async () => {
      assertSame(await pictureOn(inside.locator("#screen")), await snapshot(program));
    });
    // Its control panel is as good as elsewhere.
    await inside.locator('[data-action="panel"]').click();
    await inside.locator("#panel-pause").click();
    await assertStatus("live");
    assert.deepEqual(asked.filter((url) => new URL(url).search.includes(TOKEN)), []);
  });
}
