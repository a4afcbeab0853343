import assert from "node:assert/strict";
import process from "node:process";
import { cpuSeconds } from "../../bench/idle/cpu_time.ts";
import { measureIdle } from "../../bench/idle/measure.ts";

const isLinux = Deno.build.os === "linux";

/** What this process has used by its own account, seconds. */
function own(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

Deno.test({
  name: "cpuSeconds() agrees with what a process knows of itself",
  ignore: !isLinux,
  fn() {
    // The kernel counts user and system time in steps of 0.01 s each, and may take them down or up.
    const before = own();
    const told = cpuSeconds(Deno.pid);
    const after = own();
    assert.ok(
      told > 0 && before - 0.03 <= told && told <= after + 0.03,
      `${before} ${told} ${after}`,
    );
    assert.throws(() => cpuSeconds(2 ** 30), Deno.errors.NotFound);
  },
});

Deno.test({
  name: "measureIdle() tells nothing of a server whose viewers are gone",
  ignore: !isLinux,
  async fn() {
    const subject = { name: "nobody's", server: Deno.pid, xServer: undefined };
    const gone = { ...subject, check: () => Promise.reject(new Error("the viewer is gone")) };
    await assert.rejects(measureIdle([gone], 0, 0), { message: "the viewer is gone" });
  },
});
