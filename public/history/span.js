/**
 * The stretch of time that the strip shows, as pure arithmetic. Times are ms since the Unix epoch, lengths ms.
 *
 * @typedef {{ from: number, to: number }} Span  from < to
 */

/** Nobody needs to see less than this across the whole strip. */
export const MIN_SPAN_MS = 60_000;
export const DAY_MS = 86_400_000;
/** Room behind the newest picture, as a share of the strip: the end is easier to hit when it is not the border. */
const MARGIN = 0.02;
/** Distances between ticks that people can read, ms. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200]
  .map((seconds) => seconds * 1000).concat([DAY_MS, 2 * DAY_MS, 7 * DAY_MS]);

/**
 * @param {Span} span
 * @param {number} x  0 to width
 * @param {number} width  pixels
 * @returns {number} ms
 */
export function timeAt({ from, to }, x, width) {
  return Math.round(from + (x / Math.max(1, width)) * (to - from));
}

/**
 * @param {Span} span
 * @param {number} time
 * @param {number} width  pixels
 * @returns {number} pixels; outside of 0 to width for times outside
 */
export function xOf({ from, to }, time, width) {
  return ((time - from) / (to - from)) * width;
}

/**
 * The span that shows everything there is, a day at most.
 *
 * @param {number} oldest
 * @param {number} now
 * @returns {Span}
 */
export function wholeSpan(oldest, now) {
  const length = Math.min(DAY_MS, Math.max(MIN_SPAN_MS, (now - oldest) * 1.02));
  return fitted({ from: now - length, to: now + length * MARGIN }, { oldest, now });
}

/**
 * @param {Span} span
 * @param {number} factor  below 1 shows less
 * @param {number} anchor  the instant that stays where it is
 * @param {{ oldest: number, now: number }} limits
 * @returns {Span}
 */
export function zoomed({ from, to }, factor, anchor, limits) {
  const longest = Math.max(DAY_MS, limits.now - limits.oldest) * (1 + 2 * MARGIN);
  const length = Math.min(longest, Math.max(MIN_SPAN_MS, (to - from) * factor));
  const before = (anchor - from) / (to - from) * length;
  return fitted({ from: anchor - before, to: anchor - before + length }, limits);
}

/**
 * @param {Span} span
 * @param {number} ms  above 0: towards now
 * @param {{ oldest: number, now: number }} limits
 * @returns {Span}
 */
export function panned({ from, to }, ms, limits) {
  return fitted({ from: from + ms, to: to + ms }, limits);
}

/**
 * The span, moved if need be so that an instant lies well inside.
 *
 * @param {Span} span
 * @param {number} time
 * @param {{ oldest: number, now: number }} limits
 * @returns {Span} the same object where it does already
 */
export function showing(span, time, limits) {
  const length = span.to - span.from;
  if (time >= span.from && time <= span.to) return span;
  const share = time < span.from ? 0.15 : 0.85;
  return fitted({ from: time - length * share, to: time + length * (1 - share) }, limits);
}

/**
 * Not into a time without pictures: not much behind now, nor before what may be kept.
 *
 * @param {Span} span
 * @param {{ oldest: number, now: number }} limits
 * @returns {Span}
 */
function fitted({ from, to }, { oldest, now }) {
  const length = to - from;
  const latest = now + length * MARGIN;
  const earliest = Math.min(oldest, now - DAY_MS) - length * MARGIN;
  const start = Math.round(Math.min(Math.max(from, earliest), latest - length));
  return { from: start, to: start + Math.round(length) };
}

/**
 * Round times of the viewer's zone to write under the strip.
 *
 * @param {Span} span
 * @param {number} width  pixels
 * @param {number} gapPx  least distance of two
 * @param {(time: number) => number} [zoneMs]  what local time is ahead of UTC
 * @returns {{ times: number[], stepMs: number }}
 */
export function ticks({ from, to }, width, gapPx, zoneMs = localZoneMs) {
  const least = (to - from) * gapPx / Math.max(1, width);
  const stepMs = STEPS.find((step) => step >= least) ?? STEPS[STEPS.length - 1];
  const zone = zoneMs(from);
  const times = [];
  for (let t = Math.ceil((from + zone) / stepMs) * stepMs - zone; t <= to; t += stepMs) {
    times.push(t);
  }
  return { times, stepMs };
}

/** @param {number} time */
function localZoneMs(time) {
  return -new Date(time).getTimezoneOffset() * 60_000;
}
