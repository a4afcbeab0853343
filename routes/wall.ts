/** `GET /api/wall`: what lies where on the wall of all sources. Its picture is that of `?source=wall`, like any other. */
import { z } from "zod";
import type { CaptureHealth } from "./deps.ts";
import { json, type Route } from "./route.ts";
import type { SourceLookup } from "./source_of.ts";
import { withOwnLabels } from "./sources/own_labels.ts";

/** A source as this route sees it; `HeldSource` is one. */
export interface SourceOnWall {
  readonly id: string;
  readonly silentSince: number | undefined;
  readonly engine: { readonly label: string; health(): Promise<CaptureHealth> };
}

/** Knows what lies where; `Wall` is one. */
export interface WallPlan {
  layout(): {
    readonly width: number;
    readonly height: number;
    readonly cells: readonly {
      readonly id: string;
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
    }[];
  };
}

/** What the route needs. */
export interface WallDeps {
  readonly sources: SourceLookup<SourceOnWall>;
  readonly wall: WallPlan;
}

const wallSchema = z.object({
  width: z.int().describe("Of the wall, pixels"),
  height: z.int(),
  cells: z.array(z.object({
    id: z.string().describe("Of the source, for ?source="),
    label: z.string().describe("Name for people"),
    state: z.enum(["live", "lost", "paused", "silent"]).describe("As in GET /api/sources"),
    x: z.int(),
    y: z.int(),
    w: z.int(),
    h: z.int(),
  })).describe(
    "In reading order; in each the source's picture, smaller or as it is, in the middle",
  ),
});

/** The route of this file. */
export function wallRoute({ sources, wall }: WallDeps): Route {
  return {
    method: "get",
    path: "/api/wall",
    role: "view",
    description: {
      summary: "What lies where on the wall of all sources",
      description: "The wall is watched as the source `wall`, as soon as somebody does.",
      responses: { 200: json("All sources, 64 at most", wallSchema) },
    },
    async handler(c) {
      const { width, height, cells } = wall.layout();
      const described = await Promise.all(cells.map(async (cell) => {
        const source = sources.get(cell.id);
        // It has been closed since the wall was laid out.
        if (!source) return [];
        return [{ ...cell, label: source.engine.label, state: await stateOf(source) }];
      }));
      return c.json({ width, height, cells: withOwnLabels(described.flat()) });
    },
  };
}

async function stateOf({ silentSince, engine }: SourceOnWall) {
  return silentSince === undefined ? (await engine.health()).state : "silent";
}
