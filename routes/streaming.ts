/** What all streams have in common, whatever they carry. */
import type { ViewerInfo } from "./deps.ts";
import { Problem } from "./problem.ts";
import { type AppContext, peerName } from "./route.ts";
import type { ViewerRegistry } from "./viewers_registry.ts";

/** Of responses that go on: nobody on the way may keep, change or hold them back. */
export const STREAMING_HEADERS = {
  "cache-control": "no-store, no-transform",
  // nginx holds responses back otherwise.
  "x-accel-buffering": "no",
} as const;

/** 503 when there are as many viewers as there may be. */
export function refuseTooMany(registry: ViewerRegistry): void {
  if (registry.admit()) return;
  throw new Problem("too-many-viewers", `There are ${registry.max} viewers already`, {
    headers: { "retry-after": "10" },
  });
}

/** What is known of a viewer from the start. */
export type ViewerIdentity = Pick<
  ViewerInfo,
  "id" | "source" | "transport" | "remote" | "userAgent" | "since"
>;

/**
 * Who has come. It lives as long as the stream does, which the request must not: nothing in it holds on to that.
 * @param watched `now` is wall clock, ms since the Unix epoch
 */
export function identify(
  c: AppContext,
  { id, source, transport, now }: Pick<ViewerInfo, "id" | "source" | "transport"> & {
    readonly now: () => number;
  },
): ViewerIdentity {
  const remote = peerName(c.var.peer);
  const userAgent = c.req.header("user-agent") ?? "";
  return { id, source, transport, remote, userAgent, since: now() };
}
