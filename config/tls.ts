/**
 * The certificate and its key: read once, at the start, and checked before anything listens, so that what is wrong
 * with them is said in words, with the flag and the path.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";

/** What a server that speaks TLS needs. */
export interface Tls {
  /** The certificate and those that vouch for it, PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** When the certificate ends, ms since the Unix epoch. */
  readonly expires: number;
}

/** Where they are. */
export interface TlsFiles {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** Folders besides its own that the start task lets it read: where systems keep certificates. */
export const TLS_FOLDERS = ["/etc/ssl", "/etc/letsencrypt"] as const;

/** The files cannot be used; `message` names flag and path, and shows nothing of their content. */
export class TlsRefused extends Error {
  override name = "TlsRefused";
}

/**
 * Reads certificate and key; `undefined` where none were given.
 * @param read Returns a file's text.
 * @throws {TlsRefused} when a file cannot be read or isn't what it should be, or when they don't belong together.
 */
export function readTls(
  { tlsCert, tlsKey }: TlsFiles,
  read: (path: string) => string = readIfGranted,
): Tls | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const refuse = (flag: string, path: string, wanted: string, found: string): never => {
    throw new TlsRefused(
      `Cannot set ${flag}: got ${JSON.stringify(path)}, wanted ${wanted}: ${found}`,
    );
  };
  const text = (flag: string, path: string, wanted: string): string => {
    try {
      return read(path);
    } catch (error) {
      return refuse(flag, path, wanted, reasonOf(error));
    }
  };

  const wantedCert = "a file with a certificate in PEM format";
  const cert = text("--tls-cert", tlsCert, wantedCert);
  const refuseCert = () => refuse("--tls-cert", tlsCert, wantedCert, "there is none in it");
  if (!cert.includes("-----BEGIN CERTIFICATE-----")) refuseCert();
  const certificate = attempt(() => new X509Certificate(cert)) ?? refuseCert();

  const wantedKey = "a file with the private key of --tls-cert in PEM format";
  const key = text("--tls-key", tlsKey, wantedKey);
  const refuseKey = (found: string) => refuse("--tls-key", tlsKey, wantedKey, found);
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key)) {
    refuseKey("it is locked with a passphrase; `openssl pkey -in FILE -out NEW` unlocks it");
  }
  const keyObject = attempt(() => createPrivateKey(key)) ?? refuseKey("there is none in it");
  if (!certificate.checkPrivateKey(keyObject)) refuseKey("it is another certificate's");
  return { cert, key, expires: Date.parse(certificate.validTo) };
}

/** Deno would ask at the terminal for what it was not granted, and services have none. */
function readIfGranted(path: string): string {
  if (Deno.permissions.querySync({ name: "read", path }).state !== "granted") {
    throw new Deno.errors.NotCapable(path);
  }
  return Deno.readTextFileSync(path);
}

function reasonOf(error: unknown): string {
  const { NotFound, NotCapable, PermissionDenied, IsADirectory, InvalidData } = Deno.errors;
  if (error instanceof NotFound) return "there is no such file";
  if (error instanceof IsADirectory) return "it is a folder";
  if (error instanceof InvalidData) return "it is no text";
  if (error instanceof PermissionDenied) return "this user may not read it";
  if (error instanceof NotCapable) {
    return `the start task grants reading in its own folder, ${TLS_FOLDERS.join(" and ")} only; ` +
      "put the file there, or add its folder to --allow-read";
  }
  return error instanceof Error ? error.name : "unknown fault";
}

/** What `make` makes; `undefined` where the input is not what it parses. Messages of parsers stay inside. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
