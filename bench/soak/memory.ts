/**
 * What a process holds, told from outside, without what only waits for a garbage collection.
 *
 * Resident memory of a program with Workers swings by 65 MiB: pixels are external to V8's heaps, and V8 collects
 * them when it thinks that it is worth it. So three things: the process runs with `COLLECTING` and `COLLECTING_V8`, which
 * make collections frequent and complete and give freed memory back at once; a look takes the least of many samples; and two looks are
 * compared only when the same goes on in both.
 */

const MIB = 2 ** 20;
const SAMPLE_MS = 100;

/** Environment of a process whose memory is to be looked at. Costs it time. */
export const COLLECTING: Readonly<Record<string, string>> = {
  // glibc: large blocks go back to the system when they are freed, small ones from one place.
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "65536",
  MALLOC_TRIM_THRESHOLD_: "131072",
};

/** V8: each time that 1 MiB was allocated in a Worker, all of its garbage is collected, pixels too. */
export const COLLECTING_V8 = "--gc-global,--min-semi-space-size=1,--max-semi-space-size=1";

/**
 * How much more the second look may show. Seven looks of 6 s in one run, half a minute of coming and going between
 * them, showed 266, 270, 261, 264, 267, 266 and 268 MiB; on a machine busy with other things, two of 10 s 212 and 190. A
 * soak of ten minutes has about two thousand visits: 12 KB kept of each would be found.
 */
export const ALLOWED_GROWTH_MIB = 24;

export class Memory {
  readonly #read: () => number;
  readonly #pause: (ms: number) => Promise<unknown>;
  #mostMiB = 0;

  /**
   * @param read resident memory, MiB
   * @param pause waits so many ms
   */
  constructor(read: () => number, pause = afterTimeout) {
    this.#read = read;
    this.#pause = pause;
  }

  /** Resident memory now, MiB. */
  sample(): number {
    const mebibytes = this.#read();
    this.#mostMiB = Math.max(this.#mostMiB, mebibytes);
    return mebibytes;
  }

  /** The most of all samples, MiB. */
  get mostMiB(): number {
    return this.#mostMiB;
  }

  /** The least memory held during some time, MiB. */
  async look(ms: number): Promise<number> {
    let least = Infinity;
    for (let passed = 0; passed < ms; passed += SAMPLE_MS) {
      least = Math.min(least, this.sample());
      await this.#pause(SAMPLE_MS);
    }
    return least;
  }
}

/** How two looks say that something is kept, in words; `undefined` where they do not. NaN: nobody looked. */
export function growth(firstMiB: number, lastMiB: number): string | undefined {
  if (lastMiB - firstMiB <= ALLOWED_GROWTH_MIB) return undefined;
  return `memory grew from ${firstMiB.toFixed()} to ${lastMiB.toFixed()} MiB: ` +
    `wanted at most ${ALLOWED_GROWTH_MIB} more`;
}

/** Resident memory of a process, MiB. Linux only. */
export function residentMiB(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024 / MIB;
}

function afterTimeout(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
