/**
 * Reads uploads: bodies too large for `body.ts`, of which only so many are in memory at a time, and none for ever.
 */
import { Problem } from "../problem.ts";

/** Limits of an `Uploads`. */
export interface UploadLimits {
  /** Bytes of one body. */
  readonly maxBytes: number;
  /** Bodies being read or used at the same time; default 8. */
  readonly maxAtOnce?: number;
  /** Milliseconds until a body must be there; default 30,000. */
  readonly timeLimitMs?: number;
  /** Calls `action` after `ms`; returns what cancels it. */
  readonly after?: (ms: number, action: () => void) => () => void;
}

const defaults = {
  maxAtOnce: 8,
  timeLimitMs: 30_000,
  after(ms: number, action: () => void) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
} as const satisfies Omit<UploadLimits, "maxBytes">;

/** Holds a place for each body, so that all of them together have a bound. */
export class Uploads {
  readonly #limits: Required<UploadLimits>;
  #atOnce = 0;

  constructor(limits: UploadLimits) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Bodies being read or used. */
  get atOnce(): number {
    return this.#atOnce;
  }

  /**
   * Reads a body and lets `use` have it; its place is taken until that is done.
   * @throws {Problem} 413 when it is too large, by its header or by what comes; 408 when it takes too long; 400 when
   * the connection breaks; 503 when there are too many
   */
  async read<T>(
    request: Request,
    use: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>,
  ): Promise<T> {
    const { maxBytes, maxAtOnce } = this.#limits;
    const length = request.headers.get("content-length");
    if (length !== null && Number(length) > maxBytes) throw tooLarge(maxBytes);
    if (this.#atOnce >= maxAtOnce) {
      throw new Problem("busy", `${maxAtOnce} uploads are under way already`, {
        headers: { "retry-after": "2" },
      });
    }
    this.#atOnce++;
    try {
      return await use(await this.#readAll(request));
    } finally {
      this.#atOnce--;
    }
  }

  async #readAll(request: Request): Promise<Uint8Array<ArrayBuffer>> {
    const { maxBytes, timeLimitMs, after } = this.#limits;
    const reader = request.body?.getReader();
    if (!reader) return new Uint8Array();
    const chunks: Uint8Array[] = [];
    let length = 0;
    const late = Promise.withResolvers<never>();
    late.promise.catch(() => {});
    const cancelLimit = after(timeLimitMs, () => {
      late.reject(
        new Problem("timeout", `The body did not arrive within ${timeLimitMs / 1000} s`),
      );
    });
    try {
      for (;;) {
        const { done, value } = await Promise.race([reader.read(), late.promise]);
        if (done) break;
        length += value.length;
        if (length > maxBytes) throw tooLarge(maxBytes);
        chunks.push(value);
      }
    } catch (error) {
      // Not waited for: a sender that hangs would hold it up.
      reader.cancel().catch(() => {});
      if (error instanceof Problem) throw error;
      throw new Problem("malformed", "The connection broke before the whole body was there");
    } finally {
      cancelLimit();
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("too-large", `A picture may have at most ${maxBytes} bytes`);
}
