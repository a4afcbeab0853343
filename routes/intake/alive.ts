/**
 * `POST /api/sources/{id}/alive`: a sender says that it is there, and that nothing has changed. It costs a request of
 * some hundred bytes where the picture would be sent again.
 */
import { z } from "zod";
import { refusal } from "../../config/refusal.ts";
import { invalidValues, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { CAPTURED_AT, parseRfc3339 } from "./captured_at.ts";
import { idParam, type Intake, orRefuse, readReport, reportHeaders } from "./intake.ts";
import { PUSH_EVERY } from "./push_every.ts";

/** The header with the capture time of the picture that still stands. */
export const PICTURE_AT = "X-Picture-At";

/** What the route of this file needs. */
export interface AliveDeps {
  readonly sources: Pick<Intake, "stillShows">;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

const answerSchema = z.object({
  source: z.string(),
  result: z.enum(["stands", "wanted"]).describe(
    "stands: the picture is what is shown. wanted: push it again, it is another one, or the server lacks it",
  ),
});

/** The route of this file. */
export function aliveRoute(deps: AliveDeps): Route {
  return {
    method: "post",
    path: "/api/sources/{id}/alive",
    role: "push",
    description: {
      summary: "Say that the picture pushed last still stands",
      request: {
        params: idParam,
        headers: reportHeaders.extend({
          "x-picture-at": z.iso.datetime({ offset: true })
            .describe(`${CAPTURED_AT} of the picture pushed last`),
        }),
      },
      responses: {
        200: json("The report is taken", answerSchema),
        400: json(
          `The id, ${CAPTURED_AT}, ${PICTURE_AT} or ${PUSH_EVERY} is not allowed`,
          problemSchema,
        ),
        409: json("The server captures this source itself", problemSchema),
        503: json("Too many sources at a time; see Retry-After", problemSchema),
      },
    },
    handler: (c) => answer(c, deps),
  };
}

async function answer(c: AppContext, { sources, now }: AliveDeps): Promise<Response> {
  const id = c.req.param("id") ?? "";
  const report = readReport(c, now());
  const text = c.req.header(PICTURE_AT);
  const pictureTime = text === undefined ? undefined : parseRfc3339(text);
  if (pictureTime === undefined) {
    throw invalidValues([
      refusal(PICTURE_AT, text, `the ${CAPTURED_AT} of the picture pushed last`),
    ]);
  }
  return await orRefuse(id, () => {
    return c.json({ source: id, result: sources.stillShows(id, { ...report, pictureTime }) });
  });
}
