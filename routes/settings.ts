/**
 * `GET` and `PATCH /api/config`: the live settings of a source. A patch either passes as a whole or changes nothing.
 */
import { z } from "zod";
import { type LiveSettings, liveSettingsPatchSchema, liveSettingsSchema } from "../config.ts";
import { allOptions, allowedAt } from "../config/options.ts";
import { SettingRefused } from "../capture/setting_refused.ts";
import { refusal, refusals } from "../config/refusal.ts";
import { readJson } from "./body.ts";
import type { ControlledSources } from "./deps.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";
import { noSuchSource, sourceOf, sourceQuery } from "./source_of.ts";

/**
 * What says which pixels there are. The history takes pushed pictures as they come, so that here these settings
 * would hide, live, what it keeps.
 */
const OF_CAPTURED_ONLY = ["masks", "region", "scale", "paused"] as const satisfies readonly (
  keyof LiveSettings
)[];

/** The routes of this file. */
export function settingsRoutes(sources: ControlledSources): Route[] {
  const live = allOptions().filter((option) => option.live);
  return [{
    method: "get",
    path: "/api/config",
    role: "view",
    description: {
      summary: "Read the live settings of a source",
      request: { query: z.object({ source: sourceQuery }) },
      responses: { 200: json("All live settings", liveSettingsSchema), 404: noSuchSource },
    },
    handler: (c) => c.json(sourceOf(c, sources).engine.settings()),
  }, {
    method: "patch",
    path: "/api/config",
    role: "admin",
    description: {
      summary: "Change some of the live settings of a source",
      description: "They take effect at the next tick. If one value is refused, nothing changes. " +
        `A pushed source has no ${
          OF_CAPTURED_ONLY.join(", ")
        }; it forgets its settings when it is closed.`,
      request: {
        query: z.object({ source: sourceQuery }),
        body: { content: { "application/json": { schema: liveSettingsPatchSchema } } },
      },
      responses: {
        200: json("All live settings, after the change", liveSettingsSchema),
        400: json("Names each refused field, its value and what is allowed", problemSchema),
        404: noSuchSource,
        413: json("The body is larger than 64 KiB", problemSchema),
        415: json("The body is not application/json", problemSchema),
      },
    },
    async handler(c) {
      const { kind, engine } = sourceOf(c, sources);
      const body = await readJson(c.req.raw);
      if (typeof body !== "object" || body === null || Array.isArray(body)) {
        throw new Problem("malformed", 'The body must be a JSON object: {"fps": 10}');
      }
      const patch = liveSettingsPatchSchema.safeParse(body);
      if (!patch.success) {
        throw invalidValues(refusals(patch.error, body, (path) => allowedAt(path, live)));
      }
      if (kind === "pushed") refuseForPushed(patch.data);
      try {
        return c.json(await engine.change(patch.data));
      } catch (error) {
        if (!(error instanceof SettingRefused)) throw error;
        throw invalidValues([refusal(error.field, error.value, error.allowed)]);
      }
    },
  }];
}

function refuseForPushed(patch: Partial<LiveSettings>): void {
  const refused = OF_CAPTURED_ONLY.filter((name) => patch[name] !== undefined);
  if (refused.length === 0) return;
  const allowed = "it left out: a pushed source is shown and recorded as it was sent";
  throw invalidValues(refused.map((name) => refusal(name, patch[name], allowed)));
}
