/**
 * Roles: what a caller may do. `none` is anybody, `view` may watch, `admin` may also change.
 */

/** From least to most; each may do what the ones before it may. */
const order = ["none", "view", "admin"] as const;

/** A role. */
export type Role = (typeof order)[number];

/** True when somebody with role `has` may do what needs role `needs`. */
export function mayDo(has: Role, needs: Role): boolean {
  return order.indexOf(has) >= order.indexOf(needs);
}
