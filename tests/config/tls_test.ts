/** What is said about certificates and keys that cannot be used. Needs openssl. */
import assert from "node:assert/strict";
import { readTls } from "../../config/tls.ts";
import { missingCommands } from "../capture/sources/xvfb.ts";
import { selfSigned } from "../helpers/certificates.ts";

const ignore = missingCommands(["openssl"]).length > 0 && Deno.env.get("CI") !== "true";
const FILES = { tlsCert: "c.pem", tlsKey: "k.pem" };

/** Reads from memory; an `Error` in the place of a file's text is thrown. */
function reader(files: Record<string, string | Error>): (path: string) => string {
  return (path) => {
    const file = files[path] ?? new Deno.errors.NotFound(path);
    if (file instanceof Error) throw file;
    return file;
  };
}

Deno.test("readTls() reads nothing where nothing was given", () => {
  assert.equal(readTls({}, reader({})), undefined);
});

Deno.test({
  name: "readTls() gives certificate, key and the day on which the certificate ends",
  ignore,
  async fn() {
    const { cert, key } = await selfSigned(["localhost"]);
    const tls = readTls(FILES, reader({ "c.pem": cert, "k.pem": key }));
    assert.deepEqual([tls?.cert, tls?.key], [cert, key]);
    const days = (tls!.expires - Date.now()) / 86_400_000;
    assert.ok(days > 0.9 && days <= 1, `${days} days`);
  },
});

Deno.test({
  name: "readTls() names flag, path and reason of what cannot be used, and quotes no content",
  ignore,
  async fn() {
    const { cert, key, lockedKey } = await selfSigned(["localhost"]);
    const other = await selfSigned(["localhost"]);
    const { NotCapable, PermissionDenied, IsADirectory } = Deno.errors;
    const cases: [files: Record<string, string | Error>, flag: string, reason: RegExp][] = [
      [{ "k.pem": key }, "--tls-cert", /there is no such file$/],
      [{ "c.pem": new PermissionDenied() }, "--tls-cert", /this user may not read it$/],
      [{ "c.pem": new IsADirectory() }, "--tls-cert", /it is a folder$/],
      [
        { "c.pem": new NotCapable() },
        "--tls-cert",
        /\/etc\/ssl and \/etc\/letsencrypt.*--allow-read$/,
      ],
      [{ "c.pem": "" }, "--tls-cert", /there is none in it$/],
      [{ "c.pem": key }, "--tls-cert", /there is none in it$/],
      [{ "c.pem": cert.replace(/\n.{20}/, "\n!!!") }, "--tls-cert", /there is none in it$/],
      [{ "c.pem": cert }, "--tls-key", /there is no such file$/],
      [{ "c.pem": cert, "k.pem": cert }, "--tls-key", /there is none in it$/],
      [{ "c.pem": cert, "k.pem": lockedKey }, "--tls-key", /locked with a passphrase/],
      [{ "c.pem": cert, "k.pem": other.key }, "--tls-key", /another certificate's$/],
    ];
    for (const [files, flag, reason] of cases) {
      assert.throws(() => readTls(FILES, reader(files)), (error: Error) => {
        const path = flag === "--tls-cert" ? "c.pem" : "k.pem";
        assert.equal(error.name, "TlsRefused");
        assert.ok(error.message.startsWith(`Cannot set ${flag}: got "${path}", wanted a file `));
        assert.match(error.message, reason);
        assert.ok(!error.message.includes("BEGIN") && !error.message.includes("\n"));
        return true;
      });
    }
  },
});

Deno.test({
  name: "readTls() asks nobody for what Deno did not grant",
  permissions: { read: false },
  fn() {
    assert.throws(() => readTls(FILES), /^TlsRefused: Cannot set --tls-cert: .*--allow-read$/);
  },
});
