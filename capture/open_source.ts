/** From the source that was asked for to one that is open. */
import type { Source } from "./source.ts";
import { SourceLost } from "./source.ts";
import { AwaySource } from "./sources/away.ts";
import { openDemoSource } from "./sources/demo/source.ts";
import { FrameScreen } from "./sources/frame_screen.ts";
import { WallScreen } from "./sources/wall/wall_screen.ts";
import { openX11Source } from "./sources/x11/x11.ts";
import { type Target, WHOLE_DISPLAY } from "./targets.ts";
import type { ModuleSpec, PushedFrame, SourceSpec } from "./worker_protocol.ts";

export interface Opened {
  readonly source: Source;
  /**
   * Opens the same source again after it was lost.
   * @param target what it captures; default: what it was opened for
   */
  readonly reopen: (target?: Target) => Source;
  /** A line for people about why it is this one. */
  readonly note: string | undefined;
  /** Of a source that is pushed: shows a frame. */
  readonly put?: (frame: PushedFrame) => void;
  /** Of a source that is pushed: its sender has fallen silent, or (`undefined`) was heard again. */
  readonly setSilence?: (reason: string | undefined) => void;
  /** Resolves once nothing of it is left, after it was closed. Left out: at once. */
  readonly released?: () => Promise<void>;
  /** Of the wall: takes the streams of the other sources. */
  readonly wall?: Pick<WallScreen, "show" | "feed">;
}

/**
 * Opens the source that `spec` names; `auto` takes the display if it answers and the demo if not.
 * @param patient true: one that is not there is opened when it is, and lost until then
 * @throws {SourceLost} when a source that was asked for by name is not there
 */
export async function openSource(spec: SourceSpec, patient = false): Promise<Opened> {
  switch (spec.kind) {
    case "module":
      return opened(await loadModule(spec), undefined);
    case "pushed": {
      const screen = new FrameScreen(spec.label, spec.size);
      return {
        ...opened(screen.open, undefined),
        put: (frame) => screen.put(frame),
        setSilence: (reason) => screen.setSilence(reason),
      };
    }
    case "wall": {
      const wall = await WallScreen.load(spec.sources);
      return { ...opened(wall.open, undefined), wall };
    }
    case "demo":
      return opened(() => openDemoSource({}), undefined);
    case "x11": {
      const open = (target: Target) => openX11Source(wanted(spec.display), target);
      return openTargeted(`x11 ${spec.display ?? ""}`, open, spec.target, patient);
    }
    case "auto":
      try {
        const open = (target: Target) => openX11Source(wanted(spec.display), target);
        return openTargeted("", open, WHOLE_DISPLAY, false);
      } catch (error) {
        if (!(error instanceof SourceLost)) throw error;
        const note = `no display to capture (${error.message}), showing the demo`;
        return opened(() => openDemoSource({}), note);
      }
    // What only some need is loaded when it is needed.
    case "native": {
      const { openNativeSource } = await import("./sources/native/native.ts");
      return openTargeted("native", (target) => openNativeSource(target), spec.target, patient);
    }
    case "slices": {
      const { openSlicesSource } = await import("./sources/slices/slices_source.ts");
      return await openSlicesSource(spec);
    }
    case "camera":
    case "video":
    case "exec": {
      const { openChildSource } = await import("./sources/child/child_source.ts");
      return await openChildSource(spec, { patient });
    }
  }
}

function opened(open: () => Source, note: string | undefined): Opened {
  return { source: open(), reopen: open, note };
}

/** A source that can show several things. */
function openTargeted(
  label: string,
  open: (target: Target) => Source,
  first: Target,
  patient: boolean,
): Opened {
  const reopen = (target = first) => open(target);
  try {
    const source = open(first);
    return { source, reopen, note: source.silence };
  } catch (error) {
    if (!patient || !(error instanceof SourceLost)) throw error;
    return { source: new AwaySource(label, error.message, first), reopen, note: error.message };
  }
}

async function loadModule({ url, options }: ModuleSpec): Promise<() => Source> {
  const module: { openSource?: (options: unknown) => Source } = await import(url);
  const { openSource } = module;
  if (!openSource) throw new TypeError(`Cannot open ${url}: it exports no openSource()`);
  return () => openSource(options);
}

function wanted(display: string | undefined): string {
  if (!display) throw new SourceLost("DISPLAY is not set");
  return display;
}
