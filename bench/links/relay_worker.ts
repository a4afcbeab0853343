/**
 * The Worker that is the link: it carries packets between two TUN devices as the conditions say. A thread of its
 * own, since it waits for packets by blocking.
 */
import { Libc } from "./libc.ts";
import { type Conditions, Pipe } from "./pipe.ts";

/** What the Worker is started with. */
export interface RelayStart {
  /** Names for the two devices. */
  readonly devices: readonly [string, string];
  readonly conditions: Conditions;
  /** For the losses: the same seed, the same packets of each direction. */
  readonly seed: number;
  /** `CONTROL` fields, shared with whoever started it. */
  readonly control: Float64Array;
}

/** Places in the control array. The version is raised after the others were changed. */
export const CONTROL = { stop: 0, version: 1, bitsPerSecond: 2, delayMs: 3, loss: 4, length: 5 };

/** Nobody waits longer than this for a change of the conditions or for the end, ms. */
const LONGEST_WAIT_MS = 10;

/** What the Worker tells: both devices are there; they are gone; or it cannot go on. */
export type RelayReport = "ready" | "closed" | { readonly failed: string };

interface Scope {
  postMessage(message: RelayReport): void;
  onmessage: ((event: MessageEvent<RelayStart>) => void) | null;
  close(): void;
}
const scope = globalThis as unknown as Scope;

scope.onmessage = ({ data }) => {
  try {
    relay(data);
    scope.postMessage("closed");
  } catch (error) {
    scope.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
  scope.close();
};

function relay({ devices, conditions, seed, control }: RelayStart): void {
  const libc = new Libc();
  const files = devices.map((name) => libc.openTun(name));
  const pipes = files.map((_, i) => new Pipe(conditions, randomOf(seed + i)));
  scope.postMessage("ready");
  let version = control[CONTROL.version];
  while (control[CONTROL.stop] === 0) {
    if (control[CONTROL.version] !== version) {
      version = control[CONTROL.version];
      const [bitsPerSecond, delayMs, loss] = control.subarray(CONTROL.bitsPerSecond);
      for (const pipe of pipes) pipe.conditions = { bitsPerSecond, delayMs, loss };
    }
    files.forEach((file, i) => {
      for (let packet = libc.read(file); packet; packet = libc.read(file)) {
        pipes[i].offer(packet, performance.now());
      }
    });
    const now = performance.now();
    files.forEach((file, i) => {
      for (const packet of pipes[1 - i].arrived(now)) libc.write(file, packet);
    });
    const next = Math.min(...pipes.map(({ nextAt }) => nextAt)) - performance.now();
    libc.wait(files, Math.ceil(Math.max(0, Math.min(LONGEST_WAIT_MS, next))));
  }
  for (const file of files) libc.close(file);
}

/** Mulberry32 of the public domain: 0 <= r < 1. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
