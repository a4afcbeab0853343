/** Whether there is a history, and the words that people are told about it at the start. */
import { Archive } from "./archive.ts";
import { HistoryOpenFailed } from "./database.ts";

export interface HistoryWish {
  /** `auto`: on, but not for the demo, of which nothing is worth keeping. */
  readonly history: "auto" | "on" | "off";
  readonly historyDir: string;
  readonly historyHours: number;
  /** 0: no limit. */
  readonly historyBytes: number;
  readonly historyFps: number;
}

/** What became of the wish. */
export interface StartedHistory {
  /** `undefined`: it is off. */
  readonly archive: Archive | undefined;
  /** Why it is off; empty where it is not. */
  readonly offDetail: string;
  /** For whoever starts the program: nobody should be recorded without knowing. */
  readonly note: string;
}

/** What another folder than this one is: somebody's explicit wish. */
export const DEFAULT_DIR = "history-data";
const HOUR_MS = 60 * 60 * 1000;

/**
 * Opens the archive, if there is to be one.
 * @param open for tests
 * @throws {HistoryOpenFailed} when it was asked for and cannot be opened. Where it would only be there by default,
 * the program goes on without
 */
export async function startHistory(
  wish: HistoryWish,
  isDemo: boolean,
  open: typeof Archive.open = Archive.open,
): Promise<StartedHistory> {
  const { history, historyDir, historyHours, historyBytes, historyFps } = wish;
  if (history === "off") return off("the history is switched off (--history off)");
  if (history === "auto" && isDemo) {
    return off("the demo is not recorded (--history on records it)");
  }
  try {
    const archive = await open({
      dir: historyDir,
      maxAgeMs: historyHours * HOUR_MS,
      maxBytes: historyBytes,
      fps: historyFps,
    });
    const limit = historyBytes === 0 ? "" : ` or ${Math.floor(historyBytes / 2 ** 20)} MiB`;
    const note =
      `what it shows is recorded in ${historyDir} and kept for ${historyHours} h${limit}; ` +
      "--history off switches that off";
    return { archive, offDetail: "", note };
  } catch (error) {
    const asked = history === "on" || historyDir !== DEFAULT_DIR;
    if (asked || !(error instanceof HistoryOpenFailed)) throw error;
    return off(`nothing is recorded: ${error.message}`);
  }
}

function off(offDetail: string): StartedHistory {
  return { archive: undefined, offDetail, note: offDetail };
}
