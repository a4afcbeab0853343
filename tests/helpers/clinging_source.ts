/** A source that breaks once it holds on to something: a connection, which ends with its Worker and not before. */
import type { Source } from "../../capture/source.ts";

export interface ClingingOptions {
  /** Where somebody listens, on 127.0.0.1. */
  readonly port: number;
  /** The file that says how often it was closed, a byte each. */
  readonly closedPath: string;
}

export function openSource({ port, closedPath }: ClingingOptions): Source {
  let connection: Deno.TcpConn | undefined;
  Deno.connect({ hostname: "127.0.0.1", port }).then((made) => connection = made);
  return {
    label: "clinging",
    size: { width: 64, height: 64 },
    poll() {
      if (connection) throw new TypeError("this source was made to break");
      return { damage: "unknown", resized: false };
    },
    grab(frame) {
      frame.fill(77);
    },
    close() {
      Deno.writeTextFileSync(closedPath, "x", { append: true });
      throw new Error("this one does not even close");
    },
  };
}
