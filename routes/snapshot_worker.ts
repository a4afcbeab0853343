/**
 * The Worker that encodes snapshots, one after the other. See `snapshot/encoder.ts` for what it is sent.
 */
import { encodePicture } from "./snapshot/encode_picture.ts";
import type { EncodeReply, EncodeRequest } from "./snapshot/encoder.ts";

/** The worker's own global scope, as far as it is used (its types exclude those of `Window`). */
declare const self: {
  onmessage: ((event: MessageEvent<EncodeRequest>) => void) | null;
  postMessage(message: EncodeReply, transfer: Transferable[]): void;
};

let tail: Promise<void> = Promise.resolve();

self.onmessage = ({ data }) => {
  tail = tail.then(() => answer(data));
};

async function answer({ id, picture, variant }: EncodeRequest): Promise<void> {
  try {
    const bytes = await encodePicture(picture, variant);
    self.postMessage({ id, bytes }, [bytes.buffer]);
  } catch (error) {
    self.postMessage({ id, error: error instanceof Error ? error.message : String(error) }, []);
  }
}
