/** What the history tells `/healthz`, `/api/stats` and `/metrics` of itself. */
import type { HistoryMeasures, HistoryMeasuring } from "../deps.ts";
import type { HistoryArchive } from "./deps.ts";

export class HistoryMeter implements HistoryMeasuring {
  readonly #archive: HistoryArchive | undefined;
  readonly #offDetail: string;

  /** @param archive `undefined`: it is off, and `offDetail` says why */
  constructor(archive: HistoryArchive | undefined, offDetail: string) {
    this.#archive = archive;
    this.#offDetail = offDetail;
  }

  get state(): Pick<HistoryMeasures, "state" | "detail"> {
    return this.#archive?.state ?? { state: "off", detail: this.#offDetail };
  }

  async read(): Promise<HistoryMeasures> {
    const { state } = this;
    if (!this.#archive) return { ...state, usedBytes: 0, tiles: 0 };
    try {
      const { usedBytes, tiles } = await this.#archive.ask("stats");
      return { ...state, usedBytes, tiles };
    } catch (error) {
      // The rest of the program can still be measured.
      const detail = error instanceof Error ? error.message : String(error);
      return { state: "stopped", detail, usedBytes: 0, tiles: 0 };
    }
  }
}
