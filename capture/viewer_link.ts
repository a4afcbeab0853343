/**
 * What one viewer's acknowledgements say, and what follows from it for its cursor: hold back, or send on?
 */
import { type Acknowledged, LinkWindow } from "./link_window.ts";

/** A backlog of so much time is sent as it is, even where a catch-up is smaller. */
const BACKLOG_MS = 200;
/** A catch-up says so long how large the next one is likely to be. */
const LIKELY_MS = 10_000;

/** What is known of a viewer's link. */
export interface LinkInfo {
  /** The newest update that it shows; `null` before the first. */
  readonly seq: number | null;
  /** How many bytes may be under way, and how many are. */
  readonly windowBytes: number;
  readonly unacknowledgedBytes: number;
  /**
   * The newest round trip and the shortest of late, from handing over to painting and back; `null` while
   * unknown.
   */
  readonly rttMs: number | null;
  readonly minRttMs: number | null;
  /** What arrives per second while there is enough to send; `null` while unknown. */
  readonly bytesPerSecond: number | null;
  /** Times that the window was full while there was something to send. */
  readonly heldBack: number;
}

export class ViewerLink {
  readonly #now: () => number;
  readonly #window = new LinkWindow();
  #greetedAt: number | undefined;
  #shown: number | null = null;
  #isHeld = false;
  #isDeaf = false;
  #heldBack = 0;
  /** What a whole picture takes, and the last catch-up, and when that was. */
  #pictureBytes = Infinity;
  #catchUpBytes = 0;
  #caughtUpAt = -Infinity;

  /** @param now ms, by a clock that never jumps */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The viewer acknowledges. */
  get active(): boolean {
    return this.#window.active;
  }

  /** Seq of the newest update that it shows; `null` before the first acknowledgement. */
  get shown(): number | null {
    return this.#shown;
  }

  /** Bytes that may be sent now. */
  get room(): number {
    return this.#window.room;
  }

  /** What is known; `null` of a viewer that does not acknowledge. */
  get info(): LinkInfo | null {
    const window = this.#window;
    if (!window.active) return null;
    return {
      seq: this.#shown,
      windowBytes: window.limit,
      unacknowledgedBytes: window.inFlight,
      rttMs: rounded(window.rttMs),
      minRttMs: rounded(window.minRttMs),
      bytesPerSecond: rounded(window.rate * 1000 || undefined),
      heldBack: this.#heldBack,
    };
  }

  /** Acknowledgements do not get through any more: nothing waits for them, and those that do come are not heard. */
  stopListening(): void {
    this.#isDeaf = true;
    this.#window.stop();
  }

  /** Something was held back within the last `ms`. */
  heldBackWithin(ms: number): boolean {
    return this.#window.limitedWithin(ms, this.#now());
  }

  /** The hello was handed over. */
  greeted(): void {
    this.#greetedAt = this.#now();
  }

  /** Bytes were handed over that end with the update `seq`. */
  sent(seq: number | null, bytes: number): void {
    this.#window.sent(seq ?? 0, bytes, this.#now());
  }

  /** What a way in takes: `bytes`, of a whole picture if it is a keyframe. */
  sized(bytes: number, keyframe: boolean): void {
    if (keyframe) this.#pictureBytes = bytes;
    this.#catchUpBytes = bytes;
    this.#caughtUpAt = this.#now();
  }

  /**
   * Takes an acknowledgement.
   * @param seq of the update that the viewer shows; 0: the hello has arrived
   * @param delayMs for how long it had shown it when it said so
   */
  acknowledge(seq: number, delayMs: number): Acknowledged {
    if (this.#isDeaf) return "old";
    const now = this.#now();
    if (seq === 0) {
      if (this.#greetedAt === undefined || this.#window.active) return "old";
      this.#window.begin(Math.max(0, now - this.#greetedAt - delayMs), now);
      return "taken";
    }
    const result = this.#window.acknowledge(seq, delayMs, now);
    if (result === "taken") this.#shown = seq;
    return result;
  }

  /** The viewer may be sent something. A few comparisons. */
  isOpen(): boolean {
    return this.#window.isOpen();
  }

  /** There is something to send: must it wait for an acknowledgement? */
  mustHold(): boolean {
    if (this.#window.isOpen()) {
      this.#isHeld = false;
      return false;
    }
    if (!this.#isHeld) this.#heldBack++;
    this.#isHeld = true;
    return !this.#window.hold(this.#now());
  }

  /**
   * A backlog of more bytes than this is likely to take longer to show the newest picture than a catch-up. What a
   * catch-up takes is known when it is made, and making it costs all viewers; until then it is taken for as
   * large as the last one, or a whole picture. Updates move what scrolls and recall what was there before:
   * a backlog is often smaller, and is then sent.
   */
  get worthwhileBacklog(): number {
    const recent = this.#now() - this.#caughtUpAt < LIKELY_MS;
    const likely = recent ? this.#catchUpBytes : this.#pictureBytes;
    return Math.max(likely, this.#window.rate * BACKLOG_MS);
  }
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}
