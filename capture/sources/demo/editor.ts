/**
 * The demo's code editor: a file at whose end somebody types, with line numbers and a blinking caret.
 */
import type { Rect } from "../../geometry.ts";
import { EDITOR_FILE, EDITOR_FILES, SOURCE_LINES } from "./editor_text.ts";
import type { Part } from "./part.ts";
import { COLOURS, drawSpans, type Fonts, type Span } from "./theme.ts";
import { FRAME_RATE } from "./timeline.ts";

const LINE_HEIGHT = 17;
const SIDEBAR_WIDTH = 130;
/** Narrower windows have no room for the list of files. */
const SIDEBAR_FROM = 460;
const GUTTER_CELLS = 6;
const STATUS_HEIGHT = 22;
const TOP_PADDING = 6;
/** Empty lines below the one being typed. */
const LINES_BELOW = 3;
/** Copies of the text that count as typed before frame 0, so that the first view is full. */
const TYPED_BEFORE = 8;
/** Line numbers start again after so many copies, so that they keep fitting the gutter. */
const NUMBERED_COPIES = 16;

const TOKEN =
  /(\/\/.*)|("[^"]*")|\b(export|function|const|let|for|of|if|return|new|class|import|from|readonly|interface|while|else|yield|continue|true|false|undefined)\b|\b([A-Z]\w*|number|string|boolean)\b|\b(\d[\d_.]*)\b|(\w+)(?=\()|([{}()[\];:,.<>=+\-*&|!?]+)/g;

interface CodeLine {
  readonly indent: number;
  readonly spans: readonly Span[];
}

/** A position in the endless file. */
interface Caret {
  /** Lines before it. */
  readonly line: number;
  readonly column: number;
}

export class Editor {
  readonly #fonts: Fonts;
  readonly #lines: readonly CodeLine[];
  /** Keys pressed before each line of the text; one more entry for the whole. */
  readonly #keysBefore: readonly number[];

  constructor(fonts: Fonts) {
    this.#fonts = fonts;
    this.#lines = SOURCE_LINES.map(highlight);
    const keysBefore = [0];
    // Indentation comes by itself; each line ends with Enter.
    for (const line of SOURCE_LINES) keysBefore.push(keysBefore.at(-1)! + line.trim().length + 1);
    this.#keysBefore = keysBefore;
  }

  /** The content of the window at `area` once `keys` keys have been pressed. */
  parts(area: Rect, frame: number, keys: number, focused: boolean): Part[] {
    const caret = this.#caret(keys);
    const sidebar = area.w >= SIDEBAR_FROM ? SIDEBAR_WIDTH : 0;
    const text = {
      x: area.x + sidebar,
      y: area.y + TOP_PADDING,
      w: area.w - sidebar,
      h: Math.max(0, area.h - STATUS_HEIGHT - TOP_PADDING),
    };
    const rows = Math.floor(text.h / LINE_HEIGHT);
    const first = caret.line - Math.max(0, rows - 1 - LINES_BELOW);
    const parts: Part[] = [];
    if (sidebar > 0) parts.push(this.#sidebar({ ...area, w: sidebar, h: area.h - STATUS_HEIGHT }));
    for (let row = 0; row < rows; row++) {
      const rect = { ...text, y: text.y + row * LINE_HEIGHT, h: LINE_HEIGHT };
      parts.push(this.#row(`editor ${row}`, rect, first + row, caret));
    }
    const lit = focused && Math.floor(frame / (FRAME_RATE / 2)) % 2 === 0;
    if (rows > 0 && lit) {
      const cell = this.#fonts.regular.width;
      const rect = {
        x: text.x + (GUTTER_CELLS + caret.column) * cell,
        y: text.y + (caret.line - first) * LINE_HEIGHT + 1,
        w: 2,
        h: LINE_HEIGHT - 2,
      };
      parts.push({
        id: "editor caret",
        rect,
        state: 0,
        paint: (canvas) => canvas.fill(rect.x, rect.y, rect.w, rect.h, COLOURS.yellow),
      });
    }
    parts.push(this.#status(area, caret));
    return parts;
  }

  #caret(keys: number): Caret {
    const period = this.#keysBefore.at(-1)!;
    const copy = Math.floor(keys / period);
    const key = keys - copy * period;
    let line = this.#lines.length - 1;
    while (this.#keysBefore[line] > key) line--;
    return {
      line: (copy + TYPED_BEFORE) * this.#lines.length + line,
      column: this.#lines[line].indent + key - this.#keysBefore[line],
    };
  }

  /** A line's number as the gutter shows it. */
  #number(line: number): string {
    return String(line % (NUMBERED_COPIES * this.#lines.length) + 1);
  }

  #row(id: string, rect: Rect, line: number, caret: Caret): Part {
    const current = line === caret.line;
    const empty = line > caret.line;
    return {
      id,
      rect,
      solid: rect,
      state: empty ? "empty" : current ? `${line} ${caret.column}` : line,
      paint: (canvas) => {
        const { regular } = this.#fonts;
        canvas.fill(rect.x, rect.y, rect.w, rect.h, current ? COLOURS.raised : COLOURS.body);
        if (empty) return;
        const number = this.#number(line).padStart(GUTTER_CELLS - 2);
        const ink = current ? COLOURS.orange : COLOURS.faint;
        canvas.text(regular, rect.x, rect.y + 2, number, ink);
        const { spans } = this.#lines[line % this.#lines.length];
        const x = rect.x + GUTTER_CELLS * regular.width;
        drawSpans(canvas, regular, x, rect.y + 2, current ? cut(spans, caret.column) : spans);
      },
    };
  }

  #sidebar(rect: Rect): Part {
    return {
      id: "editor files",
      rect,
      solid: rect,
      state: 0,
      paint: (canvas) => {
        const { regular, bold } = this.#fonts;
        canvas.fill(rect.x, rect.y, rect.w, rect.h, COLOURS.deep);
        canvas.text(bold, rect.x + 14, rect.y + 9, "AURORA", COLOURS.dim);
        EDITOR_FILES.forEach(({ name, depth }, index) => {
          const y = rect.y + 32 + index * 19;
          const open = name === EDITOR_FILE;
          if (open) {
            canvas.fill(rect.x, y - 3, rect.w, 19, COLOURS.raised);
            canvas.fill(rect.x, y - 3, 2, 19, COLOURS.orange);
          }
          const folder = name.endsWith("/");
          const ink = open ? COLOURS.text : folder ? COLOURS.blue : COLOURS.dim;
          canvas.text(regular, rect.x + 14 + depth * 12, y, name, ink);
        });
      },
    };
  }

  #status(area: Rect, caret: Caret): Part {
    const rect = { ...area, y: area.y + area.h - STATUS_HEIGHT, h: STATUS_HEIGHT };
    const place = `Ln ${this.#number(caret.line)}, Col ${caret.column + 1}`;
    return {
      id: "editor status",
      rect,
      solid: rect,
      state: place,
      paint: (canvas) => {
        const { regular, bold } = this.#fonts;
        canvas.fill(rect.x, rect.y, rect.w, rect.h, COLOURS.raised);
        canvas.text(bold, rect.x + 14, rect.y + 5, "main", COLOURS.violet);
        canvas.text(regular, rect.x + 54, rect.y + 5, "· no problems", COLOURS.dim);
        const right = `${place}   UTF-8   TypeScript`;
        const x = rect.x + rect.w - 14 - right.length * regular.width;
        if (x > rect.x + 160) canvas.text(regular, x, rect.y + 5, right, COLOURS.dim);
      },
    };
  }
}

/** The first `cells` characters of a line. */
function cut(spans: readonly Span[], cells: number): Span[] {
  const kept: Span[] = [];
  for (const { text, colour } of spans) {
    if (cells <= 0) break;
    kept.push({ text: text.slice(0, cells), colour });
    cells -= text.length;
  }
  return kept;
}

function highlight(line: string): CodeLine {
  const spans: Span[] = [];
  const inks = [
    COLOURS.dim,
    COLOURS.green,
    COLOURS.violet,
    COLOURS.yellow,
    COLOURS.orange,
    COLOURS.blue,
    COLOURS.cyan,
  ];
  const comment = /^\s*(\/\*\*|\*)/.test(line);
  let end = 0;
  for (const match of comment ? [] : line.matchAll(TOKEN)) {
    if (match.index > end) {
      spans.push({ text: line.slice(end, match.index), colour: COLOURS.text });
    }
    const kind = match.slice(1).findIndex((group) => group !== undefined);
    spans.push({ text: match[0], colour: inks[kind] });
    end = match.index + match[0].length;
  }
  spans.push({ text: line.slice(end), colour: comment ? COLOURS.dim : COLOURS.text });
  return { indent: line.length - line.trimStart().length, spans };
}
