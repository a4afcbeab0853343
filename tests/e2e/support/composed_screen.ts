/**
 * The screen as `xwd` puts it together from windows with colour maps of their own, which SDL's players have. Such a
 * dump has 24 bits a pixel, close together, within rows as long as for 32.
 */
import type { Desktop } from "./desktop.ts";
import type { Picture } from "./picture.ts";

/** The root window with everything in it. */
export async function composedScreen({ display }: Desktop): Promise<Picture> {
  const command = new Deno.Command("xwd", {
    args: ["-root", "-silent"],
    env: { DISPLAY: display },
    stderr: "null",
  });
  const { stdout, success } = await command.output();
  if (!success) throw new Error(`xwd failed on ${display}`);
  const view = new DataView(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  // X11/XWDFile.h: 25 big-endian words, a name, `ncolors` colours of 12 bytes, the rows.
  const field = (index: number) => view.getUint32(index * 4);
  const [width, height, bitsPerPixel, bytesPerLine] = [field(4), field(5), field(11), field(12)];
  if (field(7) !== 0 || bitsPerPixel % 8 !== 0) {
    throw new Error(
      `Cannot read xwd: got ${bitsPerPixel} bits, wanted 24 or 32, lowest byte first`,
    );
  }
  const start = field(0) + field(19) * 12;
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = start + y * bytesPerLine + x * bitsPerPixel / 8;
      pixels[y * width + x] = stdout[at] | stdout[at + 1] << 8 | stdout[at + 2] << 16;
    }
  }
  return { width, height, pixels };
}
