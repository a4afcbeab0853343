/** The links that are measured. */
import type { Conditions } from "./pipe.ts";

export interface Scenario {
  readonly name: string;
  /** The link at the start. */
  readonly link: Conditions;
  /** What it becomes, and when, in shares of the scenario's length. */
  readonly changes: readonly { readonly at: number; readonly link: Conditions }[];
  /** How long it is, in seconds beyond what was asked for: outages need their time. */
  readonly extraSeconds: number;
}

function link(megabits: number, rttMs: number, loss = 0): Conditions {
  return { bitsPerSecond: megabits * 1e6, delayMs: rttMs / 2, loss };
}

const GOOD = link(10, 40);

/** The scenarios for `seconds` of measuring each. */
export function scenarios(seconds: number): Scenario[] {
  const outage = seconds + 10;
  const steps = seconds + 4;
  return [
    { name: "1 Mbit/s, 100 ms", link: link(1, 100), changes: [], extraSeconds: 0 },
    { name: "256 kbit/s, 300 ms", link: link(0.256, 300), changes: [], extraSeconds: 0 },
    { name: "10 Mbit/s, 2 % loss", link: link(10, 40, 0.02), changes: [], extraSeconds: 0 },
    {
      name: "10 s outage",
      link: GOOD,
      changes: [
        { at: 3 / outage, link: link(0, 40) },
        { at: 13 / outage, link: GOOD },
      ],
      extraSeconds: 10,
    },
    {
      name: "10 to 0.5 to 10 Mbit/s",
      link: GOOD,
      changes: [
        { at: 3 / steps, link: link(0.5, 40) },
        { at: (steps - 6) / steps, link: GOOD },
      ],
      extraSeconds: 4,
    },
  ];
}
