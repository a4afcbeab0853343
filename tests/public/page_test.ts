/** What index.html promises to the Content-Security-Policy, to sub-paths and to the scripts. */
import assert from "node:assert/strict";

const root = new URL("../../public/", import.meta.url);
const html = await Deno.readTextFile(new URL("index.html", root));

Deno.test("index.html has no inline script, style or handler", () => {
  assert.doesNotMatch(html, /\sstyle\s*=/i);
  assert.doesNotMatch(html, /<style/i);
  assert.doesNotMatch(html, /\son[a-z]+\s*=/i);
  for (const [, attributes, body] of html.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) {
    assert.match(attributes, /\ssrc="\.\//);
    assert.equal(body.trim(), "");
  }
});

Deno.test("index.html refers to files by relative addresses only, and all of them exist", async () => {
  const addresses = [...html.matchAll(/\s(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
    .filter((address) => !address.startsWith("#"));
  const styles = ["bar", "base", "dialogs", "modes", "sources", "stage", "timeline", "wall"].map((
    name,
  ) => `./style/${name}.css`);
  assert.deepEqual(addresses.toSorted(), ["./app.js", "./icon.svg", ...styles]);
  for (const address of addresses) assert.ok((await Deno.stat(new URL(address, root))).isFile);
});

Deno.test("index.html has each id once, and every element that the scripts look up", async () => {
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  const looked = [];
  for await (const { name: folder } of Deno.readDir(root)) {
    if (!["app.js", "ui", "history", "sources", "wall"].includes(folder)) continue;
    for (const script of await scriptsOf(new URL(folder, root))) {
      for (const [, id] of script.matchAll(/byId\(\s*"([^"]+)"/g)) looked.push(id);
    }
  }
  assert.ok(looked.length > 20);
  assert.deepEqual(looked.filter((id) => !ids.includes(id)), []);
});

/** The text of a script, or of all scripts of a folder. */
async function scriptsOf(place: URL): Promise<string[]> {
  if ((await Deno.stat(place)).isFile) return [await Deno.readTextFile(place)];
  const texts = [];
  for await (const { name } of Deno.readDir(place)) {
    texts.push(await Deno.readTextFile(new URL(`${place.pathname}/${name}`, place)));
  }
  return texts;
}

Deno.test("index.html refers to ids that exist (labels, icons, descriptions)", () => {
  const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
  const references = [
    ...html.matchAll(/\s(?:for|aria-labelledby|aria-describedby|aria-controls)="([^"]+)"/g),
    ...html.matchAll(/\shref="#([^"]+)"/g),
  ].map(([, id]) => id);
  assert.ok(references.length > 15);
  assert.deepEqual(references.filter((id) => !ids.has(id)), []);
});

Deno.test("index.html gives every button a name", () => {
  for (const [button] of html.matchAll(/<button[^]*?<\/button>/g)) {
    const visibleText = button.replaceAll(/<[^>]*>/g, "").trim();
    assert.notEqual(visibleText, "", button);
  }
});
