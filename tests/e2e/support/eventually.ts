/** Waiting for other processes: they tell nobody when they are done, so they are asked until they are. */

/** How long a real process may take to show its effect; generous, for a busy machine. */
export const PATIENCE_MS = 30_000;
const BETWEEN_MS = 40;

/**
 * Runs `attempt` until it does not throw, and returns what it returns.
 * @param what what is waited for, to complete "waited in vain until ..."
 * @throws {Error} after `PATIENCE_MS`, with the last attempt's complaint
 */
export async function eventually<T>(what: string, attempt: () => T | Promise<T>): Promise<T> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > giveUp) {
        const complaint = error instanceof Error ? error.message : String(error);
        throw new Error(`waited in vain until ${what}: ${complaint}`, { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
}
