/** One attempt to tell the server that the agent is there, and that nothing has changed. */
import { type Failure, post, type PostOptions } from "./post.ts";

/** What the server is told. */
export interface Report {
  /** When the screen was looked at, ms since the Unix epoch. */
  readonly time: number;
  /** When the picture was taken that it still shows: the one sent last. */
  readonly pictureTime: number;
}

/** `wanted`: the server has another picture, or none, and wants this one again. */
export type Reported = { readonly kind: "stands" } | { readonly kind: "wanted" } | Failure;

/** Tells once. Never throws: what goes wrong is an outcome. */
export function report(
  { time, pictureTime }: Report,
  signal: AbortSignal,
  options: PostOptions,
): Promise<Reported> {
  const headers = { "x-picture-at": new Date(pictureTime).toISOString() };
  return post<Reported>({ what: "alive", time, headers }, signal, options, (text) => {
    const { result } = JSON.parse(text);
    if (result === "stands" || result === "wanted") return { kind: result };
    return { kind: "later", why: "the server's answer is not understood" };
  });
}
