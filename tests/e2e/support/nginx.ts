/** nginx with a server block of our own documentation (Debian: nginx-light). */
import { selfSigned } from "../../helpers/certificates.ts";
import { eventually } from "./eventually.ts";

export interface Nginx extends AsyncDisposable {
  /** Where it listens on loopback. */
  readonly port: number;
}

/** The blocks of code in Markdown that are in `language`. */
export function codeBlocks(markdown: string, language: string): string[] {
  const blocks = markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter((block) => block[1] === language).map((block) => block[2]);
}

/**
 * Runs a documented server block with another port, another certificate and another place for Patchcast.
 * @param serverBlock `server { … }`, with exactly one of each that is replaced
 * @param name its `server_name`
 * @param upstream port of the program
 */
export async function startNginx(
  serverBlock: string,
  name: string,
  upstream: number,
): Promise<Nginx> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const { cert, key } = await selfSigned([name]);
  await Deno.writeTextFile(`${folder}/cert.pem`, cert);
  await Deno.writeTextFile(`${folder}/key.pem`, key);
  let block = serverBlock;
  const replace = (documented: RegExp, here: string) => {
    const found = block.match(new RegExp(documented, "g"))?.length ?? 0;
    if (found !== 1) {
      throw new Error(`the documentation has ${documented} ${found} times, wanted 1`);
    }
    block = block.replace(documented, here);
  };
  replace(/listen 443 /, `listen 127.0.0.1:${port} `);
  replace(/\/etc\/ssl\/\S+\.pem/, `${folder}/cert.pem`);
  replace(/\/etc\/ssl\/\S+\.key/, `${folder}/key.pem`);
  replace(/http:\/\/127\.0\.0\.1:8000/, `http://127.0.0.1:${upstream}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((what) => `${what}_temp_path ${folder}/${what};`);
  await Deno.writeTextFile(
    `${folder}/nginx.conf`,
    [
      // One process in the foreground, which ends when it is told to.
      `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;`,
      "events {}",
      // What Debian's nginx.conf turns on, and the block turns off where it would do harm.
      `http { access_log off; gzip on; gzip_types *; ${temporary.join(" ")}`,
      block,
      "}",
    ].join("\n"),
  );
  const child = new Deno.Command("nginx", {
    args: ["-p", folder, "-e", `${folder}/error.log`, "-c", `${folder}/nginx.conf`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  await eventually("nginx listens", async () => {
    if (ended) throw new Error(await Deno.readTextFile(`${folder}/error.log`));
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
  });
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (!ended) child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** A port that nobody listens on at this moment. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
