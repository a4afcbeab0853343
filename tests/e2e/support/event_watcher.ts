/** The simplest viewer there is: Server-Sent Events, a PNG decoder, and a canvas to put the pieces on. */
import { decode, Image } from "imagescript";
import { type Picture, pictureOf } from "./picture.ts";
import { type Program, TOKEN } from "./program.ts";
import { openRaw, type RawResponse } from "./raw_http.ts";

/** One update as `/events` has it. */
interface Update {
  readonly seq: number;
  readonly width: number;
  readonly height: number;
  readonly keyframe: boolean;
  readonly patches: readonly { x: number; y: number; w: number; h: number; png: string }[];
}

export class EventWatcher implements Disposable {
  readonly response: RawResponse;
  /** Names of the events that came beside updates. */
  readonly notices: string[] = [];
  /** Seq of the newest update that came; `id` and data must agree on it. */
  seq = 0;
  #decoder = new TextDecoder();
  #text = "";
  /** The newest keyframe and what came after it, not yet drawn. */
  #updates: Update[] = [];

  private constructor(response: RawResponse) {
    this.response = response;
  }

  /** Asks for the events; reads nothing of the body yet. */
  static async open(program: Pick<Program, "url">): Promise<EventWatcher> {
    const url = new URL("/events", program.url);
    return new EventWatcher(await openRaw(url, { authorization: `Bearer ${TOKEN}` }));
  }

  /** Reads and throws away, in the background, to the end or until the socket is closed. */
  discard(): void {
    const readAll = async () => {
      while (await this.response.read());
    };
    // The test closes the socket under it.
    readAll().catch(() => {});
  }

  /** Reads until `seq` has come. */
  async readTo(seq: number): Promise<void> {
    while (this.seq < seq) {
      const bytes = await this.response.read();
      if (!bytes) throw new Error(`the events ended at seq ${this.seq}, wanted ${seq}`);
      this.#text += this.#decoder.decode(bytes, { stream: true });
      const events = this.#text.split("\n\n");
      this.#text = events.pop()!;
      for (const event of events) this.#take(event);
    }
  }

  /** The newest keyframe with everything after it drawn on it. */
  async draw(): Promise<Picture> {
    const { width, height } = this.#updates[0];
    const canvas = new Image(width, height);
    for (const { patches } of this.#updates) {
      for (const { x, y, w, h, png } of patches) {
        const piece = await decode(Uint8Array.fromBase64(png));
        if (!(piece instanceof Image) || piece.width !== w || piece.height !== h) {
          throw new Error(`the PNG at ${x},${y} is not ${w}×${h}`);
        }
        canvas.composite(piece, x, y);
      }
    }
    return pictureOf(width, height, canvas.bitmap);
  }

  #take(event: string): void {
    const fields = new Map(
      event.split("\n").filter((line) => line !== "").map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
      }),
    );
    const name = fields.get("event");
    if (name !== undefined) {
      this.notices.push(name);
      return;
    }
    const update: Update = JSON.parse(fields.get("data")!);
    if (Number(fields.get("id")) !== update.seq) throw new Error("id and seq differ");
    if (update.keyframe) this.#updates = [];
    else if (this.#updates.length === 0) throw new Error("the first update is no keyframe");
    this.#updates.push(update);
    this.seq = update.seq;
  }

  [Symbol.dispose](): void {
    this.response.close();
  }
}
