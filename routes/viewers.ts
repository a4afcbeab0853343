/**
 * `GET /api/viewers` and `DELETE /api/viewers/{id}`: who watches, and ending one stream.
 */
import { z } from "zod";
import type { ViewerInfo, Viewers } from "./deps.ts";
import { Problem, problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";

const viewerSchema = z.object({
  id: z.string(),
  source: z.string().describe("Id of the source that it watches"),
  transport: z.enum(["stream", "events", "mjpeg", "slices"]),
  remote: z.string().describe("host:port of the peer, or unknown"),
  userAgent: z.string(),
  since: z.number().describe("ms since the Unix epoch"),
  seq: z.int().describe("Seq of the last update handed to the connection"),
  bytes: z.int(),
  messages: z.int(),
  catchUps: z.int(),
  lagMs: z.number().nullable().describe(
    "For how long it has lacked an update that there is; 0: it has the newest; null: unknown (events)",
  ),
  link: z.object({
    seq: z.int().nullable().describe("Newest update that it shows"),
    windowBytes: z.int().describe("Bytes that may be under way"),
    unacknowledgedBytes: z.int().describe("Bytes that are"),
    rttMs: z.int().nullable().describe("Newest round trip, painting included"),
    minRttMs: z.int().nullable().describe("Shortest of the last 5 to 10 s"),
    bytesPerSecond: z.int().nullable().describe("What arrives while there is enough to send"),
    heldBack: z.int().describe("Times that the window was full"),
  }).nullable().describe("What its acknowledgements tell; null where there are none"),
}) satisfies z.ZodType<ViewerInfo>;

const viewersSchema = z.object({
  viewers: z.array(viewerSchema),
  count: z.int(),
  max: z.int().describe("Streams that may be open at the same time"),
});

/** The routes of this file. */
export function viewersRoutes(viewers: Viewers): Route[] {
  return [{
    method: "get",
    path: "/api/viewers",
    role: "admin",
    description: {
      summary: "List who watches",
      responses: { 200: json("All open streams", viewersSchema) },
    },
    handler: (c) => c.json({ viewers: viewers.list(), count: viewers.count, max: viewers.max }),
  }, {
    method: "delete",
    path: "/api/viewers/{id}",
    role: "admin",
    description: {
      summary: "End one viewer's stream",
      request: { params: z.object({ id: z.string().describe("Id as in the list") }) },
      responses: {
        204: { description: "The stream is ended with a bye" },
        404: json("There is no such viewer", problemSchema),
      },
    },
    handler(c) {
      if (viewers.disconnect(c.req.param("id") ?? "")) return c.body(null, 204);
      throw new Problem("not-found", "No viewer has this id");
    },
  }];
}
