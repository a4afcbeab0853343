/**
 * What could not be sent yet: one file for each screenshot in a directory, bounded by bytes. It survives restarts.
 *
 * A file's name is its time of capture in ms and, where two have the same, a number: `01767225600000-0000.png`. It
 * is written under another name first, so that a crash leaves no half of one.
 */

/** A screenshot on its way to the server. */
export interface Shot {
  /** When it was captured, ms since the Unix epoch. */
  readonly time: number;
  readonly png: Uint8Array<ArrayBuffer>;
}

/** A screenshot that is kept. */
export interface KeptShot extends Shot {
  /** What `remove` takes. */
  readonly name: string;
}

interface Entry {
  readonly name: string;
  readonly time: number;
  readonly bytes: number;
}

const NAME = /^(\d{14})-(\d{4})\.png$/;
const UNFINISHED = /\.tmp$/;

export class Spool {
  readonly #dir: string;
  readonly #maxBytes: number;
  /** Oldest first. */
  readonly #entries: Entry[];
  #bytes: number;
  #dropped = 0;
  /** Changes come one after the other, whoever asks for them. */
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(dir: string, maxBytes: number, entries: Entry[]) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
    this.#entries = entries;
    this.#bytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Opens a directory, makes it (for its owner only) if it is not there, and finds what an earlier run left.
   * @throws {Deno.errors.PermissionDenied | Error} when it cannot be used
   */
  static async open(dir: string, maxBytes: number): Promise<Spool> {
    await Deno.mkdir(dir, { recursive: true, mode: 0o700 });
    const entries: Entry[] = [];
    for await (const { name, isFile } of Deno.readDir(dir)) {
      const time = NAME.exec(name)?.[1];
      if (isFile && time !== undefined) {
        const { size } = await Deno.stat(`${dir}/${name}`);
        entries.push({ name, time: Number(time), bytes: size });
      } else if (isFile && UNFINISHED.test(name)) {
        await Deno.remove(`${dir}/${name}`);
      }
    }
    entries.sort((a, b) => a.name < b.name ? -1 : 1);
    const spool = new Spool(dir, maxBytes, entries);
    await spool.#makeRoom(0);
    return spool;
  }

  /** Screenshots that are kept. */
  get count(): number {
    return this.#entries.length;
  }

  /** Their bytes, never more than the bound. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Screenshots that were dropped since the start, to keep the bound or because they could not be written. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * Keeps a screenshot, at the place that its time gives it; the oldest are dropped for it. One that is larger than
   * the bound is dropped itself, as is one that cannot be written, which is thrown.
   */
  put(shot: Shot): Promise<void> {
    return this.#inTurn(() => this.#put(shot));
  }

  async #put({ time, png }: Shot): Promise<void> {
    if (png.length > this.#maxBytes) {
      this.#dropped++;
      return;
    }
    await this.#makeRoom(png.length);
    const name = this.#newName(time);
    const path = `${this.#dir}/${name}`;
    try {
      await Deno.writeFile(`${path}.tmp`, png, { mode: 0o600 });
      await Deno.rename(`${path}.tmp`, path);
    } catch (error) {
      this.#dropped++;
      await Deno.remove(`${path}.tmp`).catch(() => {});
      throw error;
    }
    const after = this.#entries.findIndex((entry) => entry.name > name);
    const entry = { name, time, bytes: png.length };
    this.#entries.splice(after < 0 ? this.#entries.length : after, 0, entry);
    this.#bytes += png.length;
  }

  /** The oldest screenshot, which stays until `remove`; `undefined` when there is none. */
  oldest(): Promise<KeptShot | undefined> {
    return this.#inTurn(() => this.#oldest());
  }

  async #oldest(): Promise<KeptShot | undefined> {
    for (;;) {
      const entry = this.#entries[0];
      if (!entry) return undefined;
      try {
        const { name, time } = entry;
        return { name, time, png: await Deno.readFile(`${this.#dir}/${name}`) };
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        // Somebody else has removed it.
        this.#forget(entry);
        this.#dropped++;
      }
    }
  }

  /** Removes a screenshot that `oldest` gave; it may have been dropped since. */
  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const entry = this.#entries.find((entry) => entry.name === name);
      if (entry) await this.#delete(entry);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => {});
    return result;
  }

  async #makeRoom(bytes: number): Promise<void> {
    while (this.#entries.length > 0 && this.#bytes + bytes > this.#maxBytes) {
      await this.#delete(this.#entries[0]);
      this.#dropped++;
    }
  }

  async #delete(entry: Entry): Promise<void> {
    this.#forget(entry);
    await Deno.remove(`${this.#dir}/${entry.name}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }

  #forget(entry: Entry): void {
    const place = this.#entries.indexOf(entry);
    if (place < 0) return;
    this.#entries.splice(place, 1);
    this.#bytes -= entry.bytes;
  }

  #newName(time: number): string {
    const front = String(time).padStart(14, "0");
    const same = this.#entries.filter((entry) => entry.name.startsWith(`${front}-`));
    const last = Number(NAME.exec(same.at(-1)?.name ?? "")?.[2] ?? -1);
    return `${front}-${String(last + 1).padStart(4, "0")}.png`;
  }
}
