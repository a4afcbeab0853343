/// <reference lib="deno.unstable" />
/**
 * A small program that shows a camera over UDP: each frame scaled, as RGB, as fast as it can. It knows nothing of who
 * gets it, and runs until it is killed.
 *
 *     udp_sender.ts 'Order as JSON' PORT
 */
import { Arena, loadKernels } from "../../capture/kernels/kernels.ts";
import { DatagramWriter } from "./datagrams.ts";
import { filmOf } from "./film.ts";
import type { Order } from "./order.ts";

async function send({ film, shown }: Order, port: number): Promise<void> {
  const frames = filmOf(film);
  // The same filter as the server's, so that neither wins by it.
  const kernels = await loadKernels();
  const arena = new Arena(kernels.memory);
  const from = arena.take(film.width * film.height * 4);
  const to = arena.take(shown.width * shown.height * 4);
  const scratch = arena.take(kernels.shrinkBytes(film.width));
  const memory = new Uint8Array(kernels.memory.buffer);
  const scales = shown.width !== film.width;
  const writer = new DatagramWriter(shown);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const receiver = { transport: "udp", hostname: "127.0.0.1", port } as const;
  for (let number = 0;; number++) {
    let bgrx = frames[number % frames.length];
    if (scales) {
      memory.set(bgrx, from);
      const { width, height } = shown;
      kernels.shrink(
        from,
        film.width,
        0,
        0,
        film.width,
        film.height,
        to,
        width,
        width,
        height,
        0,
        0,
        width,
        height,
        scratch,
      );
      bgrx = memory.subarray(to, to + width * height * 4);
    }
    const { rgb } = writer;
    for (let at = 0, pixel = 0; at < rgb.length; at += 3, pixel += 4) {
      rgb[at] = bgrx[pixel + 2];
      rgb[at + 1] = bgrx[pixel + 1];
      rgb[at + 2] = bgrx[pixel];
    }
    for (const datagram of writer.cut(number)) await socket.send(datagram, receiver);
  }
}

if (import.meta.main) await send(JSON.parse(Deno.args[0]), Number(Deno.args[1]));
