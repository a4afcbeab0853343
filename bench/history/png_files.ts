/** The same pictures as PNG files. */
import { Image } from "imagescript";

export interface PngFigures {
  readonly distinctPictures: number;
  /** A file for each shot, made by ffmpeg with mixed filters. */
  readonly pngBytes: number;
  /** The same as imagescript makes them (level 1), from a sample: larger. */
  readonly imagescriptPngBytes: number;
  /** A file for each distinct picture. */
  readonly distinctPngBytes: number;
}

/** Every so many distinct pictures one is encoded by imagescript. */
const SAMPLE = 20;

/** @param paths PNG files in the day's order; the same path for the same picture */
export async function measurePngFiles(paths: readonly string[]): Promise<PngFigures> {
  const sizes = new Map(paths.map((path) => [path, Deno.statSync(path).size]));
  let sampled = 0;
  let sampledImagescript = 0;
  for (const [i, [path, size]] of [...sizes].entries()) {
    if (i % SAMPLE !== 0) continue;
    const image = await Image.decode(await Deno.readFile(path)) as Image;
    sampled += size;
    sampledImagescript += (await image.encode(1)).length;
  }
  const pngBytes = paths.reduce((sum, path) => sum + sizes.get(path)!, 0);
  return {
    distinctPictures: sizes.size,
    pngBytes,
    imagescriptPngBytes: Math.round(pngBytes * sampledImagescript / sampled),
    distinctPngBytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}
