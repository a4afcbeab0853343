/** What the routes that take reports of senders have in common: the sources behind them, headers, and refusals. */
import { z } from "zod";
import type { Shot, StillShown } from "../../capture/shot.ts";
import type { ShotPlace } from "../../capture/shot_order.ts";
import { SourceRefused } from "../../capture/source_refused.ts";
import { type Refusal, refusal } from "../../config/refusal.ts";
import { invalidValues, Problem } from "../problem.ts";
import type { AppContext } from "../route.ts";
import { BadImage } from "../../capture/images/bad_image.ts";
import { CAPTURED_AT, CAPTURED_AT_LIMITS, readCapturedAt } from "./captured_at.ts";
import { DecoderBusy } from "./decoder.ts";
import { PUSH_EVERY, readPushEvery } from "./push_every.ts";

/** Takes reports; `SourceSet` does. */
export interface Intake {
  /** @throws {SourceRefused} */
  check(id: string): void;
  repeats(id: string, shot: Omit<Shot, "frame" | "digest">): boolean;
  /** @throws {SourceRefused} */
  push(id: string, shot: Shot): Promise<ShotPlace>;
  /** @throws {SourceRefused} */
  stillShows(id: string, report: StillShown): "stands" | "wanted";
}

/** Parameter of the routes, for their descriptions. */
export const idParam = z.object({
  id: z.string().describe("a-z, 0-9, _ and -, at most 32 characters"),
});

/** Headers of all reports, for their descriptions. */
export const reportHeaders = z.object({
  "x-captured-at": z.iso.datetime({ offset: true }).optional()
    .describe("When the sender looked, at most 24 h ago; now when left out"),
  "x-push-every": z.string().optional().describe(
    "Seconds, 1 to 86400, until the sender reports again at the latest. When it does not for twice as long and 10 s, " +
      "the source is silent. Left out: it promises nothing",
  ),
});

/** What every report says. */
export interface ReportTimes {
  /** ms since the Unix epoch. */
  readonly time: number;
  readonly promisedMs: number | undefined;
}

/**
 * Reads the headers of a report.
 * @throws {Problem} 400 that names each that is not allowed
 */
export function readReport(c: AppContext, now: number): ReportTimes {
  const time = readCapturedAt(c.req.header(CAPTURED_AT), now, CAPTURED_AT_LIMITS);
  const promisedMs = readPushEvery(c.req.header(PUSH_EVERY));
  if (typeof time === "number" && typeof promisedMs !== "object") return { time, promisedMs };
  const refused = [time, promisedMs].filter((one): one is Refusal => typeof one === "object");
  throw invalidValues(refused);
}

/** Turns what the parts behind a report throw into problems. */
export async function orRefuse(
  id: string,
  work: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BadImage) throw new Problem("bad-image", error.message);
    if (error instanceof DecoderBusy) throw new Problem("busy", error.message, later(1));
    if (!(error instanceof SourceRefused)) throw error;
    switch (error.reason) {
      case "id":
        throw invalidValues([
          refusal("id", id, "1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit"),
        ]);
      case "captured":
        throw new Problem("conflict", error.message);
      case "full":
        throw new Problem("busy", error.message, later(600));
      case "pixels":
        throw new Problem("too-large", error.message);
    }
  }
}

function later(seconds: number): { headers: Record<string, string> } {
  return { headers: { "retry-after": String(seconds) } };
}
