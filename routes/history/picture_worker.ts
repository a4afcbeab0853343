/**
 * The Worker that makes files and raw pictures of the past: it follows the history's messages with the page's decoder, so
 * from one picture to the next only the tiles that differ are decoded. See `picture_maker.ts` for what it is sent.
 */
import { Decoder } from "../../public/decoder/decoder.js";
import { encodePicture } from "../snapshot/encode_picture.ts";
import type { PictureReply, PictureRequest } from "./picture_maker.ts";

/** The worker's own global scope, as far as it is used (its types exclude those of `Window`). */
declare const self: {
  onmessage: ((event: MessageEvent<PictureRequest>) => void) | null;
  postMessage(message: PictureReply, transfer: Transferable[]): void;
};

let time = 0;
const decoder = new Decoder({ update: (update) => time = update.time });

self.onmessage = ({ data }) => {
  answer(data).catch((error) => {
    decoder.reset();
    self.postMessage({ error: error instanceof Error ? error.message : String(error) }, []);
  });
};

async function answer({ messages, form }: PictureRequest): Promise<void> {
  decoder.restart();
  decoder.push(messages);
  const { picture } = decoder;
  if (!picture) throw new Error("Cannot make a picture: the messages have none");
  const { width, height, rgba } = picture;
  const bytes = form.format === "rgba" ? cropped(picture, form) : await encodePicture(
    { width, height, time, rgba: new Uint8Array(rgba) },
    { ...form, width: Math.min(form.width, width) },
  );
  self.postMessage({ bytes }, [bytes.buffer]);
}

/** The upper left part of a picture, black where it is smaller. */
function cropped(
  { width, height, rgba }: { width: number; height: number; rgba: Uint8ClampedArray },
  form: { width: number; height: number },
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(form.width * form.height * 4);
  if (width === form.width) {
    out.set(rgba.subarray(0, out.length));
    return out;
  }
  const rowBytes = Math.min(width, form.width) * 4;
  for (let y = 0; y < Math.min(height, form.height); y++) {
    const from = y * width * 4;
    out.set(rgba.subarray(from, from + rowBytes), y * form.width * 4);
  }
  return out;
}
