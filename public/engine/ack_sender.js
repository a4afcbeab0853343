/**
 * Sends acknowledgements with what else the server should know: how often the canvas was wrong. What one takes is the
 * round trip.
 *
 * @typedef {import("./acks.js").AcksOptions["send"]} Send
 *
 * @typedef {Object} AckSenderOptions
 * @property {import("./clock.js").Clock} clock
 * @property {Send} send
 * @property {() => number} mismatches  times that the canvas was found wrong so far
 * @property {(ms: number) => void} roundTrip  the server has answered
 */

/** Mismatches told in one acknowledgement, at most. */
const MAX_TOLD = 1000;

/**
 * @param {AckSenderOptions} options
 * @returns {Send}
 */
export function ackSender({ clock, send, mismatches, roundTrip }) {
  /** Mismatches that the server knows of. */
  let told = 0;
  return (viewer, ack) => {
    const sentAt = clock.now();
    const untold = Math.min(MAX_TOLD, mismatches() - told);
    const known = told + untold;
    const answer = send(viewer, untold > 0 ? { ...ack, mismatches: untold } : ack);
    answer.then(() => {
      roundTrip(clock.now() - sentAt);
      // The last one of another connection may be answered late.
      told = Math.max(told, known);
    }, () => {});
    return answer;
  };
}
