/** Says now and then how far something is: a day takes long. */

const EVERY_MS = 5000;

/** Told lines for people. */
export type Say = (line: string) => void;

/**
 * @param what is being done
 * @param total how often `step` will be called
 */
export function progressOf(what: string, total: number, say: Say): { step(): void } {
  const began = performance.now();
  let saidAt = began;
  let done = 0;
  return {
    step() {
      done++;
      const now = performance.now();
      if (done < total && now - saidAt < EVERY_MS) return;
      // Short runs say nothing but that they are done.
      saidAt = now;
      const seconds = (now - began) / 1000;
      const left = done < total
        ? `, about ${(seconds / done * (total - done)).toFixed()} s more`
        : "";
      say(`${what}: ${done} of ${total} in ${seconds.toFixed()} s${left}`);
    },
  };
}
