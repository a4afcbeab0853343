/** An IPv4 address of this machine that is not loopback; `undefined` when it has none. */
export function outsideAddress(): string | undefined {
  return Deno.networkInterfaces()
    .find(({ family, address }) => family === "IPv4" && !address.startsWith("127."))?.address;
}
