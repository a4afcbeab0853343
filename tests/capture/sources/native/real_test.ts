/**
 * The native source on the real library, which on Linux grabs from an X server; `xwd` is the judge. In a process with
 * exactly the permissions of `deno task start`.
 */
import assert from "node:assert/strict";
import config from "../../../../deno.json" with { type: "json" };
import { LineReader } from "../../../helpers/line_reader.ts";
import { missingCommands, screenshot, startXvfb, type Xvfb } from "../xvfb.ts";
import type { Answer, Question } from "./open_native.ts";

const missing = missingCommands(["Xvfb", "xwd", "xsetroot", "xlogo", "xdotool", "openbox"]);
const skip = missing.length > 0 && Deno.env.get("CI") !== "true";
if (skip) {
  const line = `skipped: native source on a real display (not installed: ${missing.join(", ")})\n`;
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

const PATIENCE_MS = 20_000;

/** A process with the source, to ask. */
class NativeProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #lines: LineReader;

  constructor(display: string) {
    const [, ...task] = config.tasks.start.command.split(" ");
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...task.slice(0, -1),
        "--no-prompt",
        new URL("open_native.ts", import.meta.url).pathname,
      ],
      cwd: new URL("../../../../", import.meta.url),
      env: { DISPLAY: display, NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#lines = new LineReader(this.#child.stdout);
  }

  async ask(question: Question): Promise<Answer> {
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(question)}\n`));
    return JSON.parse(await this.#lines.next());
  }

  async [Symbol.asyncDispose]() {
    await this.#input.close();
    await this.#lines.cancel();
    await this.#child.status;
  }
}

function nativeTest(name: string, body: (server: Xvfb, source: NativeProcess) => Promise<void>) {
  Deno.test({
    name,
    ignore: skip,
    fn: async () => {
      await using server = await startXvfb();
      await using source = new NativeProcess(server.display);
      await body(server, source);
    },
  });
}

/** Asks again and again until `good` accepts the answer. */
async function until(
  ask: () => Promise<Answer>,
  good: (answer: Answer) => boolean,
): Promise<Answer> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (performance.now() > giveUp) assert.fail(`still ${JSON.stringify(answer).slice(0, 300)}`);
  }
}

async function startWindows(server: Xvfb): Promise<void> {
  server.start("openbox");
  await untilDone(() => server.run("xdotool", "get_num_desktops"));
  server.start("xlogo", "-geometry", "120x90+40+50", "-fg", "#c04010", "-bg", "#10c040");
  await untilDone(() => server.run("xdotool", "search", "--onlyvisible", "--class", "xlogo"));
}

async function untilDone(act: () => Promise<unknown>): Promise<void> {
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await act();
      return;
    } catch (error) {
      if (performance.now() > giveUp) throw error;
    }
  }
}

nativeTest(
  "native shows what is on the screen, byte for byte, before and after it changes",
  async (server, source) => {
    await server.run("xsetroot", "-mod", "5", "3", "-fg", "#28527a", "-bg", "#f0c010");
    const first = await source.ask({});
    assert.deepEqual([first.width, first.height, first.origin], [640, 480, { x: 0, y: 0 }]);
    await server.run("xsetroot", "-mod", "7", "4", "-fg", "#010203", "-bg", "#fdfeff");
    const wanted = Array.from(await screenshot(server));
    const seen = new Set(wanted);
    assert.deepEqual(seen, new Set([0x010203, 0xfdfeff]));
    const now = await until(
      () => source.ask({ wait: true }),
      ({ pixels }) => pixels![0] === wanted[0],
    );
    assert.deepEqual(now.pixels, wanted);
    assert.equal(now.news!.damage, "unknown");
  },
);

nativeTest(
  "native lists the monitor and the windows, and captures one wherever it is",
  async (server, source) => {
    await startWindows(server);
    const isListed = ({ targets }: Answer) => targets?.windows.length === 1;
    const { targets } = await until(() => source.ask({ targets: true }), isListed);
    const [monitor] = targets!.monitors;
    assert.deepEqual([monitor.x, monitor.y, monitor.width, monitor.height], [0, 0, 640, 480]);
    const [{ id, app, width, height }] = targets!.windows;
    assert.deepEqual([app, width, height], ["XLogo", 120, 90]);
    const byName = await source.ask({ select: { kind: "monitor", name: monitor.name } });
    assert.equal(byName.width, 640);

    for (const window of [id, "xlogo"]) {
      const { news, pixels } = await source.ask({ select: { kind: "window", window } });
      assert.equal(news!.resized, true);
      assert.equal(pixels!.length, 120 * 90);
    }
    await server.run("xdotool", "search", "--class", "xlogo", "windowmove", "--sync", "300", "200");
    const moved = await until(() => source.ask({ wait: true }), ({ origin }) => origin!.x >= 300);
    const { origin, pixels } = moved;
    const screen = await screenshot(server);
    const wanted = [];
    for (let y = origin!.y; y < origin!.y + 90; y++) {
      wanted.push(...screen.subarray(y * 640 + origin!.x, y * 640 + origin!.x + 120));
    }
    assert.deepEqual(pixels, wanted);
    assert.ok(new Set(pixels).has(0xc04010));
  },
);

nativeTest(
  "native refuses what is not there, and is lost with its window and its display",
  async (server, source) => {
    await startWindows(server);
    const refused = await source.ask({ select: { kind: "monitor", name: "none" } });
    assert.match(refused.refused!, /^TargetUnknown: there is no monitor none, only /);
    await until(
      () => source.ask({ select: { kind: "window", window: "xlogo" } }),
      ({ width }) => width === 120,
    );
    await server.run("xdotool", "search", "--class", "xlogo", "windowkill");
    const gone = await until(
      () => source.ask({ wait: true }),
      ({ refused }) => refused !== undefined,
    );
    assert.match(gone.refused!, /^Cannot get a picture from the operating system: /);
    await server.kill();
    const lost = await source.ask({ targets: true });
    assert.match(lost.refused!, /^Cannot get the monitors from the operating system: /);
  },
);
