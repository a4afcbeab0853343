/**
 * The demo's mouse pointer: its shape, and where it is at a frame.
 */
import type { CursorShape } from "../../source.ts";
import type { Layout } from "./layout.ts";
import { ease, lerp } from "./random.ts";
import { gripOf } from "./theme.ts";
import { dragAt, phase, POINTER_ARRIVES, POINTER_STARTS } from "./timeline.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

/** `#` is the outline, `o` the inside. */
const ARROW = [
  "#...........",
  "##..........",
  "#o#.........",
  "#oo#........",
  "#ooo#.......",
  "#oooo#......",
  "#ooooo#.....",
  "#oooooo#....",
  "#ooooooo#...",
  "#oooooooo#..",
  "#ooooooooo#.",
  "#oooooo#####",
  "#ooo#oo#....",
  "#oo##oo#....",
  "#o#..#oo#...",
  "##...#oo#...",
  "#.....#oo#..",
  "......#oo#..",
  ".......##...",
];

/** A white arrow with a dark outline, its tip the hot spot. */
export function arrowShape(): CursorShape {
  const [width, height] = [ARROW[0].length, ARROW.length];
  const rgba = new Uint8Array(width * height * 4);
  ARROW.join("").split("").forEach((cell, index) => {
    if (cell === "#") rgba.set([16, 16, 28, 255], index * 4);
    else if (cell === "o") rgba.set([255, 255, 255, 255], index * 4);
  });
  return { width, height, hotX: 0, hotY: 0, rgba };
}

/** Where the pointer's tip is at `frame`, in whole pixels. */
export function pointerAt(frame: number, layout: Layout): Point {
  const { t } = phase(frame);
  const { editor, terminal } = layout;
  const inEditor = { x: editor.x + editor.w * 0.72, y: editor.y + editor.h * 0.4 };
  const inTerminal = { x: terminal.x + terminal.w * 0.6, y: terminal.y + terminal.h * 0.55 };
  const onClock = gripOf(layout.clock(dragAt(frame)));
  const moves: [start: number, end: number, from: Point, to: Point][] = [
    [POINTER_STARTS.terminal, POINTER_ARRIVES.terminal, inEditor, inTerminal],
    [POINTER_STARTS.clock, POINTER_ARRIVES.clock, inTerminal, onClock],
    [POINTER_STARTS.editor, POINTER_ARRIVES.editor, onClock, inEditor],
  ];
  let at: Point = inEditor;
  for (const [start, end, from, to] of moves) {
    if (t < start) break;
    at = along(from, to, ease((t - start) / (end - start)));
  }
  return { x: Math.round(at.x), y: Math.round(at.y) };
}

/** A point on a slightly bent way, as a wrist moves. */
function along(from: Point, to: Point, way: number): Point {
  const bend = 0.12 * Math.sin(Math.PI * way);
  return {
    x: lerp(from.x, to.x, way) - (to.y - from.y) * bend,
    y: lerp(from.y, to.y, way) + (to.x - from.x) * bend,
  };
}
