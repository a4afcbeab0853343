/** Opens the port. Where that cannot be done, the program ends with the reason. */
import type { Tls } from "../config/tls.ts";
import { exit } from "./say.ts";

/** @param tls with a certificate, clients choose between HTTP/2 and HTTP/1.1 by ALPN */
export function listen(
  { host, port }: { readonly host: string; readonly port: number },
  tls: Tls | undefined,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: host, port, onListen() {} };
  try {
    return tls
      ? Deno.serve({ ...options, cert: tls.cert, key: tls.key }, handler)
      : Deno.serve(options, handler);
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "the port is taken; choose another with --port, or 0 for any"
      : error instanceof Error
      ? error.message
      : String(error);
    exit(1, `Cannot listen on ${host}:${port}: ${reason}`);
  }
}
