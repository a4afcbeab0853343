/** What the program was told: settings and certificate. What is wrong with them ends it with status 2. */
import { type Config, ConfigError, parseConfig, readConfigFile } from "../config.ts";
import { readTls, type Tls, TLS_FOLDERS, TlsRefused } from "../config/tls.ts";
import { exit, say } from "./say.ts";

/** Reads flags, environment and file; prints what `--help` or `--version` ask for, and ends. */
export function readInvocation(): Config {
  try {
    const invocation = parseConfig(Deno.args, (name) => Deno.env.get(name), readConfigFile());
    if (invocation.kind === "run") return invocation.config;
    // deno-lint-ignore no-console -- what the user asked for
    console.log(invocation.text.trimEnd());
    Deno.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) exit(2, error.message);
    throw error;
  }
}

/** Certificate and key, after which nothing outside the program's folder is readable any more. */
export async function readCertificate(config: Config): Promise<Tls | undefined> {
  try {
    const tls = readTls(config);
    for (const path of TLS_FOLDERS) await Deno.permissions.revoke({ name: "read", path });
    if (tls && tls.expires < Date.now()) {
      say(`Patchcast: the certificate ended on ${new Date(tls.expires).toUTCString()}`);
    }
    return tls;
  } catch (error) {
    if (error instanceof TlsRefused) exit(2, error.message);
    throw error;
  }
}
