/**
 * `POST /api/keyframe`: sends everybody a whole new picture.
 */
import { z } from "zod";
import type { ControlledSources } from "./deps.ts";
import { json, type Route } from "./route.ts";
import { noSuchSource, sourceOf, sourceQuery } from "./source_of.ts";

const keyframeSchema = z.object({ seq: z.int().describe("Seq of the keyframe") });

/** The routes of this file. */
export function keyframeRoutes(sources: ControlledSources): Route[] {
  return [{
    method: "post",
    path: "/api/keyframe",
    role: "admin",
    description: {
      summary: "Send every viewer of a source a keyframe",
      request: { query: z.object({ source: sourceQuery }) },
      responses: { 200: json("The keyframe is made", keyframeSchema), 404: noSuchSource },
    },
    async handler(c) {
      const { seq } = await sourceOf(c, sources).engine.keyframe();
      return c.json({ seq });
    },
  }];
}
