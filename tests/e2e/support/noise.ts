/** The heaviest picture there is: random pixels, which nothing can compress. */
import { type Desktop, FULL_SIZE } from "./desktop.ts";
import { eventually } from "./eventually.ts";
import { assertColourful } from "./picture.ts";

/** 25 words and an empty name with its padding. */
const HEADER_BYTES = 104;

/** Covers the whole screen with noise. */
export async function showNoise(screen: Desktop): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".xwd" });
  try {
    await Deno.writeFile(file, noiseDump());
    screen.start("xwud", "-in", file, "-geometry", "+0+0");
    await eventually("the noise is on the screen", async () => {
      assertColourful(await screen.picture(), 100_000);
    });
  } finally {
    await Deno.remove(file);
  }
}

/** A file as `xwd` writes it, of `FULL_SIZE`. */
function noiseDump(): Uint8Array {
  const { width, height } = FULL_SIZE;
  // X11/XWDFile.h: header size, version 7, ZPixmap, depth, width, height, x offset, least significant byte
  // first, bitmap unit and order and pad, bits per pixel, bytes per line, TrueColor, masks, bits per
  // channel, colour map entries, colours, and the window's size, place and border.
  const header = [HEADER_BYTES, 7, 2, 24, width, height, 0, 0, 32, 0, 32, 32, width * 4, 4]
    .concat([0xff0000, 0xff00, 0xff, 8, 256, 0, width, height, 0, 0, 0]);
  const bytes = new Uint8Array(HEADER_BYTES + width * height * 4);
  const view = new DataView(bytes.buffer);
  header.forEach((word, i) => view.setUint32(i * 4, word));
  const pixels = bytes.subarray(HEADER_BYTES);
  // More random bytes than this are not given at once.
  for (let at = 0; at < pixels.length; at += 65536) {
    crypto.getRandomValues(pixels.subarray(at, at + 65536));
  }
  return bytes;
}
