/** One measurement of each way to show a camera: its processes, and what they used. */
import config from "../../deno.json" with { type: "json" };
import { type Usage, usageOf } from "../viewers/process_usage.ts";
import type { Order, Seen, ViewerOrder, Word } from "./order.ts";

/** What was seen, and what it took. CPU in seconds, in the span. */
export interface Measured extends Seen {
  /** Of the sending process; of the server, capture Worker and all else. */
  readonly senderCpu: number;
  readonly captureCpu: number | undefined;
  readonly receiverCpu: number;
}

const ROOT = new URL("../../", import.meta.url);
const TOKEN = "bench-sources";

/**
 * The server, and one viewer over HTTP.
 * @param fps the setting; the server of the bench takes more than a person may set
 * @throws {Error} when a process does not start, or ends early
 */
export async function measureServer(order: Order, fps: number): Promise<Measured> {
  const { film, shown } = order;
  const [, ...task] = config.tasks.start.command.split(" ");
  const settings = { fps, scale: shown.width / film.width };
  const source = { url: here("film_source.ts").href, options: film, settings };
  using server = start(
    [...task.slice(0, -1), here("../viewers/server.ts").pathname, JSON.stringify(source)],
    ["--port", "0"],
    { PATCHCAST_TOKEN: TOKEN },
  );
  const url = await server.line((line) => /^listening on (\S+)$/.exec(line)?.[1]);
  const viewerOrder: ViewerOrder = { ...order, url, token: TOKEN };
  using viewer = start(
    ["run", "--allow-net", here("viewer.ts").pathname],
    [JSON.stringify(viewerOrder)],
  );
  const { seen, sender, receiver } = await span(server, viewer);
  return {
    ...seen,
    senderCpu: sender.captureCpu + sender.httpCpu,
    captureCpu: sender.captureCpu,
    receiverCpu: receiver.captureCpu + receiver.httpCpu,
  };
}

/**
 * The small program that sends datagrams as fast as it can, and the one that receives them.
 * @throws {Error} when a process does not start, or ends early
 */
export async function measureUdp(order: Order): Promise<Measured> {
  const flags = ["run", "--allow-net", "--unstable-net", "--allow-read"];
  const told = JSON.stringify(order);
  using receiver = start([...flags, here("udp_receiver.ts").pathname], [told]);
  const port = await receiver.line((line) => JSON.parse(line).port as number | undefined);
  using sender = start([...flags, here("udp_sender.ts").pathname], [told, String(port)]);
  const { seen, sender: sent, receiver: received } = await span(sender, receiver);
  return {
    ...seen,
    senderCpu: sent.captureCpu + sent.httpCpu,
    captureCpu: undefined,
    receiverCpu: received.captureCpu + received.httpCpu,
  };
}

function here(path: string): URL {
  return new URL(path, import.meta.url);
}

interface Started extends Disposable {
  readonly pid: number;
  /** The first line from here on of which `wanted` makes something. */
  line<T>(wanted: (line: string) => T | undefined): Promise<T>;
}

function start(
  command: readonly string[],
  args: readonly string[],
  env: Record<string, string> = {},
): Started {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...command, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = linesOf(child.stdout);
  return {
    pid: child.pid,
    async line(wanted) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`${command.at(-1)} ended too early`);
        const found = wanted(value);
        if (found !== undefined) return found;
      }
    },
    [Symbol.dispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
    },
  };
}

/** Waits for the span to begin and to end. */
async function span(
  sender: Started,
  receiver: Started,
): Promise<{ seen: Seen; sender: Usage; receiver: Usage }> {
  const word = (line: string): Word => JSON.parse(line);
  await receiver.line((line) => word(line).event === "begin" || undefined);
  const before = { sender: usageOf(sender.pid), receiver: usageOf(receiver.pid) };
  const seen = await receiver.line((line) => {
    const heard = word(line);
    return heard.event === "seen" ? heard.seen : undefined;
  });
  return {
    seen,
    sender: less(usageOf(sender.pid), before.sender),
    receiver: less(usageOf(receiver.pid), before.receiver),
  };
}

function less(after: Usage, before: Usage): Usage {
  return {
    captureCpu: after.captureCpu - before.captureCpu,
    httpCpu: after.httpCpu - before.httpCpu,
    residentBytes: after.residentBytes,
  };
}

async function* linesOf(
  stdout: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void> {
  let text = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (text + piece).split("\n");
    text = lines.pop()!;
    yield* lines;
  }
}
