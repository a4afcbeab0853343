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

const makers = new Map<string, SliceMaker>();

scope.onmessage = ({ data: message }) => {
  const { source } = message;
  switch (message.type) {
    case "begin":
      makers.set(source, new SliceMaker(message.version));
      return;
    case "end":
      makers.delete(source);
      return;
    case "batch": {
      const version = attempt(source, (maker) => maker.push(message.parts));
      return scope.postMessage({ type: "taken", source, version });
    }
    case "packet": {
      const { id, since, format } = message;
      const packet: MadePacket | undefined = attempt(
        source,
        (maker) => maker.packet(since, format),
      );
      const transfer = packet ? [packet.bytes.buffer] : [];
      scope.postMessage({ type: "packet", id, packet }, transfer);
    }
  }
};

/** What the source's maker does; one that fails is given up, and its owner hears of it. */
function attempt<T>(source: string, act: (maker: SliceMaker) => T): T | undefined {
  const maker = makers.get(source);
  if (!maker) return undefined;
  try {
    return act(maker);
  } catch (error) {
    makers.delete(source);
    const reason = error instanceof Error ? error.message : String(error);
    scope.postMessage({ type: "broken", source, reason });
    return undefined;
  }
}
