/**
 * Network namespaces with bad links between them: the server in one, each viewer in one of its own, all links alike.
 *
 * Linux has netem for this, where its module is there: in many virtual machines it is not. TUN devices are
 * everywhere, so the links are ours: one device at each end, and a Worker that carries packets from one to
 * the other at the rate, with the delay and with the losses that are asked for (pipe.ts). What runs in the
 * namespaces are the kernel's own TCP and the real programs. Needs root.
 */
import type { Conditions } from "./pipe.ts";
import { CONTROL, type RelayReport, type RelayStart } from "./relay_worker.ts";

/** A viewer's end of its link. */
export interface LinkEnd {
  /** Name of its namespace. */
  readonly namespace: string;
  readonly address: string;
  /** The server's address on this link. */
  readonly server: string;
}

/** What the link needs of the machine and does not find; empty when it can be made. */
export function missingForLinks(): string[] {
  const missing: string[] = [];
  if (Deno.build.os !== "linux") return ["Linux"];
  if (Deno.uid() !== 0) missing.push("root");
  try {
    Deno.statSync("/dev/net/tun");
  } catch {
    missing.push("/dev/net/tun");
  }
  try {
    new Deno.Command("ip", { args: ["-V"], stdout: "null", stderr: "null" }).outputSync();
  } catch {
    missing.push("ip (Debian: iproute2)");
  }
  return missing;
}

export class ShapedLinks implements AsyncDisposable {
  /** Namespace of the server, which has an address on each link. */
  readonly server: string;
  readonly ends: readonly LinkEnd[];
  readonly #control = new Float64Array(
    new SharedArrayBuffer(CONTROL.length * Float64Array.BYTES_PER_ELEMENT),
  );
  readonly #workers: Worker[] = [];
  /** Each resolves when a Worker has closed its devices. */
  readonly #closed: Promise<void>[] = [];

  private constructor(id: string, count: number) {
    this.server = `pcl${id}s`;
    this.ends = Array.from({ length: count }, (_, i) => ({
      namespace: `pcl${id}v${i}`,
      address: `10.77.${i}.2`,
      server: `10.77.${i}.1`,
    }));
  }

  /**
   * Makes the namespaces and the links.
   * @param count of viewers' ends, 1 to 9
   * @throws {Error} without root, /dev/net/tun or `ip`
   */
  static async create(conditions: Conditions, count: number): Promise<ShapedLinks> {
    const links = new ShapedLinks(String(Deno.pid), count);
    try {
      await links.#open(conditions);
    } catch (error) {
      await links[Symbol.asyncDispose]();
      throw error;
    }
    return links;
  }

  /** Changes all links in both directions, at once. */
  set conditions({ bitsPerSecond, delayMs, loss }: Conditions) {
    this.#control.set([bitsPerSecond, delayMs, loss], CONTROL.bitsPerSecond);
    this.#control[CONTROL.version]++;
  }

  /** A command that runs in a namespace. */
  command(namespace: string, command: string, options: Deno.CommandOptions): Deno.Command {
    return new Deno.Command("ip", {
      ...options,
      args: ["netns", "exec", namespace, command, ...options.args ?? []],
    });
  }

  /** Takes everything away. What still runs in the namespaces must have been ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#control[CONTROL.stop] = 1;
    await Promise.all(this.#closed);
    for (const worker of this.#workers) worker.terminate();
    for (const namespace of [this.server, ...this.ends.map(({ namespace }) => namespace)]) {
      await ip(["netns", "del", namespace]).catch(() => {});
    }
  }

  async #open(conditions: Conditions): Promise<void> {
    this.conditions = conditions;
    await ip(["netns", "add", this.server]);
    await ip(["-n", this.server, "link", "set", "lo", "up"]);
    for (const [i, { namespace, address, server }] of this.ends.entries()) {
      const devices = [`${this.server}${i}`, `${namespace}d`] as const;
      await this.#startRelay(devices, conditions);
      await ip(["netns", "add", namespace]);
      await plug(devices[0], this.server, server);
      await plug(devices[1], namespace, address);
    }
  }

  async #startRelay(devices: readonly [string, string], conditions: Conditions): Promise<void> {
    const url = new URL("relay_worker.ts", import.meta.url);
    const worker = new Worker(url, { type: "module", name: "link" });
    this.#workers.push(worker);
    const control = this.#control;
    const ready = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    worker.onmessage = ({ data }: MessageEvent<RelayReport>) => {
      if (data === "ready") return ready.resolve();
      if (data === "closed") return closed.resolve();
      ready.reject(new Error(data.failed));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      ready.reject(new Error(event.message));
    };
    worker.postMessage({ devices, conditions, seed: 1, control } satisfies RelayStart);
    await ready.promise;
    this.#closed.push(closed.promise);
  }
}

async function plug(device: string, namespace: string, address: string): Promise<void> {
  await ip(["link", "set", device, "netns", namespace]);
  await ip(["-n", namespace, "addr", "add", `${address}/30`, "dev", device]);
  await ip(["-n", namespace, "link", "set", device, "mtu", "1500", "up"]);
}

async function ip(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args: [...args] }).output();
  if (success) return;
  const words = new TextDecoder().decode(stderr).trim();
  throw new Error(`Cannot run ip ${args.join(" ")}: ${words}`);
}
