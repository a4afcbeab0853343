/** Draws packets of slices, the way that programs with OpenCV do. */
import assert from "node:assert/strict";
import type { Packet } from "../../capture/slices/packet.ts";
import { PacketReader } from "../../capture/slices/packet_reader.ts";
import { assertSamePixels } from "./capture_rig.ts";
import { type Frame, rgbaOf } from "./frames.ts";
import { readPng } from "./png.ts";

export class SliceReceiver {
  readonly #reader: PacketReader;
  readonly packets: Packet[] = [];
  /** R, G, B, A. */
  canvas:
    | { readonly width: number; readonly height: number; readonly rgba: Uint8Array }
    | undefined;

  /** @param identity what has to precede each packet */
  constructor(identity?: Uint8Array) {
    this.#reader = new PacketReader({ identity, size: undefined });
  }

  /** Takes bytes, cut anywhere; returns how many packets they completed. */
  receive(bytes: Uint8Array): number {
    const packets = this.#reader.push(bytes);
    for (const packet of packets) this.#draw(packet);
    this.packets.push(...packets);
    return packets.length;
  }

  shows(frame: Frame): boolean {
    const { canvas } = this;
    if (canvas?.width !== frame.width || canvas.height !== frame.height) return false;
    const wanted = rgbaOf(frame);
    return canvas.rgba.every((byte, i) => byte === wanted[i]);
  }

  assertShows(frame: Frame): void {
    assert.ok(this.canvas, "no whole picture has come");
    assert.deepEqual([this.canvas.width, this.canvas.height], [frame.width, frame.height]);
    assertSamePixels(this.canvas.rgba, rgbaOf(frame), frame.width);
  }

  #draw(packet: Packet): void {
    if (packet.kind === "whole") {
      this.canvas = readPng(packet.png);
      const { width, height } = this.canvas;
      assert.deepEqual({ width, height }, packet.size);
      return;
    }
    const { canvas } = this;
    assert.ok(canvas, "slices have come before a whole picture");
    for (const { x, y, w, h, png } of packet.slices) {
      const part = readPng(png);
      assert.deepEqual([part.width, part.height], [w, h]);
      for (let row = 0; row < h; row++) {
        const from = part.rgba.subarray(row * w * 4, (row + 1) * w * 4);
        canvas.rgba.set(from, ((y + row) * canvas.width + x) * 4);
      }
    }
  }
}
