/** `GET /api/history/{source}/frame.png` and `/thumb`: a picture of the past as a file. */
import { z } from "zod";
import { Problem, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { pictureAt, soughtHeaders } from "./at.ts";
import { notModified } from "./caching.ts";
import { archiveOf, type HistoryDeps } from "./deps.ts";
import { type PictureForm, type PictureMaker, PicturesBusy } from "./picture_maker.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams, versionQuery } from "./schemas.ts";

const DEFAULT_THUMB_PX = 240;
const MIN_THUMB_PX = 16;
const MAX_THUMB_PX = 640;
const THUMB_QUALITY = 80;
/** Wider than any picture: as wide as it is. */
const FULL_WIDTH_PX = 2 ** 24;

export function picturesRoutes(deps: HistoryDeps, maker: Pick<PictureMaker, "make">): Route[] {
  const responses = {
    304: { description: "It is still the one in If-None-Match" },
    400: json("A parameter is not allowed", problemSchema),
    404: json("There is no picture of that time, or no history", problemSchema),
    503: json("Too many pictures are being made; see Retry-After", problemSchema),
  };
  const binary = { schema: { type: "string", format: "binary" } as const };
  const base = { t: instant, v: versionQuery };
  return [{
    method: "get",
    path: "/api/history/{source}/frame.png",
    role: "history",
    description: {
      summary: "The picture of an instant as PNG",
      description: "Exactly the pixels that viewers saw. Headers as of `at`.",
      tags: ["history"],
      request: { params: sourceParams, query: z.object(base) },
      responses: {
        200: { description: "The picture", content: { "image/png": binary } },
        ...responses,
      },
    },
    handler(c) {
      return sendPicture(c, deps, maker, () => ({ format: "png", width: FULL_WIDTH_PX }));
    },
  }, {
    method: "get",
    path: "/api/history/{source}/thumb",
    role: "history",
    description: {
      summary: "The picture of an instant, small, as JPEG",
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          ...base,
          w: z.int().min(MIN_THUMB_PX).max(MAX_THUMB_PX).optional()
            .describe(`Width in pixels, ${DEFAULT_THUMB_PX} when left out; at most the picture's`),
        }),
      },
      responses: {
        200: { description: "The picture", content: { "image/jpeg": binary } },
        ...responses,
      },
    },
    handler(c) {
      return sendPicture(c, deps, maker, (query) => ({
        format: "jpg",
        quality: THUMB_QUALITY,
        width: query.whole("w", MIN_THUMB_PX, MAX_THUMB_PX) ?? DEFAULT_THUMB_PX,
      }));
    },
  }];
}

async function sendPicture(
  c: AppContext,
  deps: HistoryDeps,
  maker: Pick<PictureMaker, "make">,
  readForm: (query: QueryReader) => Extract<PictureForm, { format: "png" | "jpg" }>,
): Promise<Response> {
  const query = new QueryReader(c);
  const time = query.neededTime("t");
  const form = readForm(query);
  query.end();
  archiveOf(deps);
  const source = c.req.param("source") ?? "";
  const version = c.req.query("v");
  const variant = `-${form.format}${form.width}`;
  if (c.req.header("if-none-match") !== undefined) {
    const sought = deps.erasures.version(source);
    const picture = await pictureAt(deps, source, time, time);
    const headers = soughtHeaders({ source, time, version, picture }, variant, deps, sought);
    const known = notModified(c, headers);
    if (known) return known;
  }
  let sought = "";
  // Asked just before the picture is sought, which may be long after now.
  const of = () => {
    sought = deps.erasures.version(source);
    return `${source} ${sought}`;
  };
  try {
    const { picture, bytes } = await maker.make(of, (have) => {
      return pictureAt(deps, source, time, have);
    }, form);
    const headers = soughtHeaders({ source, time, version, picture }, variant, deps, sought);
    headers.set("content-type", form.format === "png" ? "image/png" : "image/jpeg");
    return new Response(bytes, { headers });
  } catch (error) {
    if (!(error instanceof PicturesBusy)) throw error;
    throw new Problem("busy", "Too many pictures are being made", {
      headers: { "retry-after": "1" },
    });
  }
}
