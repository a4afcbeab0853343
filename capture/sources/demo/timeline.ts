/**
 * What happens when on the demo's desktop: a cycle of 30 seconds that repeats for ever, with its keystrokes,
 * log lines, focus and the dragged window. Everything is a function of the frame number.
 */
import { ease, random } from "./random.ts";

/** Frames per second of the demo. */
export const FRAME_RATE = 30;
/** Frames after which the same things happen again. */
export const CYCLE = 30 * FRAME_RATE;

/** In frames from the start of a cycle. The pauses between them are what a real desktop mostly does. */
const TYPING = [[8, 100], [128, 215], [236, 322]] as const;
const PHOTO_CHANGE = 344;
const TERMINAL_CLICK = 368;
const COMMAND_START = 380;
const LOG_START = 468;
const LOG_BURSTS = 9;
const BURST_SPACING = 19;
export const CLOCK_PRESS = 694;
const DRAG_START = 700;
const DRAG_END = 812;
export const EDITOR_CLICK = 862;
/** When the pointer sets out for the terminal, the clock, the editor. */
export const POINTER_STARTS = { terminal: 336, clock: 656, editor: 826 } as const;
export const POINTER_ARRIVES = { terminal: 362, clock: 688, editor: 856 } as const;

export type Focus = "editor" | "terminal" | "clock";

/** Where in its cycle a frame is. */
export function phase(frame: number): { cycle: number; t: number } {
  const cycle = Math.floor(frame / CYCLE);
  return { cycle, t: frame - cycle * CYCLE };
}

/** Whose turn the keyboard is. */
export function focusAt(frame: number): Focus {
  const { t } = phase(frame);
  if (t < TERMINAL_CLICK || t >= EDITOR_CLICK) return "editor";
  return t < CLOCK_PRESS ? "terminal" : "clock";
}

/** How far the clock has been dragged from its first (0) to its second place (1); it comes back next cycle. */
export function dragAt(frame: number): number {
  const { cycle, t } = phase(frame);
  const way = ease((t - DRAG_START) / (DRAG_END - DRAG_START));
  return cycle % 2 === 0 ? way : 1 - way;
}

/** Which photo is shown, counted from 0 for ever. */
export function photoAt(frame: number): number {
  const { cycle, t } = phase(frame);
  return cycle + (t >= PHOTO_CHANGE ? 1 : 0);
}

/** How busy the machine is, 0 to 1: the build keeps it busy. */
export function buildLoadAt(frame: number): number {
  const { t } = phase(frame);
  const end = LOG_START + LOG_BURSTS * BURST_SPACING;
  return ease((t - LOG_START) / 20) * (1 - ease((t - end) / 30));
}

/** Events of one cycle and how many of them have happened by each of its frames. */
class Counter {
  readonly perCycle: number;
  readonly #by = new Uint16Array(CYCLE);

  constructor(times: readonly number[]) {
    this.perCycle = times.length;
    for (const time of times) this.#by[Math.min(CYCLE - 1, Math.floor(time))]++;
    for (let t = 1; t < CYCLE; t++) this.#by[t] += this.#by[t - 1];
  }

  /** Events of the frame's own cycle up to and including it. */
  inCycle(frame: number): number {
    return this.#by[phase(frame).t];
  }

  /** Events since frame 0. */
  total(frame: number): number {
    return phase(frame).cycle * this.perCycle + this.inCycle(frame);
  }
}

/** The rhythm of the typing and of the log; differs by `seed`. */
export class Timeline {
  /** Keys pressed in the editor. */
  readonly #keys: Counter;
  /** Characters of the command typed in the terminal, then its lines, the command's own first. */
  readonly #command: Counter;
  readonly #lines: Counter;

  constructor(seed: number, commandLength: number, linesPerCycle: number) {
    const keys: number[] = [];
    for (const [from, to] of TYPING) {
      for (let at: number = from; at < to;) {
        keys.push(at);
        at += 2 + 5 * random(keys.length, seed, 11) ** 2;
      }
    }
    this.#keys = new Counter(keys);
    const span = LOG_START - 8 - COMMAND_START;
    this.#command = new Counter(
      Array.from(
        { length: commandLength },
        (_, i) => COMMAND_START + (i + 0.7 * random(i, seed, 12)) * span / commandLength,
      ),
    );
    const perBurst = (linesPerCycle - 1) / LOG_BURSTS;
    this.#lines = new Counter(
      Array.from({ length: linesPerCycle }, (_, i) => {
        if (i === 0) return LOG_START;
        const burst = Math.floor((i - 1) / perBurst);
        const jitter = 6 * random(burst, seed, 13);
        return LOG_START + 4 + burst * BURST_SPACING + jitter + (i - 1 - burst * perBurst) * 0.8;
      }),
    );
  }

  /** Keys pressed in the editor since frame 0. */
  keys(frame: number): number {
    return this.#keys.total(frame);
  }

  /** Lines finished in the terminal since frame 0. */
  lines(frame: number): number {
    return this.#lines.total(frame);
  }

  /** Characters of the command on the terminal's last line, while that line is a prompt. */
  commandTyped(frame: number): number {
    return this.#lines.inCycle(frame) === 0 ? this.#command.inCycle(frame) : 0;
  }
}
