/** The parameters of the history's routes: read as text, refused with the range that is allowed. */
import type { Rect } from "../../capture/geometry.ts";
import { type Refusal, refusal } from "../../config/refusal.ts";
import { invalidValues } from "../problem.ts";
import type { AppContext } from "../route.ts";

/** The last instant that a `Date` knows. */
export const MAX_TIME = 8.64e15;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const MAX_SIDE = 16384;

/** Reads parameters; what cannot be used is collected and refused by `end`. */
export class QueryReader {
  readonly #c: Pick<AppContext, "req">;
  readonly #refused: Refusal[] = [];

  constructor(c: Pick<AppContext, "req">) {
    this.#c = c;
  }

  /** An instant, whole ms since the Unix epoch, given as such or as RFC 3339; `undefined` when left out. */
  time(name: string): number | undefined {
    return this.#read(
      name,
      "ms since the Unix epoch, or RFC 3339 (2026-01-01T00:00:00Z)",
      (text) => {
        if (/^\d{1,16}$/.test(text)) return within(Number(text), 0, MAX_TIME);
        if (!RFC_3339.test(text)) return undefined;
        return within(Math.floor(Date.parse(text)), 0, MAX_TIME);
      },
    );
  }

  /** As `time`, but it has to be there; NaN where it is not, until `end` refuses. */
  neededTime(name: string): number {
    if (this.#c.req.query(name) === undefined) {
      this.refuse(name, undefined, "ms since the Unix epoch, or RFC 3339 (2026-01-01T00:00:00Z)");
    }
    return this.time(name) ?? NaN;
  }

  whole(name: string, min: number, max: number): number | undefined {
    return this.#read(name, `a whole number, ${min} to ${max}`, (text) => {
      return /^\d{1,16}$/.test(text) ? within(Number(text), min, max) : undefined;
    });
  }

  number(name: string, min: number, max: number): number | undefined {
    return this.#read(name, `${min} to ${max}`, (text) => {
      return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? within(Number(text), min, max) : undefined;
    });
  }

  switch(name: string): boolean | undefined {
    return this.#read(name, "0 or 1", (text) => ({ "0": false, "1": true })[text]);
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.#read(name, choices.join(" or "), (text) => choices.find((one) => one === text));
  }

  rect(name: string): Rect | undefined {
    return this.#read(name, `x,y,w,h in pixels, w and h 1 to ${MAX_SIDE}`, (text) => {
      if (!/^\d{1,5}(,\d{1,5}){3}$/.test(text)) return undefined;
      const [x, y, w, h] = text.split(",").map(Number);
      const fits = w >= 1 && h >= 1 && x + w <= MAX_SIDE && y + h <= MAX_SIDE;
      return fits ? { x, y, w, h } : undefined;
    });
  }

  refuse(name: string, value: unknown, allowed: string): void {
    this.#refused.push(refusal(name, value, allowed));
  }

  /** @throws {Problem} 400 that names everything that was refused */
  end(): void {
    if (this.#refused.length > 0) throw invalidValues(this.#refused);
  }

  #read<T>(name: string, allowed: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.#c.req.query(name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) this.refuse(name, text, allowed);
    return value;
  }
}

function within(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
