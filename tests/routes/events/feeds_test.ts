import assert from "node:assert/strict";
import { EventFeeds } from "../../../routes/events/feeds.ts";
import { FakeEngine } from "./fake_feed.ts";

Deno.test("EventFeeds: a source has one feed, another source another", () => {
  const feeds = new EventFeeds(() => 0);
  const engine = new FakeEngine();
  const feed = feeds.of("a", engine);
  assert.equal(feeds.of("a", engine), feed);
  assert.notEqual(feeds.of("b", engine), feed);
});

Deno.test("EventFeeds: an engine that took another's place is read, and streams of the old one end", () => {
  const feeds = new EventFeeds(() => 0);
  const dead = new FakeEngine();
  const engine = new FakeEngine();
  const old = feeds.of("a", dead);
  const { generation } = old;
  const feed = feeds.of("a", engine);
  assert.notEqual(feed, old);
  assert.notEqual(old.generation, generation);
  assert.equal(feeds.of("a", engine), feed);
});

Deno.test("EventFeeds: a source that was closed has a new feed when it is there again", () => {
  const feeds = new EventFeeds(() => 0);
  const engine = new FakeEngine();
  const feed = feeds.of("a", engine);
  feeds.close("a");
  assert.notEqual(feeds.of("a", engine), feed);
});
