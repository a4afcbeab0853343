/** Archives for tests of the routes: made up, or a real store without its Worker. */
import { solidRef } from "../../history/tile_ref.ts";
import { seek, type SeekAnswer } from "../../history/seek.ts";
import type { HistoryStore } from "../../history/store.ts";
import { tilesMessage } from "../../history/tiles_message.ts";
import type { Answerable, ArchiveState } from "../../history/worker_protocol.ts";
import type { HistoryArchive } from "../../routes/history/deps.ts";

const RECORDING: ArchiveState = { state: "recording", detail: "ok" };

/** An archive that knows nothing but what `answers` say. */
export function fakeArchive(
  answers: Partial<Answerable>,
  state: ArchiveState = RECORDING,
): HistoryArchive {
  const nothing: Pick<
    Answerable,
    "sources" | "span" | "changes" | "activity" | "forget" | "stats"
  > = {
    sources: () => [],
    span: () => undefined,
    changes: () => [],
    activity: (_source, _from, _to, bins) => new Array<number>(bins).fill(0),
    forget() {},
    stats: () => ({
      usedBytes: 0,
      fileBytes: 0,
      tiles: 0,
      segments: 0,
      bytesPerHour: 0,
      horizonMs: 0,
    }),
  };
  return over({ ...nothing, ...answers }, state);
}

/** A store as its Worker answers for it. */
export function storeArchive(store: () => HistoryStore): HistoryArchive {
  const answers = new Proxy({}, {
    get(_, what: keyof Answerable) {
      if (what === "seek") {
        return (...args: Parameters<Answerable["seek"]>) => seek(store(), ...args);
      }
      return store()[what].bind(store());
    },
  });
  return over(answers, RECORDING);
}

function over(answers: Partial<Answerable>, state: ArchiveState): HistoryArchive {
  return {
    state,
    ask(what, ...args) {
      return new Promise((resolve) => {
        const answer = answers[what] as ((...args: unknown[]) => never) | undefined;
        if (!answer) throw new Error(`Cannot answer ${what} in this test`);
        resolve(answer(...args));
      });
    },
  };
}

/** One black pixel, and nothing before or after it. */
export function blackPicture(time: number): SeekAnswer {
  const header = { keyframe: true, seqDelta: time, timeDelta: time };
  const message = tilesMessage(header, [{ cell: 0, ref: solidRef(0) }], () => {
    throw new Error("Cannot find a pack: there is none");
  });
  return {
    archive: "a",
    width: 1,
    height: 1,
    time,
    previous: undefined,
    next: undefined,
    gap: undefined,
    base: undefined,
    message,
  };
}
