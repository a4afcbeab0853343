/**
 * `POST /api/keyframe`: sends everybody a whole new picture.
 */
import { z } from "zod";
import type { CaptureControl } from "./deps.ts";
import { json, type Route } from "./route.ts";

const keyframeSchema = z.object({ seq: z.int().describe("Seq of the keyframe") });

/** The routes of this file. */
export function keyframeRoutes(capture: CaptureControl): Route[] {
  return [{
    method: "post",
    path: "/api/keyframe",
    role: "admin",
    description: {
      summary: "Send every viewer a keyframe",
      responses: { 200: json("The keyframe is made", keyframeSchema) },
    },
    handler: async (c) => c.json({ seq: (await capture.keyframe()).seq }),
  }];
}
