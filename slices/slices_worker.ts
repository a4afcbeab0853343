/**
 * The slices Worker: an in-process viewer of each source that slices are wanted of. It runs beside capture and HTTP,
 * so that PNG encoding delays neither.
 */
import { SliceMaker } from "./slice_maker.ts";
import type { FromSlicesWorker, MadePacket, ToSlicesWorker } from "./worker_protocol.ts";

/** The part of the Worker's global scope in use here; the DOM's types know it as a window. */
interface Scope {
  postMessage(message: FromSlicesWorker, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToSlicesWorker>) => void) | null;
}
const scope = globalThis as unknown as Scope;

/** By the number of the stream. */
const makers = new Map<number, SliceMaker>();

scope.onmessage = ({ data: message }) => {
  const { stream } = message;
  switch (message.type) {
    case "begin":
      makers.set(stream, new SliceMaker(message.version));
      return;
    case "end":
      makers.delete(stream);
      return;
    case "batch": {
      const version = attempt(stream, (maker) => maker.push(message.parts));
      return scope.postMessage({ type: "taken", stream, version });
    }
    case "packet": {
      const { id, since, format } = message;
      const packet: MadePacket | undefined = attempt(
        stream,
        (maker) => maker.packet(since, format),
      );
      const transfer = packet ? [packet.bytes.buffer] : [];
      scope.postMessage({ type: "packet", id, packet }, transfer);
    }
  }
};

/** What the stream's maker does; one that fails is given up, and its owner hears of it. */
function attempt<T>(stream: number, act: (maker: SliceMaker) => T): T | undefined {
  const maker = makers.get(stream);
  if (!maker) return undefined;
  try {
    return act(maker);
  } catch (error) {
    makers.delete(stream);
    const reason = error instanceof Error ? error.message : String(error);
    scope.postMessage({ type: "broken", stream, reason });
    return undefined;
  }
}
