/** `GET /api/history/{source}/export`: a stretch of the past as a file to keep. */
import { z } from "zod";
import { Problem, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { pictureAt } from "./at.ts";
import { archiveOf, type HistoryDeps } from "./deps.ts";
import { FILM_FPS, hasFfmpeg, mp4Stream } from "./export_mp4.ts";
import { exportTimes, MAX_PICTURES } from "./export_plan.ts";
import { zipStream } from "./export_zip.ts";
import { type PictureForm, PictureMaker } from "./picture_maker.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams } from "./schemas.ts";

/** Exports at the same time: each has a Worker that is busy all the time. */
const MAX_EXPORTS = 2;
const MAX_EVERY_MS = 24 * 3600 * 1000;
const DEFAULT_FILM_EVERY_MS = 1000;

/** Stand-ins for tests. */
export interface ExportOptions {
  readonly newMaker?: () => Pick<PictureMaker, "make" | "close">;
  readonly hasFfmpeg?: () => Promise<boolean>;
}

export function exportRoutes(deps: HistoryDeps, options: ExportOptions = {}): Route[] {
  const desk = new ExportDesk(deps, options);
  const binary = { schema: { type: "string", format: "binary" } as const };
  return [{
    method: "get",
    path: "/api/history/{source}/export",
    role: "history",
    description: {
      summary: "Export a stretch of time",
      description:
        `zip: PNG files named by their time in UTC. mp4: H.264 at ${FILM_FPS} pictures a second, with losses, of the ` +
        `first picture's size; the server needs ffmpeg for it. At most ${MAX_PICTURES} pictures.`,
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          from: instant,
          to: instant.describe("This instant not included"),
          format: z.enum(["zip", "mp4"]).optional().describe("zip when left out"),
          every: z.int().min(1).max(MAX_EVERY_MS).optional().describe(
            "A picture every so many ms; left out: each recorded moment for zip, " +
              `${DEFAULT_FILM_EVERY_MS} for mp4`,
          ),
        }),
      },
      responses: {
        200: {
          description: "The file, as it is made",
          content: { "application/zip": binary, "video/mp4": binary },
        },
        400: json("A parameter is not allowed, or too many pictures", problemSchema),
        404: json("There is no picture of that time, or no history", problemSchema),
        501: json("There is no ffmpeg, or the server may not run it", problemSchema),
        503: json("Others are being exported; see Retry-After", problemSchema),
      },
    },
    handler: (c) => desk.serve(c),
  }];
}

/** Gives out exports, so many at a time. */
class ExportDesk {
  readonly #deps: HistoryDeps;
  readonly #options: ExportOptions;
  #running = 0;

  constructor(deps: HistoryDeps, options: ExportOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  async serve(c: AppContext): Promise<Response> {
    const query = new QueryReader(c);
    const from = query.neededTime("from");
    const to = query.neededTime("to");
    const format = query.choice("format", ["zip", "mp4"]) ?? "zip";
    const every = query.whole("every", 1, MAX_EVERY_MS) ??
      (format === "mp4" ? DEFAULT_FILM_EVERY_MS : undefined);
    if (to <= from) query.refuse("to", c.req.query("to"), `an instant after from (${from})`);
    query.end();
    archiveOf(this.#deps);
    const source = c.req.param("source") ?? "";
    if (format === "mp4" && !await (this.#options.hasFfmpeg ?? hasFfmpeg)()) {
      throw new Problem(
        "no-ffmpeg",
        "Install ffmpeg and start the server with deno's --allow-run=ffmpeg, or take format=zip",
      );
    }
    if (this.#running >= MAX_EXPORTS) {
      throw new Problem("busy", `${MAX_EXPORTS} exports are being made`, {
        headers: { "retry-after": "30" },
      });
    }
    this.#running++;
    try {
      return await this.#open({ source, from, to, every }, format);
    } catch (error) {
      this.#running--;
      throw error;
    }
  }

  async #open(
    wish: { source: string; from: number; to: number; every: number | undefined },
    format: "zip" | "mp4",
  ): Promise<Response> {
    const deps = this.#deps;
    const { source } = wish;
    const span = await archiveOf(deps).ask("span", source);
    // What lies before the first picture and behind the last is none.
    const from = Math.max(wish.from, span?.start ?? 0);
    const to = Math.min(wish.to, span ? span.end + 1 : wish.to);
    const first = await pictureAt(deps, source, from, undefined);
    const times = await exportTimes(deps, { ...wish, from, to: Math.max(to, from + 1) });
    const maker = (this.#options.newMaker ?? (() => new PictureMaker()))();
    const close = once(() => {
      this.#running--;
      maker.close();
    });
    const make = async (time: number, form: PictureForm) => {
      const of = () => deps.erasures.version(source);
      return await maker.make(of, (have) => pictureAt(deps, source, time, have), form);
    };
    const rest = times[Symbol.iterator]();
    const body = format === "zip"
      ? zipStream(async () => {
        const { value: time, done } = rest.next();
        if (done) return undefined;
        const { picture, bytes } = await make(time, { format: "png", width: first.width });
        return { time: wish.every === undefined ? picture.time : time, png: bytes };
      }, close)
      : mp4Stream(first, async () => {
        const { value: time, done } = rest.next();
        if (done) return undefined;
        const { width, height } = first;
        return (await make(time, { format: "rgba", width, height })).bytes;
      }, close);
    const name = `${source}-${fileTime(from)}.${format}`;
    return new Response(body, {
      headers: {
        "content-type": format === "zip" ? "application/zip" : "video/mp4",
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "no-store",
      },
    });
  }
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}

function fileTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replaceAll(":", "-");
}
