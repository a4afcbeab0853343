/**
 * A plausible day of screenshots out of recordings: work in one window or another, stretches where nothing happens, and
 * returns to what was on the screen before. The same seed gives the same day.
 */

/** One picture of a recording. */
export interface Shot {
  /** Index of the recording. */
  readonly recording: number;
  /** Index of the frame in it. */
  readonly frame: number;
}

/**
 * @param frames how many frames each recording has
 * @param count shots wanted
 * @param random 0 <= n < 1, deterministic
 */
export function planDay(frames: readonly number[], count: number, random: () => number): Shot[] {
  const shots: Shot[] = [];
  /** Where work in each recording stopped. */
  const places = frames.map(() => 0);
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  let now = 0;
  while (shots.length < count) {
    const what = random();
    if (what < 0.5) {
      // Work: something changes between two shots, now more, now less.
      now = between(0, frames.length - 1);
      for (let left = between(20, 120); left > 0; left--) {
        shots.push({ recording: now, frame: bounce(places[now], frames[now]) });
        places[now] += between(0, 4);
      }
    } else if (what < 0.8) {
      // Nobody is there.
      const shot = { recording: now, frame: bounce(places[now], frames[now]) };
      for (let left = between(30, 240); left > 0; left--) shots.push(shot);
    } else {
      // A look at another window, as it was left.
      const other = between(0, frames.length - 1);
      const shot = { recording: other, frame: bounce(places[other], frames[other]) };
      for (let left = between(2, 10); left > 0; left--) shots.push(shot);
    }
  }
  return shots.slice(0, count);
}

/** Forwards through a recording, then backwards: work goes on where the recording has ended. */
function bounce(place: number, frames: number): number {
  const way = place % (2 * frames - 2 || 1);
  return way < frames ? way : 2 * frames - 2 - way;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
