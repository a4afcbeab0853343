/**
 * `GET` and `PATCH /api/config`: the live settings. A patch either passes as a whole or changes nothing.
 */
import { liveSettingsPatchSchema, liveSettingsSchema } from "../config.ts";
import { allOptions, allowedAt } from "../config/options.ts";
import { SettingRefused } from "../capture/setting_refused.ts";
import { refusal, refusals } from "../config/refusal.ts";
import { readJson } from "./body.ts";
import type { CaptureControl } from "./deps.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { json, type Route } from "./route.ts";

/** The routes of this file. */
export function settingsRoutes(capture: CaptureControl): Route[] {
  const live = allOptions().filter((option) => option.live);
  return [{
    method: "get",
    path: "/api/config",
    role: "view",
    description: {
      summary: "Read the live settings",
      responses: { 200: json("All live settings", liveSettingsSchema) },
    },
    handler: (c) => c.json(capture.settings()),
  }, {
    method: "patch",
    path: "/api/config",
    role: "admin",
    description: {
      summary: "Change some of the live settings",
      description: "They take effect at the next tick. If one value is refused, nothing changes.",
      request: {
        body: { content: { "application/json": { schema: liveSettingsPatchSchema } } },
      },
      responses: {
        200: json("All live settings, after the change", liveSettingsSchema),
        400: json("Names each refused field, its value and what is allowed", problemSchema),
        413: json("The body is larger than 64 KiB", problemSchema),
        415: json("The body is not application/json", problemSchema),
      },
    },
    async handler(c) {
      const body = await readJson(c.req.raw);
      if (typeof body !== "object" || body === null || Array.isArray(body)) {
        throw new Problem("malformed", 'The body must be a JSON object: {"fps": 10}');
      }
      const patch = liveSettingsPatchSchema.safeParse(body);
      if (!patch.success) {
        throw invalidValues(refusals(patch.error, body, (path) => allowedAt(path, live)));
      }
      try {
        return c.json(await capture.change(patch.data));
      } catch (error) {
        if (!(error instanceof SettingRefused)) throw error;
        throw invalidValues([refusal(error.field, error.value, error.allowed)]);
      }
    },
  }];
}
