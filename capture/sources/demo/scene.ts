/**
 * The demo's scene: which parts stand on the screen at a frame. A pure function of the frame's number, the
 * seed and the size.
 */
import type { Rect, Size } from "../../geometry.ts";
import { CLOCK_BACKGROUND, clockParts } from "./clock.ts";
import { Editor } from "./editor.ts";
import { EDITOR_FILE } from "./editor_text.ts";
import { type Layout, layoutFor } from "./layout.ts";
import type { Part } from "./part.ts";
import { monitorParts } from "./monitor.ts";
import { type Photo, renderPhotos } from "./photos.ts";
import { type Task, taskbarParts } from "./taskbar.ts";
import { COMMAND, LINES_PER_CYCLE, terminalParts } from "./terminal.ts";
import { COLOURS, contentArea, type Fonts, loadFonts, windowFrame } from "./theme.ts";
import { dragAt, focusAt, photoAt, Timeline } from "./timeline.ts";
import { renderWallpaper } from "./wallpaper.ts";

const TASKS: readonly Task[] = [
  { id: "editor", name: "Editor", colour: COLOURS.blue },
  { id: "terminal", name: "Terminal", colour: COLOURS.green },
  { id: "photo", name: "Photos", colour: COLOURS.red },
  { id: "monitor", name: "Monitor", colour: COLOURS.orange },
  { id: "clock", name: "Clock", colour: COLOURS.yellow },
];

/** A window and what is in it. */
interface Pane {
  readonly id: string;
  readonly title: string;
  readonly rect: Rect;
  readonly background: number;
  readonly contents: (area: Rect) => Part[];
}

export class Scene {
  readonly size: Size;
  readonly layout: Layout;
  readonly #seed: number;
  readonly #fonts: Fonts;
  readonly #timeline: Timeline;
  readonly #editor: Editor;
  readonly #photos: readonly Photo[];
  readonly #wallpaper: Part;

  /** Renders wallpaper and photos: 0.3 s at 1280×720, 2 s at 4096×2160 on the machine it was written on. */
  constructor(size: Size, seed: number) {
    this.size = size;
    this.layout = layoutFor(size);
    this.#seed = seed;
    this.#fonts = loadFonts();
    this.#timeline = new Timeline(seed, COMMAND.length, LINES_PER_CYCLE);
    this.#editor = new Editor(this.#fonts);
    const photoArea = contentArea(this.layout.photo);
    this.#photos = renderPhotos({ width: photoArea.w, height: photoArea.h }, seed);
    const screen = { x: 0, y: 0, w: size.width, h: size.height };
    const picture = renderWallpaper(size, seed);
    this.#wallpaper = {
      id: "wallpaper",
      rect: screen,
      solid: screen,
      state: 0,
      paint: (canvas) => canvas.image(picture, 0, 0),
    };
  }

  /** Everything on the screen at `frame`, from the bottom to the top. */
  parts(frame: number): Part[] {
    const focus = focusAt(frame);
    const parts = [this.#wallpaper];
    this.#panes(frame).forEach((pane, level) => {
      const focused = pane.id === focus;
      parts.push(windowFrame(this.#fonts, { ...pane, level, focused }));
      parts.push(...pane.contents(contentArea(pane.rect)));
    });
    parts.push(...taskbarParts(this.#fonts, this.size, TASKS, focus, frame));
    return parts;
  }

  /** The windows from the lowest to the highest: the clock stays on top, the focused one comes next. */
  #panes(frame: number): Pane[] {
    const fonts = this.#fonts;
    const seed = this.#seed;
    const focus = focusAt(frame);
    const photo = this.#photos[photoAt(frame) % this.#photos.length];
    const editor: Pane = {
      id: "editor",
      title: `${EDITOR_FILE} - aurora`,
      rect: this.layout.editor,
      background: COLOURS.body,
      contents: (area) =>
        this.#editor.parts(area, frame, this.#timeline.keys(frame), focus === "editor"),
    };
    const terminal: Pane = {
      id: "terminal",
      title: "mira: ~/aurora",
      rect: this.layout.terminal,
      background: COLOURS.deep,
      contents: (area) =>
        terminalParts(
          fonts,
          area,
          seed,
          this.#timeline.lines(frame),
          this.#timeline.commandTyped(frame),
          focus === "terminal",
        ),
    };
    return [
      {
        id: "photo",
        title: photo.title,
        rect: this.layout.photo,
        background: COLOURS.deep,
        contents: (rect) => [{
          id: "photo picture",
          rect,
          solid: rect,
          state: photo.title,
          paint: (canvas) => canvas.image(photo.picture, rect.x, rect.y),
        }],
      },
      {
        id: "monitor",
        title: "Monitor",
        rect: this.layout.monitor,
        background: COLOURS.body,
        contents: (area) => monitorParts(fonts, area, seed, frame),
      },
      // The clock is dragged right after the terminal was used, so the terminal stays above the editor.
      ...(focus === "editor" ? [terminal, editor] : [editor, terminal]),
      {
        id: "clock",
        title: "Clock",
        rect: this.layout.clock(dragAt(frame)),
        background: CLOCK_BACKGROUND,
        contents: (area) => clockParts(area, frame),
      },
    ];
  }
}
