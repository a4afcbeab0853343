/**
 * Packets of slices as a response's body: one is asked for when the connection has taken the one before.
 */
import type { SliceReader } from "../../slices/reader.ts";

/** Bytes handed over at once: the server copies what it is handed into a buffer that stays as large. */
const PIECE_BYTES = 256 * 1024;

/** What a body reads; a `SliceReader` is one. */
export type PacketSource = Pick<SliceReader, "next" | "end">;

/**
 * The body for a response; nothing is made before it is asked for.
 * @param gone called once, when the packets have ended or the other end has gone
 */
export function sliceBody(packets: PacketSource, gone: () => void): ReadableStream<Uint8Array> {
  let rest: Uint8Array[] = [];
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (rest.length === 0) rest = await packets.next() ?? [];
        const [first] = rest;
        if (!first) {
          gone();
          return controller.close();
        }
        controller.enqueue(first.subarray(0, PIECE_BYTES));
        if (first.length > PIECE_BYTES) rest[0] = first.subarray(PIECE_BYTES);
        else rest.shift();
      } catch (error) {
        gone();
        throw error;
      }
    },
    cancel() {
      rest = [];
      packets.end();
      gone();
    },
  }, { highWaterMark: 0 });
}
