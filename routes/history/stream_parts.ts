/** The history in the stream's words: the messages that bring a canvas to an instant. */
import { concat, epochMessage, type Hello, helloMessage } from "../../capture/messages.ts";
import type { SeekAnswer } from "../../history/seek.ts";

/** Heartbeats come more often than live, so that the clock of a film moves. */
export const HEARTBEAT_MS = 250;

/** Opens a stream with a picture of the past. */
export function historyHello(
  label: string,
  { width, height, archive }: SeekAnswer,
): Uint8Array<ArrayBuffer> {
  const hello: Hello & { history: true; archive: string } = {
    width,
    height,
    source: label,
    viewer: "",
    heartbeatMs: HEARTBEAT_MS,
    history: true,
    archive,
  };
  return helloMessage(hello);
}

/** The picture; seq and time are counted from what the canvas shows, or from 0 where it shows nothing. */
export function pictureMessages({ base, message }: SeekAnswer): Uint8Array<ArrayBuffer> {
  return concat([epochMessage(0, base ?? 0, base ?? 0), message]);
}
