/**
 * Rates over the last two seconds. No clock inside: callers say what time it is. Memory is constant: the
 * window is cut into slots that are used in turn, and only the newest lags are kept.
 */

const SLOT_MS = 250;
/** The slot being filled, and the two seconds before it. */
const SLOTS = 9;
const MAX_LAGS = 120;

/**
 * @typedef {Object} Slot
 * @property {number} index  time / SLOT_MS; -Infinity: not used
 * @property {number} updates
 * @property {number} patches
 * @property {number} bytes
 *
 * @typedef {Object} Reading
 * @property {number} updatesPerSecond
 * @property {number} patchesPerSecond
 * @property {number} bytesPerSecond
 * @property {number | null} lagMs  median; null when there was no update in the window
 */

export class Meter {
  /** @type {Slot[]} */
  #slots = Array.from(
    { length: SLOTS },
    () => ({ index: -Infinity, updates: 0, patches: 0, bytes: 0 }),
  );
  /** @type {{ at: number, lagMs: number }[]} */
  #lags = [];
  /** @type {number | null} */
  #startedAt = null;

  /**
   * @param {number} now  ms
   * @param {number} patches
   */
  addUpdate(now, patches) {
    const slot = this.#slot(now);
    slot.updates += 1;
    slot.patches += patches;
  }

  /**
   * @param {number} now  ms
   * @param {number} bytes
   */
  addBytes(now, bytes) {
    this.#slot(now).bytes += bytes;
  }

  /**
   * @param {number} now  ms
   * @param {number} lagMs  capture to paint
   */
  addLag(now, lagMs) {
    this.#lags.push({ at: now, lagMs });
    if (this.#lags.length > MAX_LAGS) this.#lags.shift();
  }

  /**
   * The rates of the two seconds before `now` (of the time since the start, when that is shorter).
   *
   * @param {number} now  ms
   * @returns {Reading}
   */
  read(now) {
    const newest = Math.floor(now / SLOT_MS);
    const sum = { updates: 0, patches: 0, bytes: 0 };
    for (const slot of this.#slots) {
      // The oldest slot that still counts began up to SLOTS - 1 slots ago.
      if (slot.index <= newest - SLOTS || slot.index > newest) continue;
      sum.updates += slot.updates;
      sum.patches += slot.patches;
      sum.bytes += slot.bytes;
    }
    const windowStart = (newest - SLOTS + 1) * SLOT_MS;
    const start = Math.max(windowStart, this.#startedAt ?? now);
    // At least one second: the first update of a page is not "4 per second" after 250 ms.
    const seconds = Math.max(1000, now - start) / 1000;
    return {
      updatesPerSecond: sum.updates / seconds,
      patchesPerSecond: sum.patches / seconds,
      bytesPerSecond: sum.bytes / seconds,
      lagMs: median(this.#lags.filter(({ at }) => at >= windowStart).map(({ lagMs }) => lagMs)),
    };
  }

  /** Forgets everything: a new connection starts at zero. */
  reset() {
    for (const slot of this.#slots) slot.index = -Infinity;
    this.#lags = [];
    this.#startedAt = null;
  }

  /** @param {number} now */
  #slot(now) {
    this.#startedAt ??= now;
    const index = Math.floor(now / SLOT_MS);
    const slot = this.#slots[index % SLOTS];
    if (slot.index !== index) Object.assign(slot, { index, updates: 0, patches: 0, bytes: 0 });
    return slot;
  }
}

/**
 * @param {number[]} values
 * @returns {number | null}
 */
function median(values) {
  if (values.length === 0) return null;
  const sorted = values.sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
