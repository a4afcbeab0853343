/**
 * A reverse proxy as people have in front of their servers, with the habits that hurt: it may collect a response
 * before it passes it on, and it may lose its connections.
 */

export interface Proxy extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Paths and queries of all requests so far. */
  readonly requests: readonly string[];
  /** Ends all responses under way. */
  cut(): void;
}

export interface ProxyOptions {
  /** Paths whose responses are collected until they end, which streams do not; their headers come at once. */
  readonly hold?: readonly string[];
}

/** Starts a proxy in front of `origin`. The server must allow requests that come to another port. */
export function startProxy(origin: string, { hold = [] }: ProxyOptions = {}): Proxy {
  const requests: string[] = [];
  const open = new Set<AbortController>();
  const handler = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    requests.push(pathname + search);
    const abort = new AbortController();
    open.add(abort);
    const headers = new Headers(request.headers);
    // Else this proxy's own fetch would ask for, and undo, a compression that the browser did not.
    headers.set("accept-encoding", "identity");
    const { method, body } = request;
    const answer = await fetch(origin + pathname + search, {
      method,
      headers,
      body,
      redirect: "manual",
      signal: abort.signal,
    }).catch(() => undefined);
    if (!answer) return new Response("bad gateway", { status: 502 });
    const { status } = answer;
    const parts = answer.body && passOn(answer.body, abort, hold.includes(pathname));
    if (!parts) open.delete(abort);
    return new Response(parts, { status, headers: answer.headers });
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const cut = () => {
    for (const abort of open) abort.abort();
    open.clear();
  };
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      await server.shutdown();
    },
  };
}

/** A body that ends when the server's does, or when it is aborted. */
function passOn(body: ReadableStream<Uint8Array>, abort: AbortController, hold: boolean) {
  const held: Uint8Array[] = [];
  const reader = body.getReader();
  // Not left to fetch: once its answer has come, it may have let go of the signal that it was given.
  abort.signal.addEventListener("abort", () => {
    reader.cancel().catch(() => {});
  });
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      for (;;) {
        const end = { done: true as const, value: undefined };
        const { done, value } = await reader.read().catch(() => end);
        if (done) {
          for (const bytes of held) controller.enqueue(bytes);
          return controller.close();
        }
        if (!hold) return controller.enqueue(value);
        held.push(value);
      }
    },
    cancel: () => abort.abort(),
  });
}
