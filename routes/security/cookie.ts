/**
 * The page's cookie: a proof that its browser once showed a token. It never contains the token, only
 * the role, an expiry and an HMAC of both under a key derived from the token; so a fixed token keeps
 * its cookies valid over restarts, and a changed one ends them all.
 *
 * `v1.ROLE.EXPIRES.HMAC`: role `view` or `admin`, expiry in seconds since the Unix epoch, 43 characters base64url.
 */
import { createHmac } from "node:crypto";
import { Buffer } from "node:buffer";
import type { Role } from "./role.ts";
import { sameText } from "./same_text.ts";

/** How long a cookie is good for, seconds. It is renewed whenever the page opens. */
export const COOKIE_SECONDS = 30 * 24 * 3600;

/** A role that a token gives. */
export type TokenRole = Exclude<Role, "none">;

/** The value of a cookie for `role`, made from the token that gives this role; `now` in ms since the epoch. */
export function sealCookie(role: TokenRole, token: string, now: number): string {
  const payload = `v1.${role}.${Math.floor(now / 1000) + COOKIE_SECONDS}`;
  return `${payload}.${seal(payload, token)}`;
}

/** True when `value` is a cookie for `role` made from `token` and not expired. */
export function checkCookie(value: string, role: TokenRole, token: string, now: number): boolean {
  const match = /^(v1\.(view|admin)\.(\d{1,12}))\.([\w-]{43})$/.exec(value);
  if (!match) return false;
  const [, payload, claimed, expires, mac] = match;
  return sameText(mac, seal(payload, token)) && claimed === role && Number(expires) * 1000 > now;
}

/** The `Set-Cookie` header. `Secure` only over https: a browser drops such a cookie from plain http. */
export function cookieHeader(name: string, value: string, path: string, secure: boolean): string {
  return `${name}=${value}; Path=${path}; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Strict` +
    (secure ? "; Secure" : "");
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
  const key = createHmac("sha256", token).update("patchcast cookie v1").digest();
  return Buffer.from(createHmac("sha256", key).update(payload).digest()).toString("base64url");
}
