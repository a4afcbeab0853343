/** Several x11 sources in one process, each in a Worker of its own, as the program has them. */
import assert from "node:assert/strict";
import { xtest } from "./harness.ts";

const WORKERS = 4;
const ROUNDS = 150;

xtest("x11 sources are opened and closed in several Workers at once", async (server) => {
  const worker = new URL("./open_and_close_worker.ts", import.meta.url);
  const script = `
    const ends = Array.from({ length: ${WORKERS} }, () => new Promise((resolve) => {
      const worker = new Worker(${JSON.stringify(worker.href)}, { type: "module" });
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
      worker.postMessage({ display: ${JSON.stringify(server.display)}, rounds: ${ROUNDS} });
    }));
    console.log(JSON.stringify(await Promise.all(ends)));`;
  // In a process of its own: what goes wrong here takes the process along.
  const { code, signal, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:application/typescript,${encodeURIComponent(script)}`],
    stderr: "null",
  }).output();
  assert.deepEqual([code, signal], [0, null]);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(stdout)), Array(WORKERS).fill(ROUNDS));
});
