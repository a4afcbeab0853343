/// <reference lib="deno.unstable" />
/**
 * The other end of udp_sender.ts: puts pictures together and shows those that are whole, on a canvas like the
 * viewer's. First prints its port.
 *
 *     udp_receiver.ts 'Order as JSON'
 */
import { Picture } from "../../public/decoder/picture.js";
import { DATAGRAM_BYTES, DatagramReader } from "./datagrams.ts";
import type { Order } from "./order.ts";
import { print, Span } from "./span.ts";

async function receive(order: Order): Promise<void> {
  const { width, height } = order.shown;
  const span = new Span(order, print);
  const reader = new DatagramReader(order.shown);
  const picture = new Picture(width, height);
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { addr } = socket;
  if (addr.transport !== "udp") throw new TypeError("Cannot receive: the socket has no port");
  // deno-lint-ignore no-console -- the line that the bench waits for
  console.log(JSON.stringify({ port: addr.port }));
  const buffer = new Uint8Array(DATAGRAM_BYTES);
  for (;;) {
    const [datagram] = await socket.receive(buffer);
    span.received(datagram.length);
    const number = reader.take(datagram);
    if (number === undefined) continue;
    const { rgba } = picture;
    const { rgb } = reader;
    for (let at = 0, pixel = 0; at < rgb.length; at += 3, pixel += 4) {
      rgba[pixel] = rgb[at];
      rgba[pixel + 1] = rgb[at + 1];
      rgba[pixel + 2] = rgb[at + 2];
      rgba[pixel + 3] = 255;
    }
    if (span.shown(picture, number)) return;
  }
}

if (import.meta.main) await receive(JSON.parse(Deno.args[0]));
