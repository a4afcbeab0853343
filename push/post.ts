/** One request to the server, and what an answer that is not "yes" means for the next attempt. */
import { readRetryAfter } from "./backoff.ts";

/** Why the server has not taken something; `why` is for people. */
export type Failure =
  /** Not now: the server is away, busy or broken. */
  | { readonly kind: "later"; readonly why: string; readonly retryAfterMs?: number }
  /** Never: there is something wrong with what was sent. */
  | { readonly kind: "refused"; readonly why: string }
  /** Nothing will be accepted before somebody changes the configuration. */
  | { readonly kind: "denied"; readonly why: string };

/** Where to, and how. */
export interface PostOptions {
  /** The server's address, with the path that it is reached under. */
  readonly to: URL;
  /** Id of the source. */
  readonly as: string;
  readonly token: string;
  /** How soon the server will hear from here again, at the latest; ms. */
  readonly promisedMs: number;
  /** Milliseconds until an attempt is given up; default 60,000. */
  readonly timeLimitMs?: number;
  /** Default `fetch`. */
  readonly send?: (url: URL, init: RequestInit) => Promise<Response>;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

/** What is sent. */
export interface Message {
  /** Last part of the path. */
  readonly what: "frames" | "alive";
  /** When the screen was looked at, ms since the Unix epoch. */
  readonly time: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

const LATER = new Set([404, 405, 408, 421, 425, 429]);
const DENIED = new Set([401, 403, 409]);
/** Of an answer, this much is read. */
const MAX_ANSWER_CHARS = 4096;

/**
 * Sends a message once. Never throws: what goes wrong is a failure. The token is in none of them.
 * @param taken makes the outcome of the answer's text, where the server said yes
 */
export async function post<T>(
  { what, time, headers, body }: Message,
  signal: AbortSignal,
  { to, as, token, promisedMs, timeLimitMs = 60_000, send = fetch, now }: PostOptions,
  taken: (text: string) => T,
): Promise<T | Failure> {
  const base = to.href.endsWith("/") ? to.href : `${to.href}/`;
  const limit = AbortSignal.timeout(timeLimitMs);
  try {
    const response = await send(new URL(`api/sources/${as}/${what}`, base), {
      method: "POST",
      body,
      // Another place would get the screenshot, and might get the token.
      redirect: "manual",
      signal: AbortSignal.any([signal, limit]),
      headers: {
        ...headers,
        "authorization": `Bearer ${token}`,
        "x-captured-at": new Date(time).toISOString(),
        "x-push-every": String(promisedMs / 1000),
      },
    });
    return response.ok ? taken(await textOf(response)) : await judge(response, now());
  } catch (error) {
    if (limit.aborted) {
      return { kind: "later", why: `no answer within ${timeLimitMs / 1000} s` };
    }
    return { kind: "later", why: error instanceof Error ? error.message : String(error) };
  }
}

async function judge(response: Response, now: number): Promise<Failure> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    const place = headers.get("location") ?? "nowhere";
    return { kind: "denied", why: `the server sends us to ${place}: is that the address?` };
  }
  const why = `${status}: ${words(await textOf(response), response)}`;
  if (DENIED.has(status)) return { kind: "denied", why };
  if (status >= 500 || LATER.has(status)) {
    return { kind: "later", why, retryAfterMs: readRetryAfter(headers.get("retry-after"), now) };
  }
  return { kind: "refused", why };
}

async function textOf(response: Response): Promise<string> {
  let text = "";
  // Leaving the loop cancels the body: a server that never stops talking is not listened to.
  for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.length > MAX_ANSWER_CHARS) break;
  }
  return text;
}

/** What the server says, from its problem details. */
function words(text: string, { statusText }: Response): string {
  try {
    const { detail, title } = JSON.parse(text);
    if (typeof detail === "string") return detail;
    if (typeof title === "string") return title;
  } catch {
    // No problem details: a proxy, perhaps.
  }
  return statusText || "no explanation";
}
