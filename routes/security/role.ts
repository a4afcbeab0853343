/**
 * Roles: what a caller may do. `none` is anybody, `view` may watch, `history` may also look back, `admin` may also
 * change and delete. `push` may hand in screenshots and do nothing else.
 */

/** What each role may do besides what needs none. */
const rights = {
  none: [],
  push: ["push"],
  view: ["view"],
  history: ["view", "history"],
  admin: ["view", "history", "push", "admin"],
} as const satisfies Record<string, readonly string[]>;

/** A role. */
export type Role = keyof typeof rights;

/** True when somebody with role `has` may do what needs role `needs`. */
export function mayDo(has: Role, needs: Role): boolean {
  const own: readonly Role[] = rights[has];
  return needs === "none" || own.includes(needs);
}
