/**
 * Slows guessing down: an address that has shown too many different wrong credentials within a window has to
 * wait until the window is over. A credential that was right before stays right, so that one bad client
 * behind a shared address (a proxy) cannot lock out those who are in.
 */

/** Limits of a `Failures` table. */
export interface FailureLimits {
  /** Different wrong credentials within a window; default 20. The same one again does not count. */
  readonly maxFailures?: number;
  /** Milliseconds; default a minute. */
  readonly windowMs?: number;
  /** Addresses remembered; beyond it the oldest is forgotten. Default 1024. */
  readonly maxAddresses?: number;
}

const defaults = {
  maxFailures: 20,
  windowMs: 60_000,
  maxAddresses: 1024,
} as const satisfies FailureLimits;

interface Entry {
  readonly since: number;
  /** Digests of wrong credentials; at most `maxFailures`. */
  readonly wrong: Set<string>;
}

/** Remembers who failed. Time comes in from outside, ms on any clock. */
export class Failures {
  readonly #limits: Required<FailureLimits>;
  readonly #entries = new Map<string, Entry>();
  readonly #right = new Set<string>();

  constructor(limits: FailureLimits = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Milliseconds that `address` has to wait before `digest` is looked at; 0: none. */
  waitMs(address: string, digest: string, now: number): number {
    const entry = this.#current(address, now);
    if (!entry || entry.wrong.size < this.#limits.maxFailures) return 0;
    if (this.#right.has(`${group(address)} ${digest}`)) return 0;
    return entry.since + this.#limits.windowMs - now;
  }

  /** Notes that `digest` from `address` was right or wrong. */
  note(address: string, digest: string, right: boolean, now: number): void {
    if (right) {
      const key = `${group(address)} ${digest}`;
      this.#right.delete(key);
      this.#right.add(key);
      dropOldest(this.#right, this.#limits.maxAddresses);
      return;
    }
    let entry = this.#current(address, now);
    if (!entry) {
      entry = { since: now, wrong: new Set() };
      this.#entries.set(group(address), entry);
      dropOldest(this.#entries, this.#limits.maxAddresses);
    }
    if (entry.wrong.size < this.#limits.maxFailures) entry.wrong.add(digest);
  }

  #current(address: string, now: number): Entry | undefined {
    const key = group(address);
    const entry = this.#entries.get(key);
    if (entry && now - entry.since >= this.#limits.windowMs) {
      this.#entries.delete(key);
      return undefined;
    }
    return entry;
  }
}

/** One subscriber usually has a whole IPv6 /64, so that is what counts as one address. */
function group(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head, tail = ""] = address.split("::");
  const front = head.split(":").filter((part) => part !== "");
  const back = tail.split(":").filter((part) => part !== "");
  const zeros = address.includes("::") ? Math.max(0, 8 - front.length - back.length) : 0;
  return [...front, ...Array<string>(zeros).fill("0"), ...back].slice(0, 4).join(":");
}

function dropOldest(of: Map<string, unknown> | Set<string>, max: number): void {
  for (const key of of.keys()) {
    if (of.size <= max) return;
    of.delete(key);
  }
}
