/**
 * A viewer: the stream over HTTP, zstd undone natively as browsers do, the page's decoder.
 *
 *     viewer.ts 'ViewerOrder as JSON'
 */
import { createZstdDecompress } from "node:zlib";
import { Decoder } from "../../public/decoder/decoder.js";
import type { ViewerOrder } from "./order.ts";
import { print, Span } from "./span.ts";

async function watch(order: ViewerOrder): Promise<void> {
  const span = new Span(order, print);
  const decoder = new Decoder({
    update: ({ seq }) => {
      if (span.shown(decoder.picture!, seq)) Deno.exit(0);
    },
  });
  const zstd = createZstdDecompress();
  zstd.on("data", (bytes: Uint8Array) => decoder.push(bytes));
  zstd.on("error", (error: Error) => {
    throw error;
  });
  const headers = { authorization: `Bearer ${order.token}` };
  const response = await fetch(`${order.url}/stream`, { headers });
  if (!response.ok) throw new Error(`The server says ${response.status}`);
  for await (const bytes of response.body!) {
    span.received(bytes.length);
    if (!zstd.write(bytes)) await new Promise((resolve) => zstd.once("drain", resolve));
  }
  throw new Error("The stream has ended");
}

if (import.meta.main) await watch(JSON.parse(Deno.args[0]));
