/**
 * Time on the demo's desktop: counted from the frame number, shown by a clock with hands.
 */
import type { Rect } from "../../geometry.ts";
import type { Part } from "./part.ts";
import { FRAME_RATE } from "./timeline.ts";

/** Frame 0 is a Tuesday morning, 09:41:00. */
const START_MS = Date.UTC(2026, 5, 9, 9, 41);
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const FACE = 0xf6efe4;
const RIM = 0xe0d4c4;
const INK = 0x2a2740;
const ACCENT = 0xe2645a;

export interface WallTime {
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  /** `09:41:00`. */
  readonly text: string;
  /** `Tue 9 Jun`. */
  readonly date: string;
}

/** The time that the desktop shows at `frame`. */
export function wallTime(frame: number): WallTime {
  const date = new Date(START_MS + 1000 * Math.floor(frame / FRAME_RATE));
  return {
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
    text: date.toISOString().slice(11, 19),
    date: `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`,
  };
}

/** Background of the clock's window. */
export const CLOCK_BACKGROUND = 0xe9dfd0;

/** The clock's face and hands in the middle of `area`. */
export function clockParts(area: Rect, frame: number): Part[] {
  const { hours, minutes, seconds } = wallTime(frame);
  const x = area.x + Math.floor(area.w / 2);
  const y = area.y + Math.floor(area.h / 2) + 2;
  const radius = Math.max(4, Math.floor(Math.min(area.w, area.h) / 2) - 6);
  const face: Part = {
    id: "clock face",
    rect: square(x, y, radius + 2),
    state: hours * 60 + minutes,
    paint: (canvas) => {
      canvas.disc(x, y, radius, RIM);
      canvas.disc(x, y, radius - 2, FACE);
      for (let mark = 0; mark < 12; mark++) {
        const quarter = mark % 3 === 0;
        const [from, to] = [radius - (quarter ? 15 : 10), radius - 6];
        const [dx, dy] = direction(mark / 12);
        const line = [x + dx * from, y + dy * from, x + dx * to, y + dy * to] as const;
        canvas.line(...line, quarter ? 3 : 1.6, quarter ? INK : 0x948da3);
      }
      const hand = (turn: number, length: number, thickness: number) => {
        const [dx, dy] = direction(turn);
        canvas.line(x, y, x + dx * length, y + dy * length, thickness, INK);
      };
      hand((hours % 12 + minutes / 60) / 12, radius * 0.5, 5);
      hand(minutes / 60, radius * 0.74, 3.4);
    },
  };
  const [dx, dy] = direction(seconds / 60);
  const [tipX, tipY] = [x + dx * radius * 0.82, y + dy * radius * 0.82];
  const [tailX, tailY] = [x - dx * 14, y - dy * 14];
  const left = Math.floor(Math.min(tipX, tailX, x - 4)) - 2;
  const top = Math.floor(Math.min(tipY, tailY, y - 4)) - 2;
  const secondHand: Part = {
    id: "clock second",
    rect: {
      x: left,
      y: top,
      w: Math.ceil(Math.max(tipX, tailX, x + 4)) + 2 - left,
      h: Math.ceil(Math.max(tipY, tailY, y + 4)) + 2 - top,
    },
    state: seconds,
    paint: (canvas) => {
      canvas.line(tailX, tailY, tipX, tipY, 1.5, ACCENT);
      canvas.disc(x, y, 3.5, ACCENT);
    },
  };
  return [face, secondHand];
}

function square(x: number, y: number, reach: number): Rect {
  return { x: x - reach, y: y - reach, w: 2 * reach, h: 2 * reach };
}

/** The unit vector that points to `turn` (0 to 1) of the dial. */
function direction(turn: number): [number, number] {
  return [Math.sin(2 * Math.PI * turn), -Math.cos(2 * Math.PI * turn)];
}
