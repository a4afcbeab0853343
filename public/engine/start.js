/**
 * An engine on the real clock and network.
 *
 * @typedef {import("./messages.js").StartCommand} StartCommand
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 */
import { postAck } from "./acks.js";
import { afterMessages } from "./after_messages.js";
import { systemClock } from "./clock.js";
import { Engine } from "./engine.js";
import { fetchMoment } from "./history_fetch.js";
import { probeWatched, serverAnswers, SseTransport } from "./sse_transport.js";
import { StreamTransport } from "./stream_transport.js";

/**
 * @param {import("./surface.js").Surface} surface
 * @param {import("./painter.js").PainterOptions["requestFrame"]} requestFrame  when to paint
 * @param {StartCommand} command
 * @param {(event: EngineEvent) => void} post
 * @returns {Engine}
 */
export function startEngine(surface, requestFrame, { base, forced, visible, source, past }, post) {
  return new Engine(surface, { base, forced, visible, source, past }, post, {
    clock: systemClock(),
    random: () => Math.random(),
    requestFrame,
    stream: (url, events, data) => new StreamTransport(url, events, data),
    probe: () => serverAnswers(base),
    fetchMoment,
    afterMessages,
    acknowledge: (viewer, ack) => postAck(base, viewer, ack),
    sse: (url, events, data) => new SseTransport(url, events, data, () => probeWatched(base, url)),
  });
}
