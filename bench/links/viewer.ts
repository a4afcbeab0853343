/**
 * A viewer at one end of the link: the page's own connection, transport, decoder and acknowledgements, and a canvas
 * that is painted every 16 ms. Its process prints a line when it shows its first picture; ended by SIGTERM, it
 * prints what it showed when.
 *
 *     viewer.ts URL TOKEN acks|silent
 */
import { Decoder } from "../../public/decoder/decoder.js";
import { Acks, postAck } from "../../public/engine/acks.js";
import { systemClock } from "../../public/engine/clock.js";
import { Connection } from "../../public/engine/connection.js";
import { StreamTransport } from "../../public/engine/stream_transport.js";

/** What a viewer tells at its end. Times are in ms since the Unix epoch. */
export interface Diary {
  /** Every update: when it was captured. */
  readonly updates: readonly { seq: number; time: number }[];
  /** Every paint: the newest update on the canvas from then on. */
  readonly shown: readonly { seq: number; at: number }[];
  /** Bytes of the stream, and when they had come. */
  readonly arrived: readonly { bytes: number; at: number }[];
  /** Updates that came as part of a catch-up or a keyframe, not by themselves, and when. */
  readonly skips: readonly { count: number; at: number }[];
  readonly connections: number;
}

const PAINT_MS = 16;

function watch(base: string, token: string, acknowledges: boolean): void {
  const updates: { seq: number; time: number }[] = [];
  const shown: { seq: number; at: number }[] = [];
  const arrived: { bytes: number; at: number }[] = [];
  const skips: { count: number; at: number }[] = [];
  let connections = 0;
  let waiting = false;
  const clock = systemClock();
  const fetcher: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  const acks = new Acks({ clock, send: (viewer, ack) => postAck(base, viewer, ack, fetcher) });

  function paint(): void {
    waiting = false;
    const { seq } = decoder;
    if (seq === null) return;
    // deno-lint-ignore no-console -- the line that the bench waits for
    if (shown.length === 0) console.log("shown");
    shown.push({ seq, at: Date.now() });
    acks.painted(seq);
  }

  const decoder = new Decoder({
    hello({ viewer, heartbeatMs }) {
      connection.promise(heartbeatMs);
      if (acknowledges) acks.begin(viewer);
    },
    update({ seq, time }) {
      const before = updates.at(-1);
      if (before && seq > before.seq + 1) {
        skips.push({ count: seq - before.seq - 1, at: Date.now() });
      }
      updates.push({ seq, time });
      connection.current();
      if (!waiting) setTimeout(paint, PAINT_MS);
      waiting = true;
    },
    heartbeat: () => connection.current(),
  });

  const connection: Connection = new Connection({
    forced: "stream",
    clock,
    random: Math.random,
    probe: () => Promise.resolve(false),
    changed() {},
    make(_kind, events) {
      connections++;
      acks.end();
      decoder.restart();
      const url = new URL("stream", base);
      if (decoder.seq !== null && decoder.epoch !== null) {
        url.searchParams.set("since", String(decoder.seq));
        url.searchParams.set("epoch", String(decoder.epoch));
      }
      return new StreamTransport(url.href, events, {
        message: (chunk) => decoder.push(chunk),
        bytes(bytes) {
          acks.arrived(bytes);
          arrived.push({ bytes, at: Date.now() });
        },
      }, fetcher);
    },
  });
  connection.open();

  Deno.addSignalListener("SIGTERM", () => {
    const diary: Diary = { updates, shown, arrived, skips, connections };
    // deno-lint-ignore no-console -- what it is run for
    console.log(JSON.stringify(diary));
    Deno.exit(0);
  });
}

if (import.meta.main) {
  const [url, token, mode] = Deno.args;
  watch(url, token, mode === "acks");
}
