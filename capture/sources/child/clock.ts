/** Time as the parts of a child source see it, so that tests can move it. */

export interface Clock {
  /** ms, never jumps. */
  readonly now: () => number;
  /** Calls `action` once after `ms`; returns what cancels it. */
  readonly after: (ms: number, action: () => void) => () => void;
}

/** The real one. */
export const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
