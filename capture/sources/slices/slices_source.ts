/**
 * The `slices` source: a port on which one program sends its picture in the simple packet format (docs/SLICES.md).
 */
import { setImmediate } from "node:timers/promises";
import type { Opened } from "../../open_source.ts";
import { parseIdentity } from "../../slices/packet.ts";
import { SourceLost } from "../../source.ts";
import type { SlicesSpec } from "../../worker_protocol.ts";
import { FrameScreen } from "../frame_screen.ts";
import { Reception, type SenderConnection, type SenderListener } from "./reception.ts";
import { SliceCanvas } from "./slice_canvas.ts";

/** Of the black picture until the first sender's. */
const FIRST_SIZE = { width: 640, height: 480 };

/**
 * Listens, and shows what is sent; the picture is black until something is.
 * @param spec IPv6 addresses without brackets
 * @throws {SourceLost} when the address cannot be listened on
 */
export function openSlicesSource(spec: SlicesSpec): Promise<Opened> {
  const { host, port, identity } = spec;
  const label = `slices ${host.includes(":") ? `[${host}]` : host}:${port}`;
  const canvas = new SliceCanvas(setImmediate, () => performance.now());
  const reception = new Reception({
    listen: () => listen(host, port),
    identity: identity === undefined ? undefined : parseIdentity(identity),
    canvas,
    put: ({ frame, damage }) => screen.put(frame, damage),
    setSilence: (reason) => screen.setSilence(reason),
    tell: (line) =>
      Deno.stderr.writeSync(new TextEncoder().encode(`Patchcast (${label}): ${line}\n`)),
    after(ms, action) {
      const timer = setTimeout(action, ms);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
  });
  const screen = new FrameScreen(label, FIRST_SIZE, reception);
  return Promise.resolve().then(() => {
    const { open } = screen;
    return { source: open(), reopen: open, note: undefined };
  });
}

function listen(hostname: string, port: number): SenderListener {
  let listener: Deno.TcpListener;
  try {
    listener = Deno.listen({ hostname, port });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceLost(`Cannot listen for slices on ${hostname}:${port}: ${reason}`);
  }
  return {
    accept: async () => connectionOf(await listener.accept()),
    close: () => listener.close(),
  };
}

function connectionOf(connection: Deno.TcpConn): SenderConnection {
  // A sender whose screen stands still says nothing, for hours: the system finds out whether it is there at all.
  connection.setKeepAlive(true);
  const { hostname, port } = connection.remoteAddr;
  let open = true;
  return {
    peer: `${hostname}:${port}`,
    read: (bytes) => connection.read(bytes),
    close() {
      if (open) connection.close();
      open = false;
    },
  };
}
