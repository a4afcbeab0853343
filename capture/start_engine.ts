/** Starts engines as the configuration wants them: for the captured screen, and for screenshots from elsewhere. */
import type { Config, LiveSettings, SourceChoice } from "../config.ts";
import { Engine } from "./engine.ts";
import { specOf } from "./source_spec.ts";
import type { WallOptions, WallStart } from "./wall/wall.ts";
import type { PushedSpec } from "./worker_protocol.ts";

/** A screenshot every few seconds needs no larger ring. */
const PUSHED_RING_BYTES = 16 * 2 ** 20;

/**
 * The engine of a source that `--source` names.
 * @param display value of `DISPLAY`
 * @param patient true: a source that is not there is waited for
 * @param before the engine in whose place it is started: what was changed live stays, masks above all
 * @param onFault see `EngineOptions`
 * @throws {StartFailed} when there is no such source
 */
export function startCaptured(
  config: Config,
  choice: SourceChoice,
  display: string | undefined,
  patient: boolean,
  onFault: (error: Error) => void,
  before?: Pick<Engine, "settings" | "selected">,
): Promise<Engine> {
  const source = specOf(choice, display);
  const selected = before?.selected;
  return Engine.start({
    source: selected && "target" in source ? { ...source, target: selected } : source,
    patient,
    settings: before?.settings() ?? { ...config.settings, ...ownSettings(choice) },
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

/** The live settings that a source was given for itself. */
function ownSettings(choice: SourceChoice): Partial<LiveSettings> {
  const { region, masks, scale, fps, quality } = choice;
  const own = { region, masks, scale, fps, quality };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

/** What the wall of all sources begins with. */
export function wallSettings(config: Config): Pick<WallOptions<Engine>, "settings" | "ring"> {
  return {
    // Masks, regions and scales hold for the sources, whose streams the wall shows.
    settings: { ...config.settings, masks: [], region: null, scale: 1, paused: false },
    ring: {
      maxBytes: Math.min(config.ringBytes, PUSHED_RING_BYTES),
      maxMs: config.ringSeconds * 1000,
    },
  };
}

/** The engine of the wall. */
export function startWall(options: WallStart): Promise<Engine> {
  // The ring that viewers read is the wall's own; here the newest chunk is enough.
  return Engine.start({ ...options, ring: { maxBytes: 0, maxMs: 0 } });
}
