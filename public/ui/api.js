/**
 * The page's side of the HTTP API: session, settings, keyframe. Every call resolves with what happened, in
 * words where it failed; none of them rejects.
 *
 * @typedef {"view" | "history" | "admin"} Role
 * @typedef {Record<string, unknown>} Settings
 *
 * @typedef {{ kind: "open", role: Role, clockOffsetMs: number | null }
 *   | { kind: "refused", detail: string }
 *   | { kind: "unreachable", detail: string }} Session
 *
 * @typedef {Object} Refused
 * @property {false} ok
 * @property {number} status    HTTP status; 0: the server could not be reached
 * @property {string} detail    for people
 * @property {Map<string, string>} fields  what is wrong with which setting
 */
import { steadyNow } from "../engine/clock.js";

const TIMEOUT_MS = 8000;
/** Of one problem: more faults than settings make no sense. */
const MAX_FIELD_ERRORS = 50;

/**
 * @typedef {Object} ApiOptions
 * @property {string} base  absolute URL of the page's folder
 * @property {typeof fetch} [fetcher]
 * @property {() => number} [now]  ms, the engine's steady clock
 * @property {string | null} [source]  whose settings and keyframe; null: the server's own
 */

/**
 * Turns a token into the cookie that lets the page in; without a token, asks whether the page is in.
 *
 * @param {string | null} token
 * @param {ApiOptions} options
 * @returns {Promise<Session>}
 */
export async function openSession(token, { base, fetcher = fetch, now = steadyNow }) {
  const askedAt = now();
  const answer = await request("POST", "api/session", { base, fetcher }, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  if (!answer.ok) {
    const kind = answer.status === 401 || answer.status === 403 || answer.status === 429
      ? "refused"
      : "unreachable";
    return { kind, detail: answer.detail };
  }
  const serverNow = answer.body.now;
  const answeredAt = now();
  return {
    kind: "open",
    role: roleOf(answer.body.role),
    // The server looked at its clock about half-way between question and answer.
    clockOffsetMs: typeof serverNow === "number" ? serverNow - (askedAt + answeredAt) / 2 : null,
  };
}

/**
 * @param {unknown} role
 * @returns {Role} the least where the server says something unknown
 */
function roleOf(role) {
  return role === "admin" || role === "history" ? role : "view";
}

/**
 * @param {ApiOptions} options
 * @returns {Promise<{ ok: true, body: Settings } | Refused>}
 */
export function readSettings(options) {
  return request("GET", ofSource("api/config", options), options);
}

/**
 * @param {Settings} changes  only what is to change
 * @param {ApiOptions} options
 * @returns {Promise<{ ok: true, body: Settings } | Refused>} all settings, as they are now
 */
export function changeSettings(changes, options) {
  return request("PATCH", ofSource("api/config", options), options, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(changes),
  });
}

/**
 * @param {ApiOptions} options
 * @returns {Promise<{ ok: true, body: { seq?: unknown } } | Refused>}
 */
export function forceKeyframe(options) {
  return request("POST", ofSource("api/keyframe", options), options);
}

/**
 * @param {string} path
 * @param {ApiOptions} options
 */
function ofSource(path, { source }) {
  return source ? `${path}?source=${encodeURIComponent(source)}` : path;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {ApiOptions} options
 * @param {RequestInit} [init]
 * @returns {Promise<{ ok: true, body: Record<string, unknown> } | Refused>}
 */
export async function request(method, path, { base, fetcher = fetch }, init = {}) {
  try {
    const response = await fetcher(new URL(path, base), {
      ...init,
      method,
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = await response.json().catch(() => null);
    const known = typeof body === "object" && body !== null ? body : {};
    return response.ok ? { ok: true, body: known } : refused(response.status, known);
  } catch {
    return { ok: false, status: 0, detail: "The server could not be reached", fields: new Map() };
  }
}

/**
 * What a problem document (RFC 9457) says, in words.
 *
 * @param {number} status
 * @param {Record<string, unknown>} problem
 * @returns {Refused}
 */
export function refused(status, problem) {
  const fields = new Map();
  const errors = Array.isArray(problem.errors) ? problem.errors.slice(0, MAX_FIELD_ERRORS) : [];
  for (const error of errors) {
    if (typeof error?.field !== "string") continue;
    // Some servers name fields as JSON pointers.
    const field = error.field.replace(/^#?\//, "");
    if (!fields.has(field)) fields.set(field, inWords(field, error));
  }
  const detail = [problem.detail, problem.title].find((words) =>
    typeof words === "string" && words !== ""
  );
  return { ok: false, status, detail: String(detail ?? `The server answered ${status}`), fields };
}

/**
 * @param {string} field
 * @param {{ message?: unknown, value?: unknown, allowed?: unknown }} error
 */
function inWords(field, { message, value, allowed }) {
  if (typeof message === "string" && message !== "") return message;
  return `Cannot set ${field}: got ${JSON.stringify(value)}, wanted ${String(allowed)}`;
}
