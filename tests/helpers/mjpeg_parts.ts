/** Reads `multipart/x-mixed-replace` whose parts say how long they are. */
import type { Size } from "../../capture/geometry.ts";
import { Image } from "imagescript";

export interface MjpegPart {
  /** Names in lower case. */
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

export class MjpegParts implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest = new Uint8Array(0);

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The next part; `undefined` after the last boundary. Throws when something else comes. */
  async next(): Promise<MjpegPart | undefined> {
    const opening = await this.#line();
    if (opening === "--patchcast--") {
      await this.#expectEnd();
      return undefined;
    }
    if (opening !== "--patchcast") throw new Error(`wanted a boundary, got ${opening}`);
    const headers = new Headers();
    for (let line = await this.#line(); line !== ""; line = await this.#line()) {
      const colon = line.indexOf(": ");
      headers.append(line.slice(0, colon), line.slice(colon + 2));
    }
    const body = await this.#take(Number(headers.get("content-length")));
    if (await this.#line() !== "") throw new Error("the part is longer than it says");
    return { headers, body };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#rest.findIndex((byte, i) => byte === 13 && this.#rest[i + 1] === 10);
      if (end >= 0) return new TextDecoder().decode(await this.#take(end + 2)).slice(0, -2);
      await this.#more();
    }
  }

  async #take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#rest.length < length) await this.#more();
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return taken;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) throw new Error("the stream ended in the middle of a part");
    const joined = new Uint8Array(this.#rest.length + value.length);
    joined.set(this.#rest);
    joined.set(value, this.#rest.length);
    this.#rest = joined;
  }

  async #expectEnd(): Promise<void> {
    const { done } = await this.#reader.read();
    if (!done || this.#rest.length > 0) throw new Error("something follows the last boundary");
  }
}

/** The picture of a JPEG file: R, G, B, 255 bytes. */
export async function decodeJpegFile(
  file: Uint8Array,
): Promise<Size & { readonly rgba: Uint8ClampedArray }> {
  const { width, height, bitmap } = await Image.decode(file) as Image;
  return { width, height, rgba: bitmap };
}

/** Mean difference of a colour channel, 0 to 255. */
export function meanError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += i % 4 === 3 ? 0 : Math.abs(a[i] - b[i]);
  return sum / (a.length * 3 / 4);
}
