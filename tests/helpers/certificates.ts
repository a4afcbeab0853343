/** Certificates for tests, made by openssl (Debian: openssl), good for a day. */

/** A certificate that vouches for itself, and its key. */
export interface SelfSigned {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** The same key behind a passphrase. */
  readonly lockedKey: string;
}

/**
 * Makes a certificate for `names`: host names and IPv4 addresses.
 * @throws {Error} with openssl's words when it fails
 */
export async function selfSigned(names: readonly string[]): Promise<SelfSigned> {
  const folder = await Deno.makeTempDir();
  try {
    const [cert, key, locked] = ["cert.pem", "key.pem", "locked.pem"].map((name) => {
      return `${folder}/${name}`;
    });
    const subjects = names.map((name) => `${/^[\d.]+$/.test(name) ? "IP" : "DNS"}:${name}`);
    await openssl(
      ...["req", "-x509", "-nodes", "-days", "1", "-subj", `/CN=${names[0]}`],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
      // A certificate that may sign others is refused as a server's own by some clients, Deno among them.
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-addext", `subjectAltName=${subjects.join(",")}`, "-keyout", key, "-out", cert],
    );
    await openssl("pkey", "-in", key, "-aes128", "-passout", "pass:secret", "-out", locked);
    return {
      cert: await Deno.readTextFile(cert),
      key: await Deno.readTextFile(key),
      lockedKey: await Deno.readTextFile(locked),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args }).output();
  if (!success) throw new Error(`openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}
