/**
 * Who is asking: from an `Authorization` header or a cookie to a role.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { Problem } from "../problem.ts";
import {
  browserIn,
  checkCookie,
  cookieHeader,
  readCookie,
  sealCookie,
  type TokenRole,
} from "./cookie.ts";
import { type FailureLimits, Failures } from "./failures.ts";
import type { Role } from "./role.ts";
import { sameText } from "./same_text.ts";

/** The secrets, and how to treat those who have none of them. */
export interface AuthenticatorOptions {
  /** True: everyone is an administrator, tokens or not. */
  readonly open: boolean;
  /** Lets in as administrator. Needed unless `open`. */
  readonly token?: string;
  /** Lets in to watch. */
  readonly viewToken?: string;
  /** Lets in to watch and to look back. */
  readonly historyToken?: string;
  /** Lets in to push screenshots. */
  readonly pushToken?: string;
  /** Name of the cookie; the port in it keeps two servers on one machine apart. */
  readonly cookieName: string;
  /** `Path` of the cookie; default `/`. */
  readonly cookiePath?: string;
  readonly failures?: FailureLimits;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

/** Who somebody turned out to be. */
export interface Identity {
  readonly role: Role;
  /** By what: `open` is everyone's, `nothing` were no credentials. */
  readonly by: "bearer" | "basic" | "cookie" | "open" | "nothing";
}

/** How to ask somebody without credentials for some: browsers show a dialog for `basic`. */
export type Challenge = "bearer" | "basic";

const CHALLENGES: Readonly<Record<Challenge, string>> = {
  bearer: 'Bearer realm="patchcast"',
  basic: 'Basic realm="patchcast", charset="UTF-8"',
};

/** Decides roles. Holds nothing per visitor but the bounded table of failures. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #failures: Failures;
  /** Every token and the role it gives. */
  readonly #tokens: readonly (readonly [role: TokenRole, token: string])[];

  /** @throws {TypeError} when there is neither a token nor `open`: nobody could ever get in. */
  constructor(options: AuthenticatorOptions) {
    if (!options.open && !options.token) {
      throw new TypeError("Cannot guard the routes: got no token, wanted one unless open");
    }
    this.#options = options;
    this.#failures = new Failures(options.failures);
    this.#tokens = [
      ...options.token ? [["admin", options.token] as const] : [],
      ...options.historyToken ? [["history", options.historyToken] as const] : [],
      ...options.viewToken ? [["view", options.viewToken] as const] : [],
      ...options.pushToken ? [["push", options.pushToken] as const] : [],
    ];
  }

  /**
   * The role of whoever sent these headers from `address`.
   *
   * Basic credentials are another thing than the others: a browser that has been given some sends them to everything
   * here by itself, and a proxy may want some for itself. So they count only where `basic` says so, and nowhere
   * in the place of a cookie that is right.
   * @param options.basic the token may come as a password; default: such a header is not looked at
   * @param options.challenge how to ask for credentials in the place of wrong ones; default `bearer`
   * @throws {Problem} 401 when the credentials are wrong, 429 when too many were.
   */
  identify(
    headers: Headers,
    address: string,
    { basic = false, challenge = "bearer" }: { basic?: boolean; challenge?: Challenge } = {},
  ): Identity {
    if (this.#options.open) return { role: "admin", by: "open" };
    const authorization = headers.get("authorization");
    const isBasic = /^Basic( |$)/i.test(authorization ?? "");
    const cookie = readCookie(headers.get("cookie"), this.#options.cookieName);
    const judge = (credential: string, find: () => TokenRole | undefined) =>
      this.#judge(address, credential, find, challenge);
    if (authorization !== null && !isBasic) {
      const role = judge(authorization, () => this.#bearer(authorization));
      return { role, by: "bearer" };
    }
    if (authorization !== null && basic) {
      // Together: otherwise any number of cookies could be tried beside one wrong password.
      const role = judge(
        `${authorization}\n${cookie}`,
        () => this.#fromCookie(cookie) ?? this.#password(authorization),
      );
      return { role, by: "basic" };
    }
    if (cookie === undefined) return { role: "none", by: "nothing" };
    return { role: judge(cookie, () => this.#fromCookie(cookie)), by: "cookie" };
  }

  /**
   * The `Set-Cookie` header that keeps `role`; `undefined` when none is needed.
   * @param earlier the `Cookie` header that came: the browser stays the same
   */
  cookieFor(role: Role, secure: boolean, earlier?: string): string | undefined {
    const token = this.#tokens.find(([gives]) => gives === role);
    if (this.#options.open || !token) return undefined;
    const value = sealCookie(...token, this.#options.now(), browserIn(earlier));
    return cookieHeader(
      this.#options.cookieName,
      value,
      this.#options.cookiePath ?? "/",
      secure,
    );
  }

  #bearer(authorization: string): TokenRole | undefined {
    const given = /^Bearer +([!-~]{1,256})$/i.exec(authorization)?.[1];
    return given === undefined ? undefined : this.#roleOf(given);
  }

  /** Of `USER:PASSWORD` in base64 (RFC 7617), where the password is the token and the user anybody. */
  #password(authorization: string): TokenRole | undefined {
    const base64 = /^Basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(authorization)?.[1];
    const given = /^[^:]*:([!-~]{1,256})$/.exec(Buffer.from(base64 ?? "", "base64").toString())
      ?.[1];
    return given === undefined ? undefined : this.#roleOf(given);
  }

  #fromCookie(cookie: string | undefined): TokenRole | undefined {
    if (cookie === undefined) return undefined;
    const now = this.#options.now();
    return this.#tokens.find(([role, token]) => checkCookie(cookie, role, token, now))?.[0];
  }

  #roleOf(given: string): TokenRole | undefined {
    // All are compared, so that the time does not tell which one it was.
    const right = this.#tokens.filter(([, token]) => sameText(given, token));
    return right[0]?.[0];
  }

  #judge(
    address: string,
    credential: string,
    find: () => TokenRole | undefined,
    challenge: Challenge,
  ): TokenRole {
    const now = this.#options.now();
    const digest = createHash("sha256").update(credential).digest("hex");
    const waitMs = this.#failures.waitMs(address, digest, now);
    if (waitMs > 0) {
      throw new Problem("too-many-failures", "Wait a minute before the next attempt", {
        headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
      });
    }
    const role = find();
    this.#failures.note(address, digest, role !== undefined, now);
    if (role === undefined) {
      throw unauthorized("The token or the cookie is not valid (any more)", challenge);
    }
    return role;
  }
}

/** The problem of somebody without (valid) credentials. */
export function unauthorized(detail: string, challenge: Challenge = "bearer"): Problem {
  return new Problem("unauthorized", detail, {
    headers: { "www-authenticate": CHALLENGES[challenge] },
  });
}
