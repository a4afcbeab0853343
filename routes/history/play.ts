/** `GET /api/history/{source}/play`: the past as a film, in the stream's messages. */
import { z } from "zod";
import { compressFrame, storeFrame } from "../../capture/zstd.ts";
import { Problem, problemSchema } from "../problem.ts";
import { type AppContext, json, type Route } from "../route.ts";
import { messageHeaders, STREAM_TYPE } from "../stream.ts";
import { pictureAt } from "./at.ts";
import { archiveOf, type HistoryDeps, sourceWith } from "./deps.ts";
import { type Films, MAX_FILMS } from "./films.ts";
import { Player } from "./player.ts";
import { QueryReader } from "./query.ts";
import { instant, sourceParams } from "./schemas.ts";

const MIN_SPEED = 0.25;
const MAX_SPEED = 64;
/** Setting up a compressor costs more than it saves on less, a heartbeat say. */
const MIN_COMPRESSED_BYTES = 1024;

export function playRoutes(deps: HistoryDeps, films: Films): Route[] {
  return [{
    method: "get",
    path: "/api/history/{source}/play",
    role: "history",
    description: {
      summary: "Play from an instant on",
      description:
        "The message stream of docs/PROTOCOL.md: a hello, an epoch, then tiles messages as the recorded moments are " +
        "due; a heartbeat has the instant that is played. A gap in the recording takes a second and is told by a state " +
        "message. It ends with a bye when the recording does, or when it has caught up with now.",
      tags: ["history"],
      request: {
        params: sourceParams,
        query: z.object({
          from: instant,
          speed: z.number().min(MIN_SPEED).max(MAX_SPEED).optional().describe("1 when left out"),
          skipIdle: z.enum(["0", "1"]).optional()
            .describe("1: pauses of more than a second take one second"),
        }),
      },
      responses: {
        200: { description: "The film", content: { [STREAM_TYPE]: {} } },
        400: json("A parameter is not allowed", problemSchema),
        404: json("There is no picture of that time, or no history", problemSchema),
        503: json("There are as many films as there may be", problemSchema),
      },
    },
    handler: (c) => play(c, deps, films),
  }];
}

async function play(c: AppContext, deps: HistoryDeps, films: Films): Promise<Response> {
  const query = new QueryReader(c);
  const from = query.neededTime("from");
  const speed = query.number("speed", MIN_SPEED, MAX_SPEED) ?? 1;
  const skipIdle = query.switch("skipIdle") ?? false;
  query.end();
  const archive = archiveOf(deps);
  const { id, label, span } = await sourceWith(deps, c.req.param("source") ?? "");
  // Before the first picture there is nothing to wait for.
  const start = Math.max(from, span?.start ?? 0);
  await pictureAt(deps, id, start, undefined);
  if (films.isFull) {
    throw new Problem("busy", `There are ${MAX_FILMS} films already`, {
      headers: { "retry-after": "5" },
    });
  }
  const film = films.add();
  const player = new Player({
    label,
    from: start,
    speed,
    skipIdle,
    seek: (time, have) => archive.ask("seek", id, time, have),
    version: () => deps.erasures.version(id),
    now: deps.now,
    steady: () => performance.now(),
    sleep: film.sleep,
  });
  film.player = player;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const messages = await player.next();
        if (messages) {
          controller.enqueue(frameOf(messages));
        } else {
          films.remove(film);
          controller.close();
        }
      } catch (error) {
        films.remove(film);
        throw error;
      }
    },
    cancel() {
      film.stop("");
      films.remove(film);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: messageHeaders(c.req.raw) });
}

function frameOf(messages: Uint8Array): Uint8Array<ArrayBuffer> {
  return messages.length < MIN_COMPRESSED_BYTES ? storeFrame(messages) : compressFrame(messages);
}
