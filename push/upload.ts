/** One attempt to hand a screenshot to the server, and what its answer means. */
import { readRetryAfter } from "./backoff.ts";
import type { Shot } from "./spool.ts";

/** What became of an attempt; `why` is for people. */
export type Outcome =
  | { readonly kind: "sent" }
  /** Not now: the server is away, busy or broken. */
  | { readonly kind: "later"; readonly why: string; readonly retryAfterMs?: number }
  /** Never: there is something wrong with this screenshot. */
  | { readonly kind: "refused"; readonly why: string }
  /** Nothing will be accepted before somebody changes the configuration. */
  | { readonly kind: "denied"; readonly why: string };

/** Where to, and how. */
export interface UploadOptions {
  /** The server's address, with the path that it is reached under. */
  readonly to: URL;
  /** Id of the source. */
  readonly as: string;
  readonly token: string;
  /** Milliseconds until an attempt is given up; default 60,000. */
  readonly timeLimitMs?: number;
  /** Default `fetch`. */
  readonly send?: (url: URL, init: RequestInit) => Promise<Response>;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

const LATER = new Set([404, 405, 408, 421, 425, 429]);
const DENIED = new Set([401, 403, 409]);
/** Of an error's body, this much is read. */
const MAX_WORDS_BYTES = 4096;

/** Sends a screenshot once. Never throws: what goes wrong is an outcome. The token is in none of them. */
export async function upload(
  shot: Shot,
  signal: AbortSignal,
  { to, as, token, timeLimitMs = 60_000, send = fetch, now }: UploadOptions,
): Promise<Outcome> {
  const base = to.href.endsWith("/") ? to.href : `${to.href}/`;
  const limit = AbortSignal.timeout(timeLimitMs);
  try {
    const response = await send(new URL(`api/sources/${as}/frames`, base), {
      method: "POST",
      body: shot.png,
      // Another place would get the screenshot, and might get the token.
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
      headers: {
        "authorization": `Bearer ${token}`,
        "content-type": "image/png",
        "x-captured-at": new Date(shot.time).toISOString(),
      },
    });
    return await judge(response, now());
  } catch (error) {
    if (limit.aborted) {
      return { kind: "later", why: `no answer within ${timeLimitMs / 1000} s` };
    }
    return { kind: "later", why: error instanceof Error ? error.message : String(error) };
  }
}

async function judge(response: Response, now: number): Promise<Outcome> {
  const { status, headers } = response;
  if (response.ok) {
    await response.body?.cancel();
    return { kind: "sent" };
  }
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const place = headers.get("location") ?? "nowhere";
    return { kind: "denied", why: `the server sends us to ${place}: is that the address?` };
  }
  const why = `${status}: ${await words(response)}`;
  if (DENIED.has(status)) return { kind: "denied", why };
  if (status >= 500 || LATER.has(status)) {
    return { kind: "later", why, retryAfterMs: readRetryAfter(headers.get("retry-after"), now) };
  }
  return { kind: "refused", why };
}

/** What the server says, from its problem details. */
async function words(response: Response): Promise<string> {
  let text = "";
  // Leaving the loop cancels the body: a server that never stops talking is not listened to.
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.length > MAX_WORDS_BYTES) break;
  }
  try {
    const { detail, title } = JSON.parse(text);
    if (typeof detail === "string") return detail;
    if (typeof title === "string") return title;
  } catch {
    // No problem details: a proxy, perhaps.
  }
  return response.statusText || "no explanation";
}
