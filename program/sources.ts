/** The sources of the program, and how what they show gets into the history. */
import { type Engine, StartFailed } from "../capture/engine.ts";
import { capturedId } from "../capture/source_ids.ts";
import { SourceSet } from "../capture/source_set.ts";
import { startCaptured, startPushed } from "../capture/start_engine.ts";
import type { Config } from "../config.ts";
import type { Archive } from "../history/archive.ts";
import { HistoryOpenFailed } from "../history/database.ts";
import { type StartedHistory, startHistory } from "../history/start.ts";
import { exit } from "./say.ts";

/** Opens the captured source; without one, or when it dies, the program ends. */
export async function startEngine(config: Config): Promise<Engine> {
  try {
    return await startCaptured(config, Deno.env.get("DISPLAY"), (error) => {
      exit(1, `Patchcast cannot go on: ${error.message}`);
    });
  } catch (error) {
    if (error instanceof StartFailed) exit(1, `Cannot open the source: ${error.message}`);
    throw error;
  }
}

/** Opens the history; where it was asked for and cannot be opened, the program ends. */
export async function openHistory(config: Config, isDemo: boolean): Promise<StartedHistory> {
  try {
    return await startHistory(config, isDemo);
  } catch (error) {
    if (error instanceof HistoryOpenFailed) exit(1, error.message);
    throw error;
  }
}

export interface SourcesOptions {
  readonly config: Config;
  readonly engine: Engine;
  /** `undefined`: nothing is recorded. */
  readonly archive: Archive | undefined;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** Hears that the recorded past of a source changes. */
  readonly onLate: (id: string) => void;
  /** Hears why a pushed source was closed. */
  readonly onClosed: (id: string, reason: string) => void;
}

/** The captured source and those that are pushed, all of them recorded. */
export function openSources(options: SourcesOptions): SourceSet<Engine> {
  const { config, engine, archive, now, onLate, onClosed } = options;
  const sources = new SourceSet<Engine>({
    captured: { id: capturedId(engine.label), engine },
    open: (source, onFault) => startPushed(config, source, onFault),
    now,
    onShot(id, time, place, frame) {
      // Whoever asks from now on is answered after the picture has been put in.
      if (place === "late") onLate(id);
      archive?.recordShot(id, time, frame);
    },
    onSilence(id, reason) {
      if (reason !== undefined) archive?.endShots(id, reason);
    },
    onClosed(id, reason) {
      onClosed(id, reason);
      archive?.endShots(id, reason);
    },
  });
  if (archive) record(archive, sources, config.historyFps, now);
  return sources;
}

/** The history watches the captured source's stream, as viewers do, but needs only so many pictures of it. */
function record(
  archive: Archive,
  { default: captured }: SourceSet<Engine>,
  fps: number,
  now: () => number,
): void {
  const { id, engine } = captured;
  archive.follow(id, {
    ring: engine.ring,
    capture: engine,
    hello: () => engine.hello("history"),
    now,
  });
  captured.follow(fps);
}
