/** Timers, in the form in which tests can have others. */

/** Calls `action` after `ms`; returns what cancels it. */
export function afterTimeout(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}
