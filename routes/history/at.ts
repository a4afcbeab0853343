/** `GET /api/history/{source}/at`: the picture of an instant, as tiles that the canvas does not have. */
import { z } from "zod";
import { concat } from "../../capture/messages.ts";
import { compressFrame } from "../../capture/zstd.ts";
import type { SeekAnswer } from "../../history/seek.ts";
import { Problem, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { STREAM_TYPE, takesZstd } from "../stream.ts";
import { type Moment, momentHeaders, notModified } from "./caching.ts";
import { archiveOf, type HistoryDeps, sourceWith } from "./deps.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams, versionQuery } from "./schemas.ts";
import { historyHello, pictureMessages } from "./stream_parts.ts";

export function atRoutes(deps: HistoryDeps): Route[] {
  return [{
    method: "get",
    path: "/api/history/{source}/at",
    role: "history",
    description: {
      summary: "Go to an instant",
      description:
        "The message stream of docs/PROTOCOL.md: a hello, an epoch and one tiles message. Headers tell the instants " +
        "of this picture (`x-patchcast-time`), the one before and the one after it, and whether `t` lies in a gap.",
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          t: instant,
          have: instant.optional()
            .describe("An instant whose picture the canvas shows; left out: it shows nothing"),
          v: versionQuery,
        }),
      },
      responses: {
        200: { description: "The way to the picture", content: { [STREAM_TYPE]: {} } },
        304: { description: "It is still the one in If-None-Match" },
        400: json("A parameter is not allowed", problemSchema),
        404: json("There is no picture of that time, or no history", problemSchema),
      },
    },
    handler: (c) => goTo(c, deps),
  }];
}

async function goTo(c: AppContext, deps: HistoryDeps): Promise<Response> {
  const query = new QueryReader(c);
  const time = query.neededTime("t");
  const have = query.time("have");
  query.end();
  const id = c.req.param("source") ?? "";
  const version = c.req.query("v");
  const sought = deps.erasures.version(id);
  const isCurrent = version === undefined || version === sought;
  const picture = await pictureAt(deps, id, time, isCurrent ? have : undefined);
  const moment = { source: id, time, version, picture };
  const variant = picture.base === undefined ? "" : `-${have}`;
  const headers = soughtHeaders(moment, variant, deps, sought);
  headers.set("vary", "accept-encoding");
  const known = notModified(c, headers);
  if (known) return known;
  const label = deps.recorded().find((one) => one.id === id)?.label ?? id;
  headers.set("content-type", STREAM_TYPE);
  if (takesZstd(c.req.raw)) headers.set("content-encoding", "zstd");
  const messages = concat([historyHello(label, picture), pictureMessages(picture)]);
  return new Response(compressFrame(messages), { headers });
}

/**
 * The picture of an instant.
 * @throws {Problem} 404 when there is none
 */
export async function pictureAt(
  deps: HistoryDeps,
  source: string,
  time: number,
  have: number | undefined,
): Promise<SeekAnswer> {
  const picture = await archiveOf(deps).ask("seek", source, time, have);
  if (picture) return picture;
  const { span } = await sourceWith(deps, source);
  const since = span ? `the first one is of ${span.start}` : "nothing was recorded yet";
  throw new Problem("not-found", `There is no picture of ${time}: ${since}`);
}

/**
 * Headers of a picture that was sought while `sought` was the version of its source. When the past has changed
 * since, it may show what is forgotten: nobody is to keep it, or be told later that it still stands.
 */
export function soughtHeaders(
  moment: Moment,
  variant: string,
  deps: HistoryDeps,
  sought: string,
): Headers {
  const headers = momentHeaders(moment, variant, deps);
  if (deps.erasures.version(moment.source) === sought) return headers;
  headers.delete("etag");
  headers.set("cache-control", "no-store");
  return headers;
}
