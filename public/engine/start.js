/**
 * An engine on the real clock, network and animation frames.
 *
 * @typedef {import("./messages.js").StartCommand} StartCommand
 * @typedef {import("./messages.js").EngineEvent} EngineEvent
 */
import { systemClock } from "./clock.js";
import { Engine } from "./engine.js";
import { nextFrame } from "./painter.js";
import { probeSession, SseTransport } from "./sse_transport.js";
import { StreamTransport } from "./stream_transport.js";

/**
 * @param {OffscreenCanvas | HTMLCanvasElement} canvas
 * @param {StartCommand} command
 * @param {(event: EngineEvent) => void} post
 * @returns {Engine}
 */
export function startEngine(canvas, { base, forced, visible }, post) {
  return new Engine(canvas, { base, forced, visible }, post, {
    clock: systemClock(),
    random: () => Math.random(),
    requestFrame: nextFrame,
    stream: (url, events, data) => new StreamTransport(url, events, data),
    sse: (url, events, data) => new SseTransport(url, events, data, () => probeSession(base)),
  });
}
