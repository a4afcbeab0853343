/** What the decoder says of a stream, one line a thing. */
import { Decoder } from "../../public/decoder/decoder.js";
import { toHex } from "./hex.ts";

export class Transcript {
  readonly lines: string[] = [];
  readonly decoder: Decoder = new Decoder({
    hello: (hello) => this.lines.push(`hello ${JSON.stringify(hello)}`),
    update: ({ seq, time, keyframe }) =>
      this.lines.push(`update seq ${seq}, time ${time}${keyframe ? ", keyframe" : ""}`),
    resize: ({ width, height }) => this.lines.push(`resize ${width}×${height}`),
    heartbeat: ({ time }) => this.lines.push(`heartbeat ${time}`),
    state: ({ state, text }) => this.lines.push(`state ${state} ${JSON.stringify(text)}`),
    check: ({ hashes }) => {
      const words = Array.from(hashes, (hash) => hash.toString(16).padStart(8, "0"));
      this.lines.push(`check ${words.join(" ")}`);
    },
    bye: ({ code, text }) => this.lines.push(`bye ${code} ${JSON.stringify(text)}`),
    cursor: ({ visible, x, y, shape }) => {
      const where = `cursor ${visible ? "visible" : "hidden"} at ${x},${y}`;
      if (!shape) return this.lines.push(where);
      const { width, height, hotX, hotY, rgba } = shape;
      const pixels = toHex(rgba).replaceAll(/(..) (..) (..) (..)/g, "$1$2$3$4");
      this.lines.push(`${where}, shape ${width}×${height}, hot spot ${hotX},${hotY}, ${pixels}`);
    },
  });

  /** `canvas` and the colours, rows divided by `/`; checks that all pixels are opaque. */
  canvas(): string {
    const { picture } = this.decoder;
    if (!picture) return "no canvas";
    const colours: string[] = [];
    for (let i = 0; i < picture.rgba.length; i += 4) {
      const [r, g, b, a] = picture.rgba.subarray(i, i + 4);
      if (a !== 255) throw new Error(`pixel ${i / 4} is not opaque`);
      colours.push(toHex([r, g, b]).replaceAll(" ", ""));
    }
    const rows: string[] = [];
    for (let y = 0; y < picture.height; y++) {
      rows.push(colours.slice(y * picture.width, (y + 1) * picture.width).join(" "));
    }
    return `canvas ${rows.join(" / ")}`;
  }

  /** What was said since the last call. */
  take(): string[] {
    return this.lines.splice(0);
  }
}
