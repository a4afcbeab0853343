/** Switching what a source captures, and why that may be refused. */
import { clip, type Rect, type Size } from "./geometry.ts";
import type { CaptureLoop } from "./loop.ts";
import { type Target, type Targets, TargetUnknown } from "./targets.ts";
import type { Refusal } from "./worker_protocol.ts";

/** Captures `target`, and of it the region; what comes back is why not, and then nothing has changed. */
export function trySelect(
  loop: Pick<CaptureLoop, "targets" | "select">,
  target: Target,
  region: Rect | null,
): Refusal | undefined {
  const size = region && sizeOf(target, loop.targets());
  if (region && size && !clip(region, size)) {
    const allowed = `a rectangle that overlaps its ${size.width}×${size.height} pixels`;
    return { field: "region", value: region, allowed };
  }
  try {
    loop.select(target, region);
    return undefined;
  } catch (error) {
    if (!(error instanceof TargetUnknown)) throw error;
    return { field: target.kind, value: nameOf(target), allowed: error.message };
  }
}

/** Of what is listed; `undefined` for what is not, or is named by a part of its title. */
function sizeOf(target: Target, targets: Targets | undefined): Size | undefined {
  if (target.kind === "monitor") return targets?.monitors.find(({ name }) => name === target.name);
  if (target.kind === "window") return targets?.windows.find(({ id }) => id === target.window);
  return undefined;
}

function nameOf(target: Target): string | undefined {
  if (target.kind === "monitor") return target.name;
  return target.kind === "window" ? target.window : undefined;
}
