/** Whether everybody is let in, and by which token, where none was given. */
import { isLoopback } from "../config/host.ts";
import type { Config } from "../config.ts";

export interface Access {
  /** Everybody is an administrator. */
  readonly open: boolean;
  /** Of administrators; `undefined` where none is needed. */
  readonly token: string | undefined;
}

/**
 * The demo shows nothing of this machine; on loopback it needs no token unless one was given. With a history it does:
 * other screens may have been recorded in the same folder.
 */
export function accessTo(config: Config, isDemo: boolean): Access {
  const { auth, host, token, viewToken, historyToken, pushToken } = config;
  const given = [token, viewToken, historyToken, pushToken].some((one) => one !== undefined);
  const isHarmless = isDemo && config.history !== "on";
  const open = auth === "none" || (isHarmless && !given && isLoopback(host));
  return { open, token: open ? token : token ?? newToken() };
}

/** A token nobody can guess: 128 bits as text that survives being typed into a terminal. */
function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
