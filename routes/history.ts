/**
 * The routes of the archive: `GET /api/history` and what is below it.
 */
import type { Route } from "./route.ts";
import { atRoutes } from "./history/at.ts";
import { changesRoutes } from "./history/changes.ts";
import type { HistoryDeps } from "./history/deps.ts";
import { type ExportOptions, exportRoutes } from "./history/export.ts";
import { Films } from "./history/films.ts";
import { forgetRoutes } from "./history/forget.ts";
import { overviewRoutes } from "./history/overview.ts";
import { PictureMaker } from "./history/picture_maker.ts";
import { picturesRoutes } from "./history/pictures.ts";
import { playRoutes } from "./history/play.ts";

/** The routes, and what runs for them. */
export interface HistoryRoutes {
  readonly routes: Route[];
  /** Ends films with a bye, and the Worker that makes pictures. */
  close(reason: string): void;
}

/** The routes of this folder. */
export function historyRoutes(deps: HistoryDeps, options: ExportOptions = {}): HistoryRoutes {
  const films = new Films();
  const maker = (options.newMaker ?? (() => new PictureMaker()))();
  return {
    routes: [
      ...overviewRoutes(deps),
      ...atRoutes(deps),
      ...playRoutes(deps, films),
      ...picturesRoutes(deps, maker),
      ...changesRoutes(deps),
      ...exportRoutes(deps, options),
      ...forgetRoutes(deps),
    ],
    close(reason) {
      films.stopAll(reason);
      maker.close();
    },
  };
}
