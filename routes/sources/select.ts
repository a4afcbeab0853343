/** `POST /api/sources/{id}/select`: another monitor, window or region, live. */
import { z } from "zod";
import { SettingRefused } from "../../capture/setting_refused.ts";
import type { Target } from "../../capture/targets.ts";
import { rectAllowed, rectSchema } from "../../config/live_settings.ts";
import { refusal, refusals } from "../../config/refusal.ts";
import { readJson } from "../body.ts";
import { idParam } from "../intake/intake.ts";
import { invalidValues, Problem, problemSchema } from "../problem.ts";
import { json, type Route } from "../route.ts";
import { noSuchSource, type SourceLookup, sourceNamed } from "../source_of.ts";
import { type ListedSource, type Listing, sourceSchema } from "./listing.ts";

/** A source whose display can show several things. */
export interface SelectableSource extends ListedSource {
  readonly engine: ListedSource["engine"] & {
    /** @throws {SettingRefused} when there is no such thing, or nothing of it in the region */
    select(target: Target, region: z.infer<typeof rectSchema> | null): Promise<unknown>;
  };
}

const name = z.string().regex(/^[^\p{Cc}]{1,200}$/u);
const selectSchema = z.strictObject({
  target: z.literal("all").optional().describe("The whole display"),
  monitor: name.optional().describe("Name of a monitor"),
  window: name.optional().describe("Id of a window, or a part of its title"),
  region: rectSchema.nullable().optional().describe(
    "The part of that which is shown, in its pixels; null or left out: all of it",
  ),
});

const ALLOWED: Readonly<Record<string, string>> = {
  target: '"all"',
  monitor: "the name of a monitor, 1 to 200 characters",
  window: "the id of a window or a part of its title, 1 to 200 characters",
  region: "an object of x, y, w, h in whole pixels, or null",
};

/** @param isDefault see `Listing.describe` */
export function selectRoute(
  sources: SourceLookup<SelectableSource>,
  listing: Listing,
  isDefault: (source: SelectableSource) => boolean,
): Route {
  return {
    method: "post",
    path: "/api/sources/{id}/select",
    role: "admin",
    description: {
      summary: "Capture another monitor, window or region of a display",
      description:
        "One of target, monitor and window, with a region or without; a region alone keeps what is " +
        "captured. Viewers see it at once; masks stay where they are on the display.",
      request: {
        params: idParam,
        body: { content: { "application/json": { schema: selectSchema } } },
      },
      responses: {
        200: json("The source, as GET /api/sources lists it", sourceSchema),
        400: json("Names what is refused, and what there is", problemSchema),
        404: noSuchSource,
        409: json("The source shows one thing only", problemSchema),
      },
    },
    async handler(c) {
      const source = sourceNamed(c.req.param("id"), sources);
      const { engine } = source;
      const body = await readJson(c.req.raw);
      const wish = selectSchema.safeParse(body);
      if (!wish.success) {
        throw invalidValues(refusals(wish.error, body, (path) => allowedAt(path)));
      }
      const present = await engine.targets();
      if (!present) throw new Problem("conflict", `${source.id} shows one thing only`);
      try {
        await engine.select(targetOf(wish.data) ?? present.target, wish.data.region ?? null);
      } catch (error) {
        if (!(error instanceof SettingRefused)) throw error;
        throw invalidValues([refusal(error.field, error.value, error.allowed)]);
      }
      listing.forget(engine);
      return c.json(
        await listing.describe(source, { isDefault: isDefault(source), isAdmin: true }),
      );
    },
  };
}

/** @throws {Problem} 400 for none or several */
function targetOf({ target, monitor, window, region }: z.infer<typeof selectSchema>) {
  const wishes: Target[] = [];
  if (target !== undefined) wishes.push({ kind: "all" });
  if (monitor !== undefined) wishes.push({ kind: "monitor", name: monitor });
  if (window !== undefined) wishes.push({ kind: "window", window });
  if (wishes.length > 1 || wishes.length === 0 && region === undefined) {
    throw new Problem(
      "malformed",
      'Name one of target, monitor, window and region: {"monitor": "HDMI-1"}, {"target": "all"}',
    );
  }
  return wishes[0];
}

function allowedAt(path: readonly PropertyKey[]): string {
  const [first, member] = path.map(String);
  if (member !== undefined) return rectAllowed(member);
  return ALLOWED[first] ?? `one of ${Object.keys(ALLOWED).join(", ")}`;
}
