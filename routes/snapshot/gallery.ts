/**
 * The newest pictures as files: each is encoded once, however many ask for it, and kept while it may be
 * asked for again.
 */
import type { CaptureControl, Picture, PictureHead } from "../deps.ts";
import type { PictureEncoder, Variant } from "./encoder.ts";
import { Newest } from "./newest.ts";

/** Limits of a `Gallery`. */
export interface GalleryLimits {
  /** Files kept; default 16. The one unused for longest goes first. */
  readonly maxFiles?: number;
  /** Bytes of files kept; default 32 MiB. */
  readonly maxBytes?: number;
  /** Files being encoded or waiting for it, each with a copy of its picture; default 4. */
  readonly maxEncoding?: number;
}

const defaults = {
  maxFiles: 16,
  maxBytes: 32 * 2 ** 20,
  maxEncoding: 4,
} as const satisfies GalleryLimits;

/** Thrown when `maxEncoding` files are being encoded already. */
export class GalleryFull extends Error {
  override name = "GalleryFull";
}

/** Grabs, encodes and keeps. */
export class Gallery {
  readonly #looks: Newest<PictureHead>;
  readonly #pictures: Newest<Picture>;
  readonly #encoder: PictureEncoder;
  readonly #limits: Required<GalleryLimits>;
  /** Finished files, the one used last at the end. */
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #encoding = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();
  #bytes = 0;

  constructor(
    capture: Pick<CaptureControl, "picture" | "look">,
    encoder: PictureEncoder,
    limits: GalleryLimits = {},
  ) {
    this.#looks = new Newest(() => capture.look());
    this.#pictures = new Newest(() => capture.picture(true));
    this.#encoder = encoder;
    this.#limits = { ...defaults, ...limits };
  }

  /** Which picture there is. Costs no pixels, and nothing but the question while nothing changes. */
  look(): Promise<PictureHead> {
    return this.#looks.get();
  }

  /**
   * A picture that is not older than the `look` that the caller has awaited. The capture is never asked for more than one at a time: each has four
   * bytes a pixel.
   */
  picture(): Promise<Picture> {
    return this.#pictures.get();
  }

  /** The file of a picture, if it is there or being made; what is being made may reject. */
  kept(
    picture: PictureHead,
    variant: Variant,
  ): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>> | undefined {
    const key = fileKey(picture, variant);
    const kept = this.#files.get(key);
    if (!kept) return this.#encoding.get(key);
    this.#files.delete(key);
    this.#files.set(key, kept);
    return kept;
  }

  /**
   * The file of a picture.
   * @throws {GalleryFull} when too many others are being encoded.
   */
  async file(picture: Picture, variant: Variant): Promise<Uint8Array<ArrayBuffer>> {
    const kept = this.kept(picture, variant);
    if (kept) return await kept;
    const key = fileKey(picture, variant);
    if (this.#encoding.size >= this.#limits.maxEncoding) {
      throw new GalleryFull(`${this.#limits.maxEncoding} pictures are being encoded`);
    }
    const encoding = this.#encoder.encode(picture, variant);
    this.#encoding.set(key, encoding);
    try {
      const bytes = await encoding;
      this.#keep(key, bytes);
      return bytes;
    } finally {
      this.#encoding.delete(key);
    }
  }

  #keep(key: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > this.#limits.maxBytes) return;
    this.#files.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#files) {
      if (this.#files.size <= this.#limits.maxFiles && this.#bytes <= this.#limits.maxBytes) break;
      this.#files.delete(oldest);
      this.#bytes -= length;
    }
  }
}

/** What tells one file from another, as long as the server runs. */
export function fileKey(picture: PictureHead, { format, width, quality }: Variant): string {
  return `${picture.seq}-${picture.width}x${picture.height}-${width}-${format}${quality ?? ""}`;
}
