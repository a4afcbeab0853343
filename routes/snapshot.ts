/**
 * `GET /snapshot.png` and `GET /snapshot.jpg`: the picture as it is now.
 */
import { z } from "zod";
import { type Refusal, refusal } from "../config/refusal.ts";
import type { CaptureControl, Picture, PictureHead } from "./deps.ts";
import { isKnown } from "./etag.ts";
import { invalidValues, Problem, problemSchema } from "./problem.ts";
import { type AppContext, json, type Route } from "./route.ts";
import { type SourceLookup, sourceOf, sourceQuery } from "./source_of.ts";
import type { PictureEncoder, Variant } from "./snapshot/encoder.ts";
import { fileKey, Gallery, GalleryFull } from "./snapshot/gallery.ts";

/** The narrowest picture, pixels. */
const MIN_WIDTH_PX = 16;
const DEFAULT_JPEG_QUALITY = 85;

/**
 * The routes of this file.
 * @param startedAt Makes entity tags of one run differ from those of another; ms since the Unix epoch.
 * @param noteExact Hears of a source whose whole, exact picture is about to be taken: its seq may be asked for later.
 */
export function snapshotRoutes(
  sources: SourceLookup<
    { id: string; engine: Pick<CaptureControl, "picture" | "look" | "health"> }
  >,
  encoder: PictureEncoder,
  startedAt: number,
  noteExact: (source: string) => Promise<void> = () => Promise.resolve(),
): Route[] {
  /** A gallery goes with its engine. */
  const galleries = new WeakMap<object, Gallery>();
  const galleryOf = (capture: Pick<CaptureControl, "picture" | "look">) => {
    const gallery = galleries.get(capture) ?? new Gallery(capture, encoder);
    galleries.set(capture, gallery);
    return gallery;
  };
  const run = startedAt.toString(36);
  return (["png", "jpg"] as const).map((format) => ({
    method: "get",
    path: `/snapshot.${format}`,
    role: "view",
    head: true,
    basic: true,
    description: describe(format),
    async handler(c) {
      const { id, engine } = sourceOf(c, sources);
      const gallery = galleryOf(engine);
      if (format === "png" && c.req.query("w") === undefined) await noteExact(id);
      const head = await unlessLost(gallery.look(), engine);
      const variant = variantOf(c, format, head);
      const headers = headersOf(head, `"${run}-${id}-${fileKey(head, variant)}"`);
      if (isKnown(c.req.header("if-none-match"), headers.etag)) return c.body(null, 304, headers);
      const type = format === "png" ? "image/png" : "image/jpeg";
      const kept = await gallery.kept(head, variant);
      if (kept) return c.body(kept, 200, { ...headers, "content-type": type });
      // May be a newer one by now.
      const picture = await unlessLost(gallery.picture(), engine);
      const now = variantOf(c, format, picture);
      const bytes = await encode(gallery, picture, now);
      return c.body(bytes, 200, {
        ...headersOf(picture, `"${run}-${id}-${fileKey(picture, now)}"`),
        "content-type": type,
      });
    },
  }));
}

function headersOf({ seq, time }: PictureHead, etag: string) {
  return {
    "cache-control": "no-store, private",
    "etag": etag,
    "x-patchcast-seq": String(seq),
    "x-patchcast-time": String(time),
  };
}

async function unlessLost<T>(
  asked: Promise<T>,
  capture: Pick<CaptureControl, "health">,
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const { state } = await capture.health();
    if (state === "lost") {
      throw new Problem("unavailable", "The source is away, and there is no picture of it", {
        headers: { "retry-after": "5" },
      });
    }
    throw error;
  }
}

async function encode(
  gallery: Gallery,
  picture: Picture,
  variant: Variant,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await gallery.file(picture, variant);
  } catch (error) {
    if (!(error instanceof GalleryFull)) throw error;
    throw new Problem("busy", "Too many snapshots are being made", {
      headers: { "retry-after": "1" },
    });
  }
}

function variantOf(c: AppContext, format: Variant["format"], { width }: PictureHead): Variant {
  const refused: Refusal[] = [];
  const whole = (name: string, min: number, max: number, fallback: number): number => {
    const text = c.req.query(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    refused.push(refusal(name, text, `a whole number, ${min} to ${max}`));
    return fallback;
  };
  const variant = {
    format,
    width: whole("w", Math.min(MIN_WIDTH_PX, width), width, width),
    ...format === "jpg" ? { quality: whole("q", 1, 100, DEFAULT_JPEG_QUALITY) } : {},
  };
  const quality = c.req.query("q");
  if (format === "png" && quality !== undefined) {
    refused.push(refusal("q", quality, "nothing: PNG is always exact (a quality is for .jpg)"));
  }
  if (refused.length > 0) throw invalidValues(refused);
  return variant;
}

function describe(format: Variant["format"]): Route["description"] {
  const w = z.int().min(MIN_WIDTH_PX).optional()
    .describe("Width in pixels, at most the picture's; the height follows");
  const q = z.int().min(1).max(100).optional()
    .describe(`JPEG quality, ${DEFAULT_JPEG_QUALITY} when left out`);
  const type = format === "png" ? "image/png" : "image/jpeg";
  const image = { schema: { type: "string", format: "binary" } as const };
  return {
    summary: `Get the current picture as ${format === "png" ? "PNG" : "JPEG"}`,
    description: "Without w, a PNG has exactly the pixels that viewers see.",
    request: {
      query: format === "png"
        ? z.object({ w, source: sourceQuery })
        : z.object({ w, q, source: sourceQuery }),
    },
    responses: {
      200: { description: "The picture", content: { [type]: image } },
      304: { description: "It is still the one in If-None-Match" },
      400: json("A parameter is out of range", problemSchema),
      404: json("There is no such source", problemSchema),
      503: json("The source is away, or too many are asking; see Retry-After", problemSchema),
    },
  };
}
