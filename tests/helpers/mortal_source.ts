/** A source of one colour whose Worker dies of a fault when the clock says so. */
import type { Source } from "../../capture/source.ts";

export interface MortalOptions {
  readonly label: string;
  /** When it breaks, ms since the Unix epoch. */
  readonly diesAt: number;
}

export function openSource({ label, diesAt }: MortalOptions): Source {
  return {
    label,
    size: { width: 64, height: 64 },
    poll() {
      if (Date.now() >= diesAt) throw new TypeError("this source was made to break");
      return { damage: "unknown", resized: false };
    },
    grab(frame) {
      frame.fill(77);
    },
    close() {},
  };
}
