/** Starts engines as the configuration wants them: for the captured screen, and for screenshots from elsewhere. */
import type { Config } from "../config.ts";
import { Engine } from "./engine.ts";
import type { PushedSpec, SourceSpec } from "./worker_protocol.ts";

/** A screenshot every few seconds needs no larger ring. */
const PUSHED_RING_BYTES = 16 * 2 ** 20;

/**
 * The engine of the screen that `--source` names.
 * @param display value of `DISPLAY`
 * @param onFault see `EngineOptions`
 * @throws {StartFailed} when there is no such source
 */
export function startCaptured(
  config: Config,
  display: string | undefined,
  onFault: (error: Error) => void,
): Promise<Engine> {
  return Engine.start({
    source: sourceSpec(config, display),
    settings: config.settings,
    ring: { maxBytes: config.ringBytes, maxMs: config.ringSeconds * 1000 },
    onFault,
  });
}

/** An engine for screenshots from elsewhere; its faults end it, and nothing else. */
export function startPushed(
  config: Config,
  source: PushedSpec,
  onFault: (error: Error) => void,
): Promise<Engine> {
  return Engine.start({
    source,
    // What was set for the captured screen means nothing for another one, masks and region above all.
    settings: { ...config.settings, masks: [], region: null, scale: 1, paused: false },
    ring: {
      maxBytes: Math.min(config.ringBytes, PUSHED_RING_BYTES),
      maxMs: config.ringSeconds * 1000,
    },
    onFault,
  });
}

function sourceSpec({ source }: Config, display: string | undefined): SourceSpec {
  switch (source.kind) {
    case "auto":
      return { kind: "auto", display };
    case "demo":
      return { kind: "demo" };
    case "x11":
      return { kind: "x11", display: source.display ?? display };
  }
}
