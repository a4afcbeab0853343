/** A viewer without a browser: a raw socket and the page's own decoder. */
import { decode, Image } from "imagescript";
import { Client } from "../../helpers/client.ts";
import { eventually } from "./eventually.ts";
import { assertSame, type Picture, pictureOf } from "./picture.ts";
import { type Program, TOKEN } from "./program.ts";
import { openRaw, type RawResponse } from "./raw_http.ts";

/** What `Watcher` needs to know of the program. */
type Server = Pick<Program, "url">;

export class Watcher implements Disposable {
  readonly response: RawResponse;
  /** What came, decoded. */
  readonly client = new Client();

  private constructor(response: RawResponse) {
    this.response = response;
  }

  /** Asks for the stream; reads nothing of its body yet. */
  static async open(
    program: Server,
    headers: Readonly<Record<string, string>> = {},
    path = "/stream",
  ): Promise<Watcher> {
    const url = new URL(path, program.url);
    return new Watcher(await openRaw(url, { authorization: `Bearer ${TOKEN}`, ...headers }));
  }

  /** The canvas. */
  get picture(): Picture {
    const { picture } = this.client.decoder;
    if (!picture) throw new Error("no hello has come yet");
    return pictureOf(picture.width, picture.height, picture.rgba);
  }

  /** Reads and decodes until `done`, or to the end of the stream. */
  async readUntil(done: () => boolean): Promise<void> {
    while (!done()) {
      const bytes = await this.response.read();
      if (bytes === undefined) return;
      this.client.receive(bytes);
    }
  }

  /** Keeps reading in the background, to the end or until the socket is closed. */
  follow(): this {
    this.readUntil(() => false).catch((error) => this.#fail(error));
    return this;
  }

  /** The same without decoding, which takes more time than all that the server does. */
  discard(): void {
    const readAll = async () => {
      while (await this.response.read());
    };
    readAll().catch((error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    // The test closed the socket under it: not this viewer's business.
    if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
      return;
    }
    this.failure = error;
  }

  /** Why `follow` ended early. */
  failure: unknown;

  /** Waits until the canvas has the newest update, and equals `/snapshot.png`. The source must stand still. */
  async assertUpToDate(program: Program): Promise<void> {
    await eventually("the viewer has the newest picture", async () => {
      if (this.failure !== undefined) throw this.failure;
      const { seq } = await program.stats();
      if (this.client.decoder.seq !== seq) {
        throw new Error(`it has seq ${this.client.decoder.seq}, the newest is ${seq}`);
      }
      assertSame(this.picture, await snapshot(program));
    });
  }

  [Symbol.dispose](): void {
    this.response.close();
  }
}

/**
 * What `/snapshot.png` shows.
 * @param source id; default: the server's own
 */
export async function snapshot(program: Program, source?: string): Promise<Picture> {
  const query = source === undefined ? "" : `?source=${source}`;
  const response = await program.request(`/snapshot.png${query}`);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const image = await decode(new Uint8Array(await response.arrayBuffer()));
  if (!(image instanceof Image)) throw new Error("the snapshot is not a still picture");
  return pictureOf(image.width, image.height, image.bitmap);
}
