/** One attempt to hand a screenshot to the server. */
import { type Failure, post, type PostOptions } from "./post.ts";
import type { Shot } from "./spool.ts";

/** What became of an attempt. */
export type Outcome = { readonly kind: "sent" } | Failure;

/** Sends a screenshot once. Never throws: what goes wrong is an outcome. The token is in none of them. */
export function upload(
  { time, png }: Shot,
  signal: AbortSignal,
  options: PostOptions,
): Promise<Outcome> {
  const headers = { "content-type": "image/png" };
  return post({ what: "frames", time, headers, body: png }, signal, options, () => SENT);
}

const SENT = { kind: "sent" } as const;
