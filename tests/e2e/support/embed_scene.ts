/** The program, a site that may show what it streams or may not, and a browser that goes there. */
import assert from "node:assert/strict";
import type { Browser, Page } from "playwright-core";
import type { PatchcastView } from "../../../public/embed/view_element.js";
import { startBrowser } from "./browser.ts";
import { pageOf, pictureOn, type Portal, type PortalPage, startPortal } from "./embedding.ts";
import { eventually } from "./eventually.ts";
import { assertColourful, assertSame, type Picture } from "./picture.ts";
import { type Program, startProgram } from "./program.ts";
import { snapshot } from "./watcher.ts";

/** Of programs that are started here. */
export const VIEW_TOKEN = "e2e-view-token";

/** A program, another site, and a browser. */
export interface Scene extends AsyncDisposable {
  readonly program: Program;
  readonly portal: Portal;
  readonly browser: Browser;
  /** Opens the portal's page in a profile of its own. */
  visit(page: PortalPage): Promise<Page>;
  /** All addresses that pages asked for. */
  readonly asked: string[];
}

/**
 * The demo, and a site.
 * @param embedOrigin who may show the demo; `undefined`: nobody. Left out: that site
 */
export async function startScene(
  embedOrigin: (portal: Portal) => string | undefined = ({ origin }) => origin,
): Promise<Scene> {
  await using parts = new AsyncDisposableStack();
  const portal = parts.use(startPortal());
  const named = embedOrigin(portal);
  const program = parts.use(
    await startProgram([
      ...["--source", "demo", "--view-token", VIEW_TOKEN],
      ...named === undefined ? [] : ["--embed-origin", named],
    ]),
  );
  const browser = parts.use(await startBrowser());
  const asked: string[] = [];
  const owned = parts.move();
  return {
    program,
    portal,
    browser,
    asked,
    async visit(content) {
      portal.show(content);
      const context = await browser.newContext({ viewport: { width: 900, height: 720 } });
      context.on("request", (request) => asked.push(request.url()));
      const page = await context.newPage();
      await page.goto(portal.origin);
      return page;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A page with views; `tags` may name the server as SERVER. */
export function pageWith({ url }: Program, tags: string, policy?: string): PortalPage {
  const script = `<script type="module" src="${url}/viewer.js"></script>`;
  return pageOf(script + tags.replaceAll("SERVER", url), policy?.replaceAll("SERVER", url));
}

/** An element that has the token. */
export const viewTag = (id: string, attributes = "") =>
  `<patchcast-view id="${id}" token="${VIEW_TOKEN}" ${attributes}></patchcast-view>`;

/** What an element says of itself. */
export const factsOf = (page: Page, id: string) =>
  page.locator(`#${id}`).evaluate((element: PatchcastView) => ({
    status: element.status,
    text: element.statusText,
    size: [element.screenWidth, element.screenHeight],
  }));

/** Waits until an element has this status, and returns what it says about it. */
export async function waitForView(page: Page, id: string, status: string): Promise<string> {
  return await eventually(`${id} is ${status}`, async () => {
    const found = await factsOf(page, id);
    assert.equal(found.status, status, found.text);
    return found.text;
  });
}

/** Waits until an element shows this picture, pixel by pixel. */
export async function assertShows(
  page: Page,
  id: string,
  wanted: () => Promise<Picture>,
): Promise<void> {
  await eventually(`${id} shows it, pixel by pixel`, async () => {
    assertSame(await pictureOn(page.locator(`#${id} .screen`)), await wanted());
  });
}

/** Stops the demo, so that there is one picture to compare. */
export async function assertShowsTheSnapshot(
  { program }: Scene,
  page: Page,
  id: string,
): Promise<void> {
  await program.change({ paused: true });
  assertColourful(await snapshot(program), 100);
  await assertShows(page, id, () => snapshot(program));
}

/** The policy that docs/EMBED.md gives, and nothing besides; the server is SERVER. */
export const POLICY = await (async () => {
  const manual = await Deno.readTextFile(new URL("../../../docs/EMBED.md", import.meta.url));
  const directives = /^Content-Security-Policy: (.*)$/m.exec(manual);
  assert.ok(directives);
  return `default-src 'none'; ${directives[1].replaceAll("https://screen.example", "SERVER")}`;
})();
