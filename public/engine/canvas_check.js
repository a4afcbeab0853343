/**
 * "Pixel-exact" is shown, not assumed: compares what the canvas shows with what the server says that it should
 * show, and heals it where it does not.
 *
 * The server tells once in a while; as long as nothing is drawn after that, its word holds, and the canvas is
 * looked at again every minute without asking anybody. A canvas that is wrong while the decoded picture is
 * right (a browser that lost pixels) is painted again. Where that does not help, the browser alters what is
 * read back (some do, against fingerprinting), and nothing is wrong that anybody could see. If the decoded picture
 * itself is wrong, a whole new one is fetched.
 *
 * @typedef {Object} CheckReport
 * @property {"exact" | "differs" | "unreadable"} result  of the last comparison; `unreadable`: what was decoded
 *   is exact, but the browser does not give back what is on the canvas
 * @property {number} tiles     that were compared
 * @property {number} wrong     tiles that differed, before healing
 * @property {number} exact     comparisons so far in which everything was the same
 * @property {number} mismatches  comparisons so far in which something was not
 * @property {number} healed    times that the canvas was wrong and is right again
 *
 * @typedef {Object} CanvasCheckOptions
 * @property {import("./clock.js").Clock} clock
 * @property {(got: (shown: Uint32Array | null) => void) => void} canvas   gives, maybe at once, hashes of the canvas
 *   with all painted that is decoded when it is called; null: cannot be read now
 * @property {() => Uint32Array | null} picture  hashes of the decoded picture; null: the canvas is all there is
 * @property {() => void} repaint  paints the whole picture, at once
 * @property {() => void} refetch  connects anew for a whole picture
 * @property {(report: CheckReport) => void} report
 */
import { countDifferent } from "../decoder/tile_hash.js";
import { Timer } from "./clock.js";

/** What has been found right is looked at again after this. */
export const AGAIN_MS = 60_000;
/** Whole pictures are fetched this far apart, and twice as far with each that did not help ... */
export const HEAL_FLOOR_MS = 60_000;
/** ... up to this. */
export const HEAL_CEILING_MS = 3_600_000;

export class CanvasCheck {
  /** @type {CanvasCheckOptions} */
  #options;
  /** @type {Timer} */
  #timer;
  /** What the server said, while it holds. @type {Uint32Array | null} */
  #wanted = null;
  /** A look at the canvas is under way: another would tell nothing else. */
  #looking = false;
  #closed = false;
  #counts = { exact: 0, mismatches: 0, healed: 0 };
  /** A whole picture was fetched, and not yet found right. */
  #healing = false;
  #nextHealAt = -Infinity;
  #healFloorMs = HEAL_FLOOR_MS;

  /** @param {CanvasCheckOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timer = new Timer(options.clock);
  }

  /** Comparisons so far in which something was not as it should be. */
  get mismatches() {
    return this.#counts.mismatches;
  }

  /** Something was drawn: what the server said before does not hold any more. */
  changed() {
    if (!this.#wanted) return;
    this.#wanted = null;
    this.#timer.clear();
  }

  /** @param {Uint32Array} hashes  what each tile should look like now */
  wanted(hashes) {
    this.#wanted = hashes;
    this.#compare();
  }

  /** Ends it; nothing is looked at again. */
  close() {
    this.changed();
    this.#closed = true;
  }

  #compare() {
    const wanted = this.#wanted;
    if (!wanted || this.#looking) return;
    this.#look((shown, decoded) => {
      // What is drawn while the look is under way is not in it: it tells of the moment that `wanted` is about.
      if (this.#wanted === wanted) this.#timer.set(() => this.#compare(), AGAIN_MS);
      const wrong = countDifferent(shown, wanted);
      if (wrong === 0) return this.#right(wanted.length);
      if (!decoded || countDifferent(decoded, wanted) > 0) return this.#broken(wanted, wrong);
      this.#options.repaint();
      this.#look((again, decodedNow) => {
        if (!decodedNow || countDifferent(again, decodedNow) > 0) {
          return this.#report("unreadable", wanted.length, 0);
        }
        this.#counts.mismatches++;
        this.#counts.healed++;
        this.#counts.exact++;
        this.#report("exact", wanted.length, wrong);
      });
    });
  }

  /**
   * @param {(shown: Uint32Array, decoded: Uint32Array | null) => void} got  hashes of the canvas and of the decoded
   *   picture, both as they are now
   */
  #look(got) {
    const decoded = this.#options.picture();
    this.#looking = true;
    this.#options.canvas((shown) => {
      this.#looking = false;
      if (shown && !this.#closed) got(shown, decoded);
    });
  }

  /** @param {number} tiles */
  #right(tiles) {
    if (this.#healing) this.#counts.healed++;
    this.#healing = false;
    this.#healFloorMs = HEAL_FLOOR_MS;
    this.#counts.exact++;
    this.#report("exact", tiles, 0);
  }

  /**
   * @param {Uint32Array} wanted
   * @param {number} wrong
   */
  #broken(wanted, wrong) {
    this.#counts.mismatches++;
    this.#report("differs", wanted.length, wrong);
    const now = this.#options.clock.now();
    if (now < this.#nextHealAt) return;
    // A machine on which no picture ever comes out right must not fetch them all day.
    if (this.#healing) this.#healFloorMs = Math.min(2 * this.#healFloorMs, HEAL_CEILING_MS);
    this.#nextHealAt = now + this.#healFloorMs;
    this.#healing = true;
    this.changed();
    this.#options.refetch();
  }

  /**
   * @param {CheckReport["result"]} result
   * @param {number} tiles
   * @param {number} wrong
   */
  #report(result, tiles, wrong) {
    this.#options.report({ result, tiles, wrong, ...this.#counts });
  }
}
