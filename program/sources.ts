/** The sources of the program, and how what they show gets into the history. */
import type { CapturedSource } from "../capture/captured_sources.ts";
import { type Engine, StartFailed } from "../capture/engine.ts";
import type { HeldSource } from "../capture/held_source.ts";
import { assignIds, capturedId, WALL_ID } from "../capture/source_ids.ts";
import { SourceSet } from "../capture/source_set.ts";
import { startCaptured, startPushed, startWall, wallSettings } from "../capture/start_engine.ts";
import type { AnyEngine } from "../capture/wall/standby_engine.ts";
import { Wall } from "../capture/wall/wall.ts";
import type { Config, SourceChoice } from "../config.ts";
import type { Archive } from "../history/archive.ts";
import { HistoryOpenFailed } from "../history/database.ts";
import { type StartedHistory, startHistory } from "../history/start.ts";
import { exit, say } from "./say.ts";

/** What is captured, and how to tell that the engine of one has died. */
export interface StartedSources {
  readonly captured: readonly CapturedSource<AnyEngine>[];
  /** Nothing but demos is shown. */
  readonly isDemo: boolean;
  /** Hears of each engine that dies from now on. */
  onDied: (id: string, error: Error) => void;
}

/**
 * Opens what `--source` names. With one source, the program ends when it is not there or its engine dies; of several,
 * one does not take the others along.
 */
export async function startSources(config: Config): Promise<StartedSources> {
  const patient = config.source.length > 1;
  const started = await Promise.all(config.source.map((choice) => start(config, choice, patient)));
  const ids = assignIds(started.map(({ choice, engine }) => {
    return { id: choice.id, kindId: kindId(choice, engine) };
  }));
  const sources: StartedSources = {
    captured: started.map(({ engine, begin }, i) => ({
      id: ids[i],
      engine,
      ...patient &&
        { restart: (dead: AnyEngine) => begin((error) => sources.onDied(ids[i], error), dead) },
    })),
    isDemo: started.every(({ engine }) => engine.label === "demo"),
    onDied: (id, error) => exit(1, `Patchcast cannot go on: ${id}: ${error.message}`),
  };
  started.forEach(({ died }, i) => died((error) => sources.onDied(ids[i], error)));
  return sources;
}

interface Started {
  readonly choice: SourceChoice;
  readonly engine: Engine;
  readonly begin: (onFault: (error: Error) => void, dead?: AnyEngine) => Promise<Engine>;
  /** Says who hears of the engine's death, be it that it is dead already. */
  readonly died: (listener: (error: Error) => void) => void;
}

async function start(config: Config, choice: SourceChoice, patient: boolean): Promise<Started> {
  const display = Deno.env.get("DISPLAY");
  const begin: Started["begin"] = (onFault, dead) =>
    startCaptured(config, choice, display, patient, onFault, dead);
  const death = Promise.withResolvers<Error>();
  try {
    const engine = await begin(death.resolve);
    return { choice, engine, begin, died: (listener) => void death.promise.then(listener) };
  } catch (error) {
    if (!(error instanceof StartFailed)) throw error;
    const name = patient ? ` ${choice.id ?? choice.kind}` : "";
    exit(1, `Cannot open the source${name}: ${error.message}`);
  }
}

/** What a source is called that nobody names. */
function kindId({ kind }: SourceChoice, { label }: Engine): string {
  return kind === "auto" || kind === "demo" || kind === "x11" || kind === "native"
    ? capturedId(label)
    : kind;
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
  readonly started: StartedSources;
  /** `undefined`: nothing is recorded. */
  readonly archive: Archive | undefined;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** Hears that the recorded past of a source changes. */
  readonly onLate: (id: string) => void;
  /** Hears that the stream of a source has ended, whatever comes after it. */
  readonly onEnded: (id: string) => void;
}

/** All sources of the program; `Engine` and the wall's are such engines. */
export interface OpenSources {
  readonly sources: SourceSet<AnyEngine>;
  readonly wall: Wall<Engine>;
}

/** The captured sources and those that are pushed, all of them recorded, and the wall of them. */
export function openSources(options: SourcesOptions): OpenSources {
  const { config, started, archive, now, onLate, onEnded } = options;
  const made: { wall?: Wall<Engine> } = {};
  const sources = new SourceSet<AnyEngine>({
    captured: started.captured,
    open: (source, onFault) => startPushed(config, source, onFault),
    wall: (list) =>
      made.wall = new Wall<Engine>({
        sources: list,
        start: startWall,
        ...wallSettings(config),
        now,
        onDied(reason) {
          say(
            `Patchcast: the wall has died, and is begun anew when somebody watches it: ${reason}`,
          );
          onEnded(WALL_ID);
        },
      }),
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
      say(`Patchcast: the source ${id} is closed: ${reason}`);
      onEnded(id);
      archive?.endShots(id, reason);
    },
    onDied(id, reason) {
      say(`Patchcast: the source ${id} has died and is begun anew: ${reason}`);
      onEnded(id);
      archive?.unfollow(id, reason);
    },
    onRestarted(source) {
      // Whoever came back too soon reads the engine that has died, and holds it.
      onEnded(source.id);
      say(`Patchcast: the source ${source.id} is there again`);
      if (archive) record(archive, source, config, now);
    },
  });
  if (started.captured.length > 1) started.onDied = (id, error) => sources.captured.died(id, error);
  if (archive) {
    for (const source of sources.captured.list()) {
      record(archive, source, config, now);
    }
  }
  return { sources, wall: made.wall! };
}

/**
 * The history watches a captured source's stream, as viewers do, but needs only so many pictures of it. A demo among
 * other sources is recorded only where the history was asked for.
 */
function record(
  archive: Archive,
  source: HeldSource<AnyEngine>,
  { history, historyFps }: Config,
  now: () => number,
): void {
  const { id, engine } = source;
  if (engine.label === "demo" && history !== "on") return;
  archive.follow(id, {
    ring: engine.ring,
    capture: engine,
    hello: () => engine.hello("history"),
    now,
  });
  source.follow(historyFps);
}
