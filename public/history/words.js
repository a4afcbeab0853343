/** Times, sizes and lengths as text for people, in their zone and their browser's language. */

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hourCycle: "h23" });
const minutes = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
});

/**
 * @param {number} time  ms since the Unix epoch
 * @returns {string} `14:03:12`
 */
export function clockText(time) {
  return clock.format(time);
}

/**
 * @param {number} time
 * @param {number} now
 * @returns {string} `14:03:12`, on another day than today `Fri 20 Nov 14:03:12`
 */
export function timeText(time, now) {
  const sameDay = new Date(time).toDateString() === new Date(now).toDateString();
  return sameDay ? clockText(time) : `${day.format(time)} ${clockText(time)}`;
}

/**
 * @param {number} time
 * @param {number} stepMs  between two ticks
 * @returns {string} as exact as the step; the day at midnight
 */
export function tickText(time, stepMs) {
  const at = new Date(time);
  if (at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0) {
    return day.format(time);
  }
  return stepMs < 60_000 ? clock.format(time) : minutes.format(time);
}

/**
 * @param {number} ms
 * @returns {string} `40 s`, `12 min`, `31 h`, `3 days`; rounded
 */
export function lengthText(ms) {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 72 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/**
 * @param {number} bytes
 * @returns {string} `412 MB`; powers of ten, two or three digits
 */
export function bytesText(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/**
 * What is kept, how fast it grows, and how far back that reaches.
 *
 * @param {import("./requests.js").Storage} storage
 * @returns {string} `412 MB of 2.0 GB, 13 MB/h: at this rate 31 h`
 */
export function storageText({ usedBytes, budgetBytes, maxAgeMs, bytesPerHour, horizonMs }) {
  const used = bytesText(usedBytes) + (budgetBytes > 0 ? ` of ${bytesText(budgetBytes)}` : "");
  if (!(bytesPerHour > 0)) return `${used}, keeps ${lengthText(maxAgeMs)}`;
  const horizon = horizonMs !== null && horizonMs > 0 ? Math.min(horizonMs, maxAgeMs) : maxAgeMs;
  return `${used}, ${bytesText(bytesPerHour)}/h: at this rate ${lengthText(horizon)}`;
}

/**
 * @param {number} speed
 * @returns {string} `½×`, `4×`
 */
export function speedText(speed) {
  return speed === 0.5 ? "½×" : `${speed}×`;
}
