/**
 * The page's cookie: a proof that its browser once showed a token. It never contains the token, only
 * the role, an expiry, a number for the browser and an HMAC of these under a key derived from the token; so a
 * fixed token keeps its cookies valid over restarts, and a changed one ends them all.
 *
 * `v2.ROLE.EXPIRES.BROWSER.HMAC`: role `view`, `history` or `admin`, expiry in seconds since the Unix epoch, 11 random and 43
 * more characters base64url. BROWSER stays when the cookie is renewed: it tells which streams share one browser's
 * connections (crowds.ts), and lets nobody in.
 */
import { createHmac, randomBytes } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Role } from "./role.ts";
import { sameText } from "./same_text.ts";

/** How long a cookie is good for, seconds. It is renewed whenever the page opens. */
export const COOKIE_SECONDS = 30 * 24 * 3600;

/** A role that a token gives. */
export type TokenRole = Exclude<Role, "none">;

/**
 * The value of a cookie for `role`.
 * @param token the one that gives this role
 * @param now ms since the Unix epoch
 * @param browser as in the cookie that this one follows; default: a new one
 */
export function sealCookie(
  role: TokenRole,
  token: string,
  now: number,
  browser: string = randomBytes(8).toString("base64url"),
): string {
  const payload = `v2.${role}.${Math.floor(now / 1000) + COOKIE_SECONDS}.${browser}`;
  return `${payload}.${seal(payload, token)}`;
}

/** True when `value` is a cookie for `role` made from `token` and not expired. */
export function checkCookie(value: string, role: TokenRole, token: string, now: number): boolean {
  const match = /^(v2\.(view|history|admin)\.(\d{1,12})\.[\w-]{11})\.([\w-]{43})$/.exec(value);
  if (!match) return false;
  const [, payload, claimed, expires, mac] = match;
  return sameText(mac, seal(payload, token)) && claimed === role && Number(expires) * 1000 > now;
}

/** The `Set-Cookie` header. `Secure` only over https: a browser drops such a cookie from plain http. */
export function cookieHeader(name: string, value: string, path: string, secure: boolean): string {
  return `${name}=${value}; Path=${path}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict` +
    (secure ? "; Secure" : "");
}

/** Which browser a `Cookie` header comes from; `undefined` where no cookie of ours says so. Not checked. */
export function browserIn(header: string | undefined): string | undefined {
  return /(?:^|; ?)patchcast_\d+=v2\.\w+\.\d+\.([\w-]{11})\./.exec(header ?? "")?.[1];
}

/** The value of a cookie in a `Cookie` header, `undefined` when it isn't there. */
export function readCookie(header: string | null, name: string): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const [key, value] = part.split("=", 2);
    if (key.trim() === name && value !== undefined) return value.trim();
  }
  return undefined;
}

function seal(payload: string, token: string): string {
  const key = createHmac("sha256", token).update("patchcast cookie v2").digest();
  return Buffer.from(createHmac("sha256", key).update(payload).digest()).toString("base64url");
}
