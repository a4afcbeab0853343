/**
 * Names of machines: which of them can only mean this one (loopback), and which are IP addresses.
 */

/** A host and, where given, its port, taken from a `Host` header or an allow-list entry. */
export interface HostPort {
  /** Lower case, IPv6 in brackets, IPv4 in its usual four numbers, without a trailing dot. */
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Reads `name`, `name:port`, `1.2.3.4:port` or `[::1]:port`; `undefined` when it is none of them.
 * Spelling is made uniform by the URL parser, so that `[0:0::1]` and `127.1` cannot pass for something else.
 */
export function parseHostPort(text: string): HostPort | undefined {
  if (text.length > 261 || !/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(text)) {
    return undefined;
  }
  let url: URL;
  try {
    // ws: only because its default port (80) is of no interest here.
    url = new URL(`ws://${text}`);
  } catch {
    return undefined;
  }
  const written = /:(\d{1,5})$/.exec(text.replace(/^\[.*\]/, ""));
  const port = written ? Number(written[1]) : undefined;
  const host = url.hostname.replace(/\.$/, "");
  return host === "" ? undefined : { host, port };
}

/** Brings a host as given to `--host` (IPv6 without brackets) into the form of `HostPort.host`. */
export function normalHost(host: string): string | undefined {
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const parsed = parseHostPort(bracketed);
  return parsed?.port === undefined ? parsed?.host : undefined;
}

/** True for `localhost`, 127.0.0.0/8 and `::1`, in the form of `HostPort.host`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** True for IPv4 and bracketed IPv6 addresses, in the form of `HostPort.host`. */
export function isIpLiteral(host: string): boolean {
  return host.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
