/** From what `--source` names to what the capture Worker opens. */
import { isRawFormat, type SourceChoice } from "../config/source_choice.ts";
import type { Target } from "./targets.ts";
import type { FrameFormat, SourceSpec } from "./worker_protocol.ts";

/** A command that ends with its picture is run again after this, unless somebody says otherwise. */
const DEFAULT_EVERY_S = 1;

/** @param display value of `DISPLAY`, for sources that name none */
export function specOf(source: SourceChoice, display: string | undefined): SourceSpec {
  switch (source.kind) {
    case "auto":
      return { kind: "auto", display };
    case "demo":
      return { kind: "demo" };
    case "x11":
      return { kind: "x11", display: source.display ?? display, target: targetOf(source) };
    case "native":
      return { kind: "native", target: targetOf(source) };
    case "camera":
      return { kind: "camera", device: source.device };
    case "video":
      return { kind: "video", input: source.input };
    case "exec": {
      const { command, every = DEFAULT_EVERY_S } = source;
      return { kind: "exec", command, format: formatOf(source), everyMs: every * 1000 };
    }
    case "slices": {
      const { host, port, identity } = source;
      return { kind: "slices", host, port, identity };
    }
  }
}

function targetOf(
  { monitor, window }: { readonly monitor?: string; readonly window?: string },
): Target {
  if (monitor !== undefined) return { kind: "monitor", name: monitor };
  return window === undefined ? { kind: "all" } : { kind: "window", window };
}

function formatOf({ format, size }: Extract<SourceChoice, { kind: "exec" }>): FrameFormat {
  if (format === undefined) return { kind: "sniff" };
  if (!isRawFormat(format)) return { kind: format };
  if (!size) throw new TypeError(`Cannot read ${format}: got no size`);
  return { kind: "raw", pixels: format, ...size };
}
