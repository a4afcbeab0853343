/** Parts of the history routes' descriptions that several of them share. */
import { z } from "zod";

/** An instant in a query. */
export const instant = z.union([z.int().min(0), z.iso.datetime({ offset: true })])
  .describe("An instant: ms since the Unix epoch, or RFC 3339");

/** The parameter of the path. */
export const sourceParams = z.object({
  source: z.string().describe("Id of a source, as GET /api/history lists them"),
});

/** `v`: the version that the client's pictures and caches belong to. */
export const versionQuery = z.string().optional().describe(
  "`version` of GET /api/history/{source}: lets the answer be cached, and ignores `have` after a deletion",
);
