/**
 * What there is to grab: the monitors and windows that the operating system lists, by the names that people choose
 * them by.
 */
import { SourceLost } from "../../source.ts";
import {
  MAX_TITLE,
  MAX_WINDOWS,
  type Monitor,
  type Target,
  type Targets,
  TargetUnknown,
  type WindowInfo,
} from "../../targets.ts";
import type { Grabbable, NativeLibrary, NativeMonitor, NativeWindow } from "./library.ts";

/** More monitors are left out. */
const MAX_MONITORS = 16;

interface Listed<Info, Handle> {
  readonly info: Info;
  readonly handle: Handle;
}

export class Desktop {
  readonly #library: NativeLibrary;

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  /** Throws `SourceLost` when nothing can be listed. */
  targets(): Targets {
    return {
      monitors: this.#monitors().map(({ info }) => info),
      windows: this.#windows().map(({ info }) => info),
    };
  }

  /**
   * What has to be grabbed for `target`: side by side all monitors, or one thing.
   * @throws {TargetUnknown} when it is not there
   * @throws {SourceLost} when nothing can be listed
   */
  find(target: Target): readonly Grabbable[] {
    switch (target.kind) {
      case "all":
        return this.#monitors().map(({ handle }) => handle);
      case "monitor": {
        const monitors = this.#monitors();
        const found = monitors.find(({ info }) => info.name === target.name);
        if (found) return [found.handle];
        const names = monitors.map(({ info }) => info.name).join(", ");
        throw new TargetUnknown(`there is no monitor ${target.name}, only ${names}`);
      }
      case "window": {
        const windows = this.#windows();
        const text = target.window.toLowerCase();
        const found = windows.find(({ info }) => info.id === target.window) ??
          windows.find(({ info }) => info.title.toLowerCase().includes(text));
        if (found) return [found.handle];
        const count = windows.length === 1 ? "1 window" : `${windows.length} windows`;
        throw new TargetUnknown(`none of ${count} has the id or title ${target.window}`);
      }
    }
  }

  /** Where the desktop begins: monitors may lie left of or above the first one. */
  get corner(): { readonly x: number; readonly y: number } {
    const monitors = this.#monitors().map(({ info }) => info);
    return {
      x: Math.min(...monitors.map(({ x }) => x)),
      y: Math.min(...monitors.map(({ y }) => y)),
    };
  }

  #monitors(): Listed<Monitor, NativeMonitor>[] {
    const handles = asked("the monitors", () => this.#library.Monitor.all());
    const listed = handles.slice(0, MAX_MONITORS).flatMap((handle) => describeMonitor(handle));
    if (listed.length === 0) throw new SourceLost("there is no monitor");
    return distinct(listed);
  }

  #windows(): Listed<WindowInfo, NativeWindow>[] {
    let handles: NativeWindow[];
    try {
      handles = this.#library.Window.all();
    } catch {
      // An X display without a window manager lists none; whether the display is there, the monitors tell.
      return [];
    }
    return handles.flatMap((handle) => describeWindow(handle)).slice(0, MAX_WINDOWS);
  }
}

/** What the library answers; `SourceLost` where it cannot. */
export function asked<T>(what: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw lost(what, error);
  }
}

/** The error for something that the library could not do. */
export function lost(what: string, error: unknown): SourceLost {
  const reason = error instanceof Error ? error.message : String(error);
  return new SourceLost(`Cannot get ${what} from the operating system: ${reason}`);
}

function describeMonitor(handle: NativeMonitor): Listed<Monitor, NativeMonitor>[] {
  return unlessGone(() => ({ name: tidy(handle.name()), primary: handle.isPrimary() }), handle);
}

function describeWindow(handle: NativeWindow): Listed<WindowInfo, NativeWindow>[] {
  return unlessGone(() => {
    // What is minimised has no picture.
    if (handle.isMinimized()) return undefined;
    const app = tidy(handle.appName());
    // X11's windows come without titles.
    return { id: String(handle.id()), title: tidy(handle.title()) || app, app };
  }, handle);
}

/** Describes something with pixels, if it is still there: between listing and asking it may have gone. */
function unlessGone<Info extends object, Handle extends Grabbable>(
  describe: () => Info | undefined,
  handle: Handle,
) {
  try {
    const info = describe();
    const place = { x: handle.x(), y: handle.y() };
    const size = { width: handle.width(), height: handle.height() };
    if (!info || size.width < 1 || size.height < 1) return [];
    return [{ info: { ...info, ...place, ...size }, handle }];
  } catch {
    return [];
  }
}

/** Two monitors of the same make have the same name on some systems: the second one gets a number. */
function distinct<Handle>(monitors: readonly Listed<Monitor, Handle>[]): Listed<Monitor, Handle>[] {
  const seen = new Map<string, number>();
  return monitors.map(({ info, handle }) => {
    const count = (seen.get(info.name) ?? 0) + 1;
    seen.set(info.name, count);
    return count === 1
      ? { info, handle }
      : { info: { ...info, name: `${info.name} (${count})` }, handle };
  });
}

/** One line that is not too long: titles are whatever a program says. */
function tidy(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
  return [...line].slice(0, MAX_TITLE).join("");
}
