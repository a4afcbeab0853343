/**
 * The bar at the bottom of the demo's screen: the windows' names and the time.
 */
import type { Rect, Size } from "../../geometry.ts";
import { wallTime } from "./clock.ts";
import type { Part } from "./part.ts";
import { COLOURS, type Fonts } from "./theme.ts";

export const TASKBAR_HEIGHT = 36;
const BUTTON_WIDTH = 124;
const BAR = 0x11122a;

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly colour: number;
}

/** The taskbar at `frame`, with `focused` the id of the window that has the keyboard. */
export function taskbarParts(
  fonts: Fonts,
  size: Size,
  tasks: readonly Task[],
  focused: string,
  frame: number,
): Part[] {
  const rect = { x: 0, y: size.height - TASKBAR_HEIGHT, w: size.width, h: TASKBAR_HEIGHT };
  return [bar(fonts, rect, tasks, focused), time(fonts, rect, frame)];
}

function bar(fonts: Fonts, rect: Rect, tasks: readonly Task[], focused: string): Part {
  return {
    id: "taskbar",
    rect,
    state: focused,
    paint: (canvas) => {
      const { y, w, h } = rect;
      canvas.fill(0, y, w, h, BAR, 226);
      canvas.fill(0, y, w, 1, 0xffffff, 26);
      // The launcher: four patches, one of them just updated.
      for (const [column, row] of [[0, 0], [1, 0], [0, 1], [1, 1]]) {
        const patch = { x: 14 + column * 9, y: y + 10 + row * 9, w: 7, h: 7 };
        canvas.roundRect(patch, 2, column === 1 && row === 0 ? COLOURS.orange : COLOURS.text);
      }
      tasks.forEach((task, index) => {
        const x = 46 + index * (BUTTON_WIDTH + 6);
        if (x + BUTTON_WIDTH > w - 170) return;
        const active = task.id === focused;
        const button = { x, y: y + 4, w: BUTTON_WIDTH, h: h - 8 };
        canvas.roundRect(button, 6, 0xffffff, active ? 40 : 14);
        canvas.roundRect({ x: x + 10, y: y + 12, w: 12, h: 12 }, 4, task.colour);
        canvas.text(fonts.regular, x + 30, y + 12, task.name, active ? COLOURS.text : COLOURS.dim);
        if (active) canvas.roundRect({ x: x + 10, y: y + h - 5, w: 40, h: 2 }, 1, COLOURS.orange);
      });
    },
  };
}

function time(fonts: Fonts, bar: Rect, frame: number): Part {
  const { text, date } = wallTime(frame);
  const rect = { x: bar.w - 152, y: bar.y + 8, w: 144, h: 20 };
  return {
    id: "taskbar time",
    rect,
    state: `${date} ${text}`,
    paint: (canvas) => {
      const y = rect.y + 4;
      const right = rect.x + rect.w - 4;
      canvas.text(fonts.bold, right - text.length * 7, y, text, COLOURS.text);
      canvas.text(fonts.regular, right - (text.length + date.length + 2) * 7, y, date, COLOURS.dim);
    },
  };
}
