/**
 * The sources that can be watched, by id: those that this server captures, and those that are pushed from elsewhere,
 * each with an engine of its own.
 *
 * A pushed source comes into being with its first picture. Its engine costs a Worker and some 20 bytes a pixel, so
 * there is a limit to how many there are, and to their pixels together. One that nobody watches is closed when
 * nothing was pushed to it for long, and earlier when its place is needed; the next picture opens it again.
 */
import { SOURCE_ID } from "../config/source_id.ts";
import { type CapturedOptions, type CapturedSource, CapturedSources } from "./captured_sources.ts";
import type { Size } from "./geometry.ts";
import { HeldSource, type SourceEngine } from "./held_source.ts";
import type { Shot, ShotListener, StillShown } from "./shot.ts";
import type { ShotPlace } from "./shot_order.ts";
import { SilenceWatch, type SilenceWatchOptions } from "./silence_watch.ts";
import { isCapturedId, WALL_ID } from "./source_ids.ts";
import { type Refused, SourceRefused } from "./source_refused.ts";
import type { PushedSpec } from "./worker_protocol.ts";

/** Limits of a `SourceSet`. */
export interface SourceLimits {
  /** Pushed sources; default 16. */
  readonly maxPushed?: number;
  /** Pixels of all pushed sources together; default 2^26, thirty-two 1080p screens. */
  readonly maxPixels?: number;
  /** Nothing pushed for this long: it is closed; ms, default 24 h. */
  readonly closeAfterMs?: number;
  /** Nothing pushed for this long: another one may have its place; ms, default 10 min. */
  readonly replaceAfterMs?: number;
}

const defaults = {
  maxPushed: 16,
  maxPixels: 2 ** 26,
  closeAfterMs: 24 * 3600_000,
  replaceAfterMs: 600_000,
} as const satisfies SourceLimits;

/** All sources in one view; `Wall` is one. */
export interface HeldWall<E extends SourceEngine> {
  readonly source: HeldSource<E>;
  stop(): Promise<void>;
}

/** What a `SourceSet` is made of. */
export interface SourceSetOptions<E extends SourceEngine> {
  /** What is captured here, at least one; what is watched where no id is given comes first. */
  readonly captured: readonly CapturedSource<E>[];
  /** Starts an engine for a pushed source; `onFault` is to be called when it dies. */
  readonly open: (spec: PushedSpec, onFault: (error: Error) => void) => Promise<E>;
  /** Makes the wall of what `list` gives; left out: there is none. */
  readonly wall?: (list: () => HeldSource<E>[]) => HeldWall<E>;
  readonly limits?: SourceLimits;
  /** Wall clock, ms since the Unix epoch. */
  readonly now: () => number;
  /** For tests; see `SilenceWatchOptions`. */
  readonly after?: SilenceWatchOptions["after"];
  /** For history. */
  readonly onShot?: ShotListener;
  /** Hears why the sender of a source counts as silent; `undefined`: it was heard again. */
  readonly onSilence?: (id: string, reason: string | undefined) => void;
  /** Hears why a pushed source was closed: idle, removed or dead. */
  readonly onClosed?: (id: string, reason: string) => void;
  /** See `CapturedOptions`. */
  readonly onDied?: CapturedOptions<E>["onDied"];
  readonly onRestarted?: CapturedOptions<E>["onRestarted"];
}

export class SourceSet<E extends SourceEngine> {
  /** What is captured here. */
  readonly captured: CapturedSources<E>;
  readonly #wall: HeldWall<E> | undefined;
  readonly #options: SourceSetOptions<E>;
  readonly #limits: Required<SourceLimits>;
  readonly #pushed = new Map<string, HeldSource<E>>();
  readonly #opening = new Map<string, { size: Size; source: Promise<HeldSource<E>> }>();

  constructor(options: SourceSetOptions<E>) {
    this.#options = options;
    this.#limits = { ...defaults, ...options.limits };
    const { captured, now, after, onDied, onRestarted } = options;
    this.captured = new CapturedSources({
      sources: captured,
      now,
      ...after && { after },
      ...onDied && { onDied },
      ...onRestarted && { onRestarted },
    });
    this.#wall = options.wall?.(() => this.list());
  }

  /** What is watched where no id is given. */
  get default(): HeldSource<E> {
    return this.captured.default;
  }

  /** The source with this id, the wall's included; the default one for `undefined`. */
  get(id: string | undefined): HeldSource<E> | undefined {
    if (id === undefined) return this.default;
    if (id === WALL_ID && this.#wall) return this.#wall.source;
    return this.captured.get(id) ?? this.#pushed.get(id);
  }

  /** All sources but the wall, the captured ones first, the others by id. */
  list(): HeldSource<E>[] {
    this.#closeIdle();
    const pushed = [...this.#pushed.values()];
    return [...this.captured.list(), ...pushed.sort((a, b) => a.id < b.id ? -1 : 1)];
  }

  /**
   * Looks whether pictures for `id` can be taken, before one is read.
   * @throws {SourceRefused} when not
   */
  check(id: string): void {
    if (!SOURCE_ID.test(id)) throw refused("id", `Cannot use ${JSON.stringify(id)} as a source`);
    if (this.captured.get(id) || isCapturedId(id)) {
      throw refused("captured", `${id} is what a server captures itself: push under another id`);
    }
    if (this.#pushed.has(id) || this.#opening.has(id)) return;
    if (this.#count < this.#limits.maxPushed || this.#replaceable()) return;
    throw refused("full", `There are ${this.#limits.maxPushed} pushed sources already`);
  }

  /**
   * True when the file is the one that the source was sent last: then it was accepted as a duplicate, and need not
   * be decoded.
   */
  repeats(id: string, { time, fileDigest, promisedMs }: Omit<Shot, "frame" | "digest">): boolean {
    const source = this.#pushed.get(id);
    if (!source || source.pictureWanted) return false;
    if (!source.order.repeats(time, fileDigest)) return false;
    this.#heard(source, promisedMs);
    this.#options.onShot?.(id, time, "duplicate", undefined);
    return true;
  }

  /**
   * Takes the report that nothing has changed.
   * @returns `wanted`: the picture has to be sent again, since it is not the one that is shown, or came to be a gap in
   * the history
   * @throws {SourceRefused} when there is no room for it
   */
  stillShows(id: string, { time, pictureTime, promisedMs }: StillShown): "stands" | "wanted" {
    this.check(id);
    const source = this.#pushed.get(id);
    if (!source) return "wanted";
    this.#heard(source, promisedMs);
    if (source.pictureWanted || !source.order.confirms(time, pictureTime)) return "wanted";
    this.#options.onShot?.(id, time, "duplicate", undefined);
    return "stands";
  }

  /**
   * Takes a picture and its bytes over, opening the source if there is none; shows it where it is newer than what
   * is shown and another. Pictures are judged in the order of the calls.
   * @throws {SourceRefused} when there is no room for it
   */
  async push(
    id: string,
    { time, frame, digest, fileDigest, promisedMs }: Shot,
  ): Promise<ShotPlace> {
    this.check(id);
    this.#checkPixels(id, frame);
    this.#closeIdle();
    const source = this.#pushed.get(id) ?? await this.#open(id, frame);
    const size = { width: frame.width, height: frame.height };
    const { order } = source;
    const place = order.judge(time, `${size.width}×${size.height} ${digest}`, fileDigest);
    this.#heard(source, promisedMs);
    if (place !== "late") source.pictureWanted = false;
    this.#options.onShot?.(id, time, place, frame);
    if (place === "newest") {
      source.pushedSize = size;
      source.engine.show(frame);
    }
    return place;
  }

  /** Closes a pushed source, whoever watches it; false when there is no such one. */
  remove(id: string, reason: string): boolean {
    const source = this.#pushed.get(id);
    if (!source) return false;
    this.#pushed.delete(id);
    source.close(reason);
    this.#options.onClosed?.(id, reason);
    // One that died does not answer; nothing depends on it any more.
    source.engine.stop().catch(() => {});
    return true;
  }

  /** Stops all engines, the captured ones included. */
  async stop(): Promise<void> {
    this.captured.stop();
    await this.#wall?.stop();
    const opening = await Promise.allSettled([...this.#opening.values()].map((one) => one.source));
    const opened = opening.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    const all = new Set([...this.captured.list(), ...this.#pushed.values(), ...opened]);
    this.#pushed.clear();
    for (const { silence } of all) silence?.stop();
    // One that has died meanwhile does not answer.
    await Promise.allSettled([...all].map(({ engine }) => engine.stop()));
  }

  get #count(): number {
    return this.#pushed.size + this.#opening.size;
  }

  #open(id: string, { width, height }: Size): Promise<HeldSource<E>> {
    const under = this.#opening.get(id);
    if (under) return under.source;
    if (this.#count >= this.#limits.maxPushed) {
      const oldest = this.#replaceable();
      if (oldest) this.remove(oldest.id, "its place was needed");
    }
    const size = { width, height };
    const source = this.#start(id, size).finally(() => this.#opening.delete(id));
    this.#opening.set(id, { size, source });
    return source;
  }

  async #start(id: string, size: Size): Promise<HeldSource<E>> {
    const spec: PushedSpec = { kind: "pushed", label: `pushed ${id}`, size };
    const opened: { source?: HeldSource<E> } = {};
    const engine = await this.#options.open(spec, (error) => {
      // The id may have a new engine by now.
      const { source } = opened;
      if (source && this.#pushed.get(id) === source) this.remove(id, error.message);
    });
    const { now, after } = this.#options;
    const silence = new SilenceWatch({
      now,
      ...after && { after },
      changed: (since) => this.#silent(source, since),
    });
    const source = new HeldSource(id, "pushed", engine, silence);
    opened.source = source;
    source.pushedSize = size;
    this.#pushed.set(id, source);
    return source;
  }

  #heard(source: HeldSource<E>, promisedMs: number | undefined): void {
    source.pushedAt = this.#options.now();
    source.silence?.heard(promisedMs);
  }

  #silent(source: HeldSource<E>, since: number | undefined): void {
    const { id, engine } = source;
    if (since !== undefined) source.pictureWanted = true;
    const reason = since === undefined
      ? undefined
      : `nothing was heard from its sender since ${new Date(since).toISOString()}`;
    engine.setSilence(reason);
    this.#options.onSilence?.(id, reason);
  }

  #checkPixels(id: string, { width, height }: Size): void {
    const { maxPixels } = this.#limits;
    let others = 0;
    for (const [other, { size }] of [...this.#pushed, ...this.#opening]) {
      if (other !== id) others += size.width * size.height;
    }
    if (others + width * height <= maxPixels) return;
    throw refused(
      "pixels",
      `The other pushed sources have ${others} pixels, with these ${width}×${height} more than the ${maxPixels} ` +
        "that all may have together",
    );
  }

  /** The source that was pushed to least lately, if that is long ago and nobody watches it. */
  #replaceable(): HeldSource<E> | undefined {
    return this.#idleFor(this.#limits.replaceAfterMs)[0];
  }

  #closeIdle(): void {
    for (const { id } of this.#idleFor(this.#limits.closeAfterMs)) {
      this.remove(id, "nothing was pushed for long");
    }
  }

  #idleFor(ms: number): HeldSource<E>[] {
    const before = this.#options.now() - ms;
    return [...this.#pushed.values()]
      .filter(({ viewers, pushedAt }) => viewers === 0 && (pushedAt ?? Infinity) <= before)
      .sort((a, b) => (a.pushedAt ?? 0) - (b.pushedAt ?? 0));
  }
}

function refused(reason: Refused, message: string): SourceRefused {
  return new SourceRefused(reason, message);
}
