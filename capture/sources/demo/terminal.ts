/**
 * The demo's terminal: a build whose log arrives in bursts.
 */
import type { Rect } from "../../geometry.ts";
import type { Part } from "./part.ts";
import { hash, random } from "./random.ts";
import { COLOURS, drawSpans, type Fonts, type Span } from "./theme.ts";

export const COMMAND = "make -j8 check";
const LINE_HEIGHT = 16;
const PADDING = 8;
/** Cycles whose log counts as printed before frame 0, so that the first view is full. */
const CYCLES_BEFORE = 8;

const COMPILED = 30;
const TESTS = 20;
/** Command, objects, link, heading, tests, summary, empty line. */
export const LINES_PER_CYCLE = 1 + COMPILED + 2 + TESTS + 2;

const FOLDERS = ["engine", "render", "net", "audio", "store", "ui"];
const FILES = ["arena", "blend", "cache", "clock", "dither", "glyphs", "grid", "heap", "index"]
  .concat(["journal", "layout", "mixer", "packet", "queue", "ring", "scroll", "shadow", "tiles"]);
const TEST_NAMES = [
  "ring keeps the newest frames",
  "tiles split at odd widths",
  "journal survives a torn write",
  "mixer clips without wrapping",
  "packet reads one byte at a time",
  "heap gives back what it took",
  "scroll finds the moved rows",
  "glyphs fit their cells",
  "cache drops the oldest first",
  "clock never runs backwards",
];
const PROMPT: readonly Span[] = [
  { text: "mira", colour: COLOURS.green },
  { text: " ~/aurora ", colour: COLOURS.blue },
  { text: "$ ", colour: COLOURS.dim },
];

/** The terminal's rows: `lines` have been finished, `typed` characters of the command stand on the last. */
export function terminalParts(
  fonts: Fonts,
  area: Rect,
  seed: number,
  lines: number,
  typed: number,
  focused: boolean,
): Part[] {
  const rows = Math.max(0, Math.floor((area.h - PADDING) / LINE_HEIGHT));
  const last = lines + CYCLES_BEFORE * LINES_PER_CYCLE;
  return Array.from({ length: rows }, (_, row) => {
    const line = last - (rows - 1) + row;
    const rect = {
      x: area.x,
      y: area.y + PADDING + row * LINE_HEIGHT,
      w: area.w,
      h: LINE_HEIGHT,
    };
    const open = line === last;
    return {
      id: `terminal ${row}`,
      rect,
      solid: rect,
      state: open ? `${line} ${typed} ${focused}` : line,
      paint: (canvas) => {
        canvas.fill(rect.x, rect.y, rect.w, rect.h, COLOURS.deep);
        const prompt = line % LINES_PER_CYCLE === 0;
        const spans = !open
          ? logLine(line, seed)
          : prompt
          ? [...PROMPT, { text: COMMAND.slice(0, typed), colour: COLOURS.text }]
          : [];
        const x = rect.x + 12;
        drawSpans(canvas, fonts.regular, x, rect.y + 1, spans);
        if (!open) return;
        const cells = spans.reduce((sum, { text }) => sum + text.length, 0);
        const cell = fonts.regular.width;
        canvas.fill(x + cells * cell, rect.y + 1, cell, 14, COLOURS.orange);
        if (!focused) canvas.fill(x + cells * cell + 1, rect.y + 2, cell - 2, 12, COLOURS.deep);
      },
    };
  });
}

/** A finished line of the log. */
function logLine(line: number, seed: number): readonly Span[] {
  const cycle = Math.floor(line / LINES_PER_CYCLE);
  let index = line - cycle * LINES_PER_CYCLE;
  if (index === 0) return [...PROMPT, { text: COMMAND, colour: COLOURS.text }];
  index--;
  if (index <= COMPILED) {
    const percent = `[${String(Math.round(100 * (index + 1) / (COMPILED + 1))).padStart(3)}%] `;
    if (index === COMPILED) {
      return [
        { text: percent, colour: COLOURS.faint },
        { text: "LD  ", colour: COLOURS.violet },
        { text: "build/aurora", colour: COLOURS.text },
      ];
    }
    // Steps through all pairs of folder and file without repeating one soon.
    const pick = hash(cycle, seed, 21) % 997 + index * 7;
    const path = `src/${FOLDERS[pick % FOLDERS.length]}/${FILES[(pick * 5) % FILES.length]}`;
    if (hash(line, seed, 22) % 13 === 0) {
      return [
        { text: `${path}.c:${20 + hash(line, seed, 23) % 300}: `, colour: COLOURS.text },
        { text: "warning: ", colour: COLOURS.yellow },
        { text: "unused variable 'n'", colour: COLOURS.dim },
      ];
    }
    return [
      { text: percent, colour: COLOURS.faint },
      { text: "CC  ", colour: COLOURS.cyan },
      { text: `${path}.c`, colour: COLOURS.text },
      {
        text: ` → build/${hash(line, seed, 24).toString(16).padStart(8, "0")}.o`,
        colour: COLOURS.faint,
      },
    ];
  }
  index -= COMPILED + 1;
  if (index === 0) return [{ text: `running ${TESTS} tests`, colour: COLOURS.text }];
  if (index <= TESTS) {
    const name = TEST_NAMES[(index * 3 + cycle) % TEST_NAMES.length];
    const round = index > TESTS / 2 ? " (release)" : "";
    const ms = 1 + Math.floor(180 * random(line, seed, 25) ** 4);
    return [
      { text: "  ok  ", colour: COLOURS.green },
      { text: (name + round).padEnd(46, " "), colour: COLOURS.text },
      { text: `${String(ms).padStart(4)} ms`, colour: COLOURS.dim },
    ];
  }
  if (index > TESTS + 1) return [];
  const seconds = (3.6 + 1.5 * random(line, seed, 26)).toFixed(2);
  return [
    { text: `${TESTS} passed`, colour: COLOURS.green },
    { text: ", 0 failed", colour: COLOURS.text },
    { text: ` in ${seconds} s`, colour: COLOURS.dim },
  ];
}
