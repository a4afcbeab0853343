/**
 * The page and its files, from `public/`. They hold no secrets: what they show comes through the other
 * routes. Not through `hono/deno`'s serveStatic: that one is deprecated, has no entity tags, and lets
 * anybody write to the console by asking for odd names.
 */
import { isKnown } from "./etag.ts";
import { Problem } from "./problem.ts";
import type { AppContext, Route } from "./route.ts";

/** What is served, by extension; files of other kinds stay where they are. */
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  png: "image/png",
  svg: "image/svg+xml; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json",
  woff2: "font/woff2",
};

/** The route of this file. `folder` ends in a slash; the working directory does not matter. */
export function pageRoutes(folder: URL = new URL("../public/", import.meta.url)): Route[] {
  return [{
    method: "get",
    path: "/*",
    role: "none",
    head: true,
    handler: (c) => servePage(c, folder),
  }];
}

async function servePage(c: AppContext, folder: URL): Promise<Response> {
  const path = c.req.path === "/" ? "/index.html" : c.req.path;
  // Each name begins with a letter, digit or underscore: no "..", no hidden files, no drives, no escapes.
  const match = /^(?:\/\w[\w.-]*)*\/\w[\w-]*(?:\.[\w-]+)*\.(\w+)$/.exec(path);
  const type = match && path.length < 256 ? TYPES[match[1]] : undefined;
  const bytes = type === undefined ? undefined : await readIfThere(new URL(`.${path}`, folder));
  if (type === undefined || bytes === undefined) {
    throw new Problem("not-found", "There is no such path");
  }
  const etag = `"${await digest(bytes)}"`;
  const headers = { "cache-control": "no-cache", etag };
  return isKnown(c.req.header("if-none-match"), etag)
    ? c.body(null, 304, headers)
    : c.body(bytes, 200, { ...headers, "content-type": type });
}

async function readIfThere(file: URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    const { NotFound, NotADirectory, IsADirectory } = Deno.errors;
    const missing = [NotFound, NotADirectory, IsADirectory];
    if (missing.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.slice(0, 16).toHex();
}
