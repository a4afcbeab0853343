/**
 * Request bodies: small, JSON, and nothing else.
 */
import { Problem } from "./problem.ts";

/** The largest body that is read, bytes. Settings with 64 masks are 3 KB. */
export const MAX_BODY_BYTES = 64 * 1024;

const JSON_TYPES = new Set(["application/json", "application/merge-patch+json"]);

/**
 * Judges a body by its headers, before anything of it is read.
 * @throws {Problem} 413 when it is too large; 415 when it isn't JSON: an HTML form, the one request that another
 * site can make without asking, cannot send that.
 */
export function checkBodyHeaders(headers: Headers): void {
  const length = headers.get("content-length");
  if (length !== null && Number(length) > MAX_BODY_BYTES) throw tooLarge();
  const type = headers.get("content-type");
  const hasBody = length === null ? headers.has("transfer-encoding") : length !== "0";
  if (type === null ? hasBody : length !== "0" && !isJson(type)) throw notJson();
}

/**
 * Reads a body of at most `MAX_BODY_BYTES` as JSON.
 * @throws {Problem} 413, 415, or 400 when it isn't JSON in UTF-8.
 */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type === null || !isJson(type)) throw notJson();
  const bytes = await readBytes(request);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Problem("malformed", "The body is not valid JSON in UTF-8");
  }
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const bytes = new Uint8Array(MAX_BODY_BYTES);
  let length = 0;
  // Leaving the loop by an error cancels the body.
  for await (const chunk of request.body ?? []) {
    if (length + chunk.length > MAX_BODY_BYTES) throw tooLarge();
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return bytes.subarray(0, length);
}

function isJson(type: string): boolean {
  return JSON_TYPES.has(type.split(";", 1)[0].trim().toLowerCase());
}

function tooLarge(): Problem {
  return new Problem("too-large", `A body may have at most ${MAX_BODY_BYTES} bytes`);
}

function notJson(): Problem {
  return new Problem("unsupported-type", "Send the body as Content-Type: application/json");
}
