import assert from "node:assert/strict";
import { REAL_CLOCK } from "../../../../capture/sources/child/clock.ts";
import { commandOf } from "../../../../capture/sources/child/command.ts";
import { type Child, startChild } from "../../../../capture/sources/child/process.ts";

const onUnix = Deno.build.os !== "windows";

function run(command: string): Child {
  const format = { kind: "sniff" } as const;
  const spec = { kind: "exec", command, format, everyMs: 1000 } as const;
  return startChild(commandOf(spec, Deno.build.os), REAL_CLOCK);
}

async function readText(child: Child, done: (text: string) => boolean): Promise<string> {
  let text = "";
  while (!done(text)) {
    const bytes = await child.read();
    if (!bytes) break;
    text += new TextDecoder().decode(bytes);
  }
  return text;
}

function lineOf(text: string): boolean {
  return text.endsWith("\n");
}

/** Those of the processes that there still are; zombies are none any more. */
async function alive(pids: readonly string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", {
    args: ["-o", "pid=,stat=", "-p", pids.join(",")],
  })
    .output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n").filter((line) => line !== "");
  return lines.filter((line) => !/\sZ/.test(line));
}

Deno.test({
  name: "startChild() reads stdout to its end, and tells how the child ended",
  ignore: !onUnix,
  fn: async () => {
    const child = run("echo one; echo two >&2; printf three; exit 7");
    assert.equal(await readText(child, () => false), "one\nthree");
    assert.deepEqual(await child.ending(), { code: 7, signal: null, stderr: "two\n" });
    await child.stop();
  },
});

Deno.test({
  name: "startChild() gives children no stdin, and none of the program's secrets",
  ignore: !onUnix,
  fn: async () => {
    const before = Deno.env.get("PATCHCAST_TOKEN");
    Deno.env.set("PATCHCAST_TOKEN", "s3cret");
    try {
      const child = run('cat; echo "<$PATCHCAST_TOKEN$PATCHCAST_VIEW_TOKEN>"');
      assert.equal(await readText(child, () => false), "<>\n");
      await child.stop();
    } finally {
      if (before === undefined) Deno.env.delete("PATCHCAST_TOKEN");
      else Deno.env.set("PATCHCAST_TOKEN", before);
    }
  },
});

Deno.test({
  name: "Child.stop() ends a pipeline with all its ends, politely",
  ignore: !onUnix,
  fn: async () => {
    const child = run("(trap 'exit 0' TERM; sh -c 'echo $$ $PPID; exec sleep 100'; :) | cat | cat");
    const pids = (await readText(child, lineOf)).trim().split(" ");
    assert.equal((await alive(pids)).length, 2);
    const [first, second] = [child.stop(), child.stop()];
    assert.equal(first, second);
    await first;
    assert.deepEqual(await alive(pids), []);
    assert.equal(await child.read(), undefined);
  },
});

Deno.test({
  name: "Child.stop() ends a child that does not want to end",
  ignore: !onUnix,
  fn: async () => {
    const child = run("trap '' TERM; echo $$; sleep 100; sleep 100; echo never");
    const pid = (await readText(child, lineOf)).trim();
    await child.stop();
    assert.deepEqual(await alive([pid]), []);
  },
});

Deno.test({
  name: "Child.stop() ends a child that waits for its pipe to be read",
  ignore: !onUnix,
  fn: async () => {
    const child = run("echo $$; yes");
    const pid = (await readText(child, (text) => text.includes("\n"))).split("\n")[0];
    await child.stop();
    assert.deepEqual(await alive([pid]), []);
  },
});

Deno.test("startChild() says when there is no such program", () => {
  const command = { program: "no-such-program-here", args: [], everyMs: 0 } as const;
  assert.throws(() => startChild({ ...command, format: { kind: "sniff" } }, REAL_CLOCK), {
    message: "cannot be started: no-such-program-here is not installed, or not on the PATH",
  });
});
