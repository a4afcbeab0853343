/** What a process holds over time, and whether that grows. */

const MIB = 2 ** 20;

/** More than this between the beginning and the end is growth. Garbage and heaps that settle stay below it. */
const ALLOWED_MIB = 64;

export class Memory {
  readonly #pid: number;
  readonly #samples: number[] = [];

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Resident memory now, MiB; kept for `verdict`. */
  sample(): number {
    const status = Deno.readTextFileSync(`/proc/${this.#pid}/status`);
    const mebibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024 / MIB;
    this.#samples.push(mebibytes);
    return mebibytes;
  }

  /**
   * The least of the first fifth of the samples (garbage comes and goes, what is kept stays) and of the
   * last fifth.
   */
  verdict(): { firstMiB: number; lastMiB: number; most: number; ok: boolean } {
    const fifth = Math.max(1, Math.floor(this.#samples.length / 5));
    const firstMiB = Math.min(...this.#samples.slice(0, fifth));
    const lastMiB = Math.min(...this.#samples.slice(-fifth));
    const most = Math.max(...this.#samples);
    return { firstMiB, lastMiB, most, ok: lastMiB - firstMiB <= ALLOWED_MIB };
  }
}
