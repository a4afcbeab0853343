/** From the source that was asked for to one that is open. */
import type { Source } from "./source.ts";
import { SourceLost } from "./source.ts";
import { openDemoSource } from "./sources/demo/source.ts";
import { PushedScreen } from "./sources/pushed.ts";
import { openX11Source } from "./sources/x11/x11.ts";
import type { ModuleSpec, PushedFrame, SourceSpec } from "./worker_protocol.ts";

export interface Opened {
  readonly source: Source;
  /** Opens the same source again after it was lost. */
  readonly reopen: () => Source;
  /** A line for people about why it is this one. */
  readonly note: string | undefined;
  /** Of a source that is pushed: shows a frame. */
  readonly put?: (frame: PushedFrame) => void;
  /** Of a source that is pushed: its sender has fallen silent, or (`undefined`) was heard again. */
  readonly setSilence?: (reason: string | undefined) => void;
}

/**
 * Opens the source that `spec` names; `auto` takes the display if it answers and the demo if not.
 * @throws {SourceLost} when a source that was asked for by name is not there
 */
export async function openSource(spec: SourceSpec): Promise<Opened> {
  switch (spec.kind) {
    case "module":
      return opened(await loadModule(spec), undefined);
    case "pushed": {
      const screen = new PushedScreen(spec.label, spec.size);
      return {
        ...opened(screen.open, undefined),
        put: (frame) => screen.put(frame),
        setSilence: (reason) => screen.setSilence(reason),
      };
    }
    case "demo":
      return opened(() => openDemoSource({}), undefined);
    case "x11":
      return opened(() => openX11Source(wanted(spec.display)), undefined);
    case "auto":
      try {
        return opened(() => openX11Source(wanted(spec.display)), undefined);
      } catch (error) {
        if (!(error instanceof SourceLost)) throw error;
        const note = `no display to capture (${error.message}), showing the demo`;
        return opened(() => openDemoSource({}), note);
      }
  }
}

function opened(open: () => Source, note: string | undefined): Opened {
  return { source: open(), reopen: open, note };
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
