/** What `GET /api/sources` says of one source. */
import { z } from "zod";
import type { Targets } from "../../capture/targets.ts";
import type { TargetsAnswer } from "../../capture/worker_protocol.ts";
import type { LiveSettings } from "../../config.ts";
import type { CaptureHealth, CaptureStats } from "../deps.ts";

/** A source as the routes of sources see it; `HeldSource` is one. */
export interface ListedSource {
  readonly id: string;
  readonly kind: "captured" | "pushed" | "wall";
  readonly size: { readonly width: number; readonly height: number };
  readonly viewers: number;
  readonly pushedAt: number | undefined;
  readonly silentSince: number | undefined;
  readonly silence: { readonly promisedMs: number | undefined } | undefined;
  readonly order: { readonly newestTime: number };
  readonly engine: {
    readonly label: string;
    settings(): Pick<LiveSettings, "fps" | "region">;
    health(): Promise<CaptureHealth>;
    stats(): Promise<Pick<CaptureStats, "updatesPerSecond">>;
    targets(): Promise<TargetsAnswer | null>;
  };
}

const area = { x: z.int(), y: z.int(), width: z.int(), height: z.int() };
const targetSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all") }),
  z.object({ kind: z.literal("monitor"), name: z.string() }),
  z.object({ kind: z.literal("window"), window: z.string().describe("Id, or part of its title") }),
]);
const regionSchema = z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() });

export const sourceSchema = z.object({
  id: z.string().describe("For ?source="),
  kind: z.enum(["captured", "pushed", "wall"]),
  label: z.string().describe("Name for people"),
  default: z.boolean().describe("What is shown where no source is named"),
  state: z.enum(["live", "lost", "paused", "silent"]).describe(
    "silent: its sender promised to report and did not; what is shown may be old",
  ),
  detail: z.string().describe("Why it is not live, or ok"),
  width: z.int(),
  height: z.int(),
  fps: z.number().describe("Ticks a second, the setting"),
  updatesPerSecond: z.number().describe("Over the last two seconds"),
  viewers: z.int(),
  target: targetSchema.nullable().describe(
    "What of the display is captured; null: it has no choice",
  ),
  region: regionSchema.nullable().describe("The part of that which is shown; null: all of it"),
  monitors: z.array(z.object({ name: z.string(), ...area, primary: z.boolean() })).describe(
    "That can be selected; for administrators",
  ),
  windows: z.array(z.object({ id: z.string(), title: z.string(), app: z.string(), ...area }))
    .describe("That can be selected, the front one first; for administrators"),
  capturedAt: z.number().nullable().describe(
    "When its sender saw its newest picture last, ms since the Unix epoch; null: it is captured here, live",
  ),
  pushedAt: z.number().nullable().describe(
    "When its sender was heard last, by a picture or by saying that it still stands",
  ),
  promisedMs: z.number().nullable().describe(
    "How soon its sender promised to report again, ms; null: it promised nothing, and is never silent",
  ),
});

/** Asking a display for its windows takes a round trip for each: who asks within this gets the same answer, ms. */
const KEEP_TARGETS_MS = 1000;

/** Describes sources; remembers for a moment what displays have said. */
export class Listing {
  readonly #now: () => number;
  readonly #targets = new WeakMap<object, { at: number; answer: Promise<TargetsAnswer | null> }>();

  /** @param now wall clock, ms since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * @param isDefault it is shown where no source is named
   * @param isAdmin the asker may know what else there is on the display: titles of windows are nobody else's business
   */
  async describe(
    source: ListedSource,
    { isDefault, isAdmin }: { readonly isDefault: boolean; readonly isAdmin: boolean },
  ): Promise<z.infer<typeof sourceSchema>> {
    const { id, kind, size, viewers, pushedAt, silentSince, silence, order, engine } = source;
    const [{ state, detail }, stats, targets] = await Promise.all([
      engine.health(),
      engine.stats().catch(() => ({ updatesPerSecond: 0 })),
      this.#targetsOf(engine).catch(() => null),
    ]);
    const { fps, region } = engine.settings();
    const silent = silentSince !== undefined &&
      { state: "silent", detail: `silent since ${new Date(silentSince).toISOString()}` } as const;
    const { monitors, windows }: Targets = isAdmin && targets || { monitors: [], windows: [] };
    return {
      id,
      kind,
      label: engine.label,
      default: isDefault,
      ...silent || { state, detail },
      width: size.width,
      height: size.height,
      fps,
      updatesPerSecond: stats.updatesPerSecond,
      viewers,
      target: targets?.target ?? null,
      region,
      monitors: [...monitors],
      windows: [...windows],
      capturedAt: Number.isFinite(order.newestTime) ? order.newestTime : null,
      pushedAt: pushedAt ?? null,
      promisedMs: silence?.promisedMs ?? null,
    };
  }

  /** What was selected, or may be there now, is asked anew. */
  forget(engine: object): void {
    this.#targets.delete(engine);
  }

  #targetsOf(engine: ListedSource["engine"]): Promise<TargetsAnswer | null> {
    const kept = this.#targets.get(engine);
    if (kept && this.#now() - kept.at < KEEP_TARGETS_MS) return kept.answer;
    const answer = engine.targets();
    this.#targets.set(engine, { at: this.#now(), answer });
    return answer;
  }
}
