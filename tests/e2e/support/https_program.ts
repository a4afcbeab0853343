/** The program behind a certificate of its own. */
import { selfSigned } from "../../helpers/certificates.ts";
import { type Program, startProgram } from "./program.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Starts the program with TLS, for `127.0.0.1` and `localhost`. */
export async function startHttpsProgram(args: readonly string[]): Promise<Program> {
  const { cert, key } = await selfSigned(["localhost", "127.0.0.1"]);
  // The start task may read in its own folder, and where systems have their certificates.
  const folder = await Deno.makeTempDir({ dir: ROOT.pathname, prefix: ".tls-test-" });
  try {
    await Deno.writeTextFile(`${folder}/cert.pem`, cert);
    await Deno.writeTextFile(`${folder}/key.pem`, key, { mode: 0o600 });
    const files = ["--tls-cert", `${folder}/cert.pem`, "--tls-key", `${folder}/key.pem`];
    // They are read once, before it listens.
    return await startProgram([...args, ...files], { caCert: cert });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
