/**
 * A browser without Playwright, which makes every tab believe that it is in front: here a tab is hidden when
 * another one is.
 */
import { BROWSER_ARGS, findChromium } from "./browser.ts";

/** One tab of the browser. */
export interface Tab {
  /** Puts it in front of the others. */
  show(): Promise<void>;
  /** The value of an expression in the tab's page. */
  evaluate(expression: string): Promise<unknown>;
}

export interface TabbedBrowser extends AsyncDisposable {
  /** Opens a tab in front of the others. */
  open(url: string): Promise<Tab>;
}

type Answer = { id?: number; result?: Record<string, unknown>; error?: { message: string } };

/** Starts a headless Chromium with a profile of its own. */
export async function startTabbedBrowser(): Promise<TabbedBrowser> {
  const profile = await Deno.makeTempDir();
  const child = new Deno.Command(findChromium()!, {
    args: [
      ...BROWSER_ARGS,
      "--headless",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const socket = new WebSocket(await devToolsAddress(child.stderr));
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.onmessage = ({ data }) => {
    const answer: Answer = JSON.parse(data);
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  };
  await new Promise((resolve) => socket.onopen = resolve);
  let nextId = 0;
  /** One command of the Chrome DevTools Protocol. */
  async function send(method: string, params: object, sessionId?: string) {
    const id = nextId++;
    const { error, result } = await new Promise<Answer>((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
    waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }
  return {
    async open(url) {
      const { targetId } = await send("Target.createTarget", { url });
      const attached = await send("Target.attachToTarget", { targetId, flatten: true });
      return {
        async show() {
          await send("Target.activateTarget", { targetId });
        },
        async evaluate(expression) {
          const sessionId = String(attached.sessionId);
          const { result } = await send("Runtime.evaluate", { expression }, sessionId);
          return (result as { value?: unknown }).value;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      await send("Browser.close", {});
      await Promise.all([child.status, closed]);
      await Deno.remove(profile, { recursive: true });
    },
  };
}

/** Chromium writes one line with the address to stderr, among others. */
async function devToolsAddress(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const address = /^DevTools listening on (ws:\S+)$/m.exec(text);
    if (address) return address[1];
  }
  throw new Error(`Chromium did not start: ${text}`);
}
