/**
 * The native source on the real library, in a process with the permissions of `deno task start` and a display of its
 * own: the library keeps to the display that it found first. Says what it sees to whoever asks on stdin.
 *
 * Lines in: `{"select": target}`, `{"targets": true}`, `{"wait": true}` (until there is news), or `{}`. After each one
 * line out: `Answer`.
 */
import { openNativeSource } from "../../../../capture/sources/native/native.ts";
import { SourceLost, type SourceNews } from "../../../../capture/source.ts";
import type { Target, Targets } from "../../../../capture/targets.ts";

/** What is asked. */
export interface Question {
  readonly select?: Target;
  readonly targets?: boolean;
  readonly wait?: boolean;
}

/** What the source says then. */
export interface Answer {
  readonly news?: SourceNews;
  /** It is lost, or there is no such target. */
  readonly refused?: string;
  readonly origin?: { readonly x: number; readonly y: number };
  readonly width?: number;
  readonly height?: number;
  /** The picture, 0xRRGGBB, row by row. */
  readonly pixels?: readonly number[];
  readonly targets?: Targets;
}

async function answer({ select, targets, wait }: Question): Promise<Answer> {
  try {
    if (select) source.select!(select);
    if (wait) await source.wait!(30_000);
    if (targets) return { targets: source.targets!() };
    const news = source.poll();
    const { size: { width, height }, origin } = source;
    const frame = new Uint8Array(width * height * 4);
    source.grab(frame, { top: 0, bottom: height });
    const pixels = Array.from(new Uint32Array(frame.buffer), (pixel) => pixel & 0xffffff);
    return { news, origin, width, height, pixels };
  } catch (error) {
    if (error instanceof SourceLost) return { refused: error.message };
    return { refused: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

const source = openNativeSource({ kind: "all" });
let text = "";
for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (text + piece).split("\n");
  text = lines.pop()!;
  for (const line of lines) {
    // deno-lint-ignore no-console -- whom it answers reads lines
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}
source.close();
