/**
 * An engine on the real clock and network.
 *
 * @typedef {import("./messages.js").StartCommand} StartCommand
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 */
import { postAck } from "./acks.js";
import { afterMessages } from "./after_messages.js";
import { Caller } from "./caller.js";
import { systemClock } from "./clock.js";
import { Engine } from "./engine.js";
import { browsersOwn, fetched } from "./event_links.js";
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
export function startEngine(surface, requestFrame, command, post) {
  const { base, forced, visible, source, past } = command;
  const caller = new Caller(command.token);
  return new Engine(surface, { base, forced, visible, source, past }, post, {
    clock: systemClock(),
    random: () => Math.random(),
    requestFrame,
    stream: (url, events, data) => new StreamTransport(url, events, data, caller.fetch),
    probe: () => serverAnswers(base, caller.fetch),
    fetchMoment: (url, signal) => fetchMoment(url, signal, caller.fetch),
    afterMessages,
    acknowledge: (viewer, ack) => postAck(base, viewer, ack, caller.fetch),
    sse: (url, events, data) =>
      new SseTransport(url, events, data, {
        connect: caller.token === null ? browsersOwn() : fetched(caller.fetch),
        probe: () => probeWatched(base, url, caller.fetch),
      }),
    callAs: (token) => caller.token = token,
  });
}
