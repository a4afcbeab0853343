/** Viewers across a slow link: the kernel's TCP, the real server, the page's decoder and acknowledgements. */
import assert from "node:assert/strict";
import { measureSource, UNSHAPED } from "../../bench/links.ts";
import { ShapedLinks } from "../../bench/links/shaped_link.ts";
import { suiteOn } from "./support/suite.ts";

const test = suiteOn("slow links", ["links"]);

/** 30 times a second, 20 KB that nothing can shrink: five times what 1 Mbit/s carries. */
const NOISE = {
  name: "noise",
  module: {
    url: new URL("../../bench/viewers/noise_source.ts", import.meta.url).href,
    options: { bytes: 20_000 },
  },
};

test("a viewer that acknowledges sees newer pictures on a slow link; the others notice nothing", async () => {
  await using links = await ShapedLinks.create(UNSHAPED, 2);
  const results = await measureSource(links, NOISE, {
    seconds: 8,
    only: "1 Mbit/s",
    modes: ["acks", "silent"],
  });
  assert.deepEqual(results.map(({ mode, connections }) => [mode, connections]), [
    ["acks", 1],
    ["silent", 1],
  ]);
  const [acks, silent] = results;
  assert.ok(acks.catchUps > 1, "it was held back, and caught up");
  const words = `${JSON.stringify(acks.staleness)} against ${JSON.stringify(silent.staleness)}`;
  // Both on the same kind of link, at the same time: on one machine they were apart by a factor of 4.
  assert.ok(acks.staleness.p50 < silent.staleness.p50, words);
  assert.equal(acks.nearMissed, 0);
});
