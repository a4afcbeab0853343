/** `POST /api/sources/{id}/frames`: a screenshot from elsewhere becomes what the source `id` shows. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { ShotPlace } from "../../capture/shot_order.ts";
import { Problem, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { BadImage } from "../../capture/images/bad_image.ts";
import { CAPTURED_AT } from "./captured_at.ts";
import { DecoderBusy, type ImageDecoder } from "./decoder.ts";
import {
  type ImageHeader,
  readImageHeader,
  sniffFormat,
} from "../../capture/images/image_header.ts";
import { idParam, type Intake, orRefuse, readReport, reportHeaders } from "./intake.ts";
import { IMAGE_LIMITS } from "../../capture/images/limits.ts";
import { PUSH_EVERY } from "./push_every.ts";
import type { Uploads } from "./upload.ts";

/** What the route of this file needs. */
export interface FramesDeps {
  readonly sources: Intake;
  readonly decoder: Pick<ImageDecoder, "decode" | "isFull">;
  readonly uploads: Pick<Uploads, "read">;
  /** Where pictures are recorded; `undefined`: nowhere. */
  readonly recorder: { readonly isBehind: boolean } | undefined;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
}

const acceptedSchema = z.object({
  source: z.string(),
  result: z.enum(["newest", "duplicate", "late"]).describe(
    "newest: it is shown. duplicate: its pixels were shown already. late: captured before the picture that is " +
      "shown, it only goes into the history",
  ),
  capturedAt: z.number().describe("ms since the Unix epoch"),
  width: z.int(),
  height: z.int(),
});

const binary = { schema: { type: "string", format: "binary" } as const };

/** The route of this file. */
export function framesRoute(deps: FramesDeps): Route {
  return {
    method: "post",
    path: "/api/sources/{id}/frames",
    role: "push",
    body: "own",
    description: {
      summary: "Push a screenshot",
      description:
        `PNG of any kind, or JPEG (grey or YCbCr, 8 bits): at most ${IMAGE_LIMITS.maxBytes} bytes, ` +
        `${IMAGE_LIMITS.maxSide} pixels a side, ${IMAGE_LIMITS.maxPixels} in all. What is transparent is blended ` +
        "over black. The first picture makes the source. Pictures may come in any order.",
      request: {
        params: idParam,
        headers: reportHeaders,
        body: { content: { "image/png": binary, "image/jpeg": binary } },
      },
      responses: {
        200: json("It was accepted", acceptedSchema),
        400: json(`The id, ${CAPTURED_AT} or ${PUSH_EVERY} is not allowed`, problemSchema),
        408: json("The body did not arrive in time", problemSchema),
        409: json("The server captures this source itself", problemSchema),
        413: json("Too many bytes or, with the other sources, pixels", problemSchema),
        415: json("It is not what its Content-Type says, or neither PNG nor JPEG", problemSchema),
        422: json(
          "The picture is damaged, too large, or of a kind that is not supported",
          problemSchema,
        ),
        503: json("Too many pictures or sources at a time; see Retry-After", problemSchema),
      },
    },
    handler: (c) => push(c, deps),
  };
}

async function push(c: AppContext, deps: FramesDeps): Promise<Response> {
  const { sources, decoder, uploads, recorder, now } = deps;
  const id = c.req.param("id") ?? "";
  const { time, promisedMs } = readReport(c, now());
  const type = pictureType(c);
  return await orRefuse(id, async () => {
    // Everything that can be refused without the body is refused before it is read.
    sources.check(id);
    if (decoder.isFull) throw new DecoderBusy("Too many pictures wait to be decoded");
    if (recorder?.isBehind) throw new DecoderBusy("Too many pictures wait to be recorded");
    return await uploads.read(c.req.raw, async (bytes) => {
      const { width, height } = checkHeader(bytes, type);
      const answer = (result: ShotPlace) =>
        c.json({ source: id, result, capturedAt: time, width, height });
      const fileDigest = createHash("sha256").update(bytes).digest("hex");
      if (sources.repeats(id, { time, fileDigest, promisedMs })) return answer("duplicate");
      const { pixels, digest } = await decoder.decode(bytes);
      return answer(
        await sources.push(id, { time, frame: pixels, digest, fileDigest, promisedMs }),
      );
    });
  });
}

const TYPES: ReadonlyMap<string, ImageHeader["format"]> = new Map([
  ["image/png", "png"],
  ["image/jpeg", "jpeg"],
]);

function pictureType(c: AppContext): ImageHeader["format"] {
  const given = c.req.header("content-type")?.split(";", 1)[0].trim().toLowerCase() ?? "";
  const type = TYPES.get(given);
  if (type) return type;
  throw new Problem(
    "unsupported-type",
    "Send the picture as Content-Type: image/png or image/jpeg",
  );
}

/** What is in the body decides, but a sender who calls it something else has made a mistake. */
function checkHeader(bytes: Uint8Array, type: ImageHeader["format"]): ImageHeader {
  if (bytes.length === 0) throw new BadImage("The body is empty, wanted a PNG or JPEG file");
  const found = sniffFormat(bytes);
  if (found !== undefined && found !== type) {
    throw new Problem(
      "unsupported-type",
      `The body is image/${found}, its Content-Type image/${type}`,
    );
  }
  return readImageHeader(bytes, IMAGE_LIMITS);
}
