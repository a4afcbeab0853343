import assert from "node:assert/strict";
import {
  type Config,
  ConfigError,
  liveSettingsPatchSchema,
  liveSettingsSchema,
  parseConfig,
  readConfigFile,
} from "../config.ts";
import { allOptions } from "../config/options.ts";

function run(
  args: string[] = [],
  env: Record<string, string> = {},
  file?: unknown,
): Config {
  const invocation = parseConfig(args, (name) => env[name], file);
  assert.equal(invocation.kind, "run");
  return invocation.kind === "run" ? invocation.config : assert.fail();
}

function problems(args: string[], env: Record<string, string> = {}, file?: unknown): string[] {
  try {
    parseConfig(args, (name) => env[name], file);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.message, error.problems.join("\n"));
    return [...error.problems];
  }
  return assert.fail(`${JSON.stringify(args)} was accepted`);
}

Deno.test("parseConfig() without anything gives the defaults", () => {
  assert.deepEqual(run(), {
    source: [{ kind: "auto" }],
    host: "127.0.0.1",
    port: 8000,
    ringBytes: 64 * 1024 * 1024,
    ringSeconds: 60,
    auth: "token",
    history: "auto",
    historyDir: "history-data",
    historyHours: 24,
    historyBytes: 0,
    historyFps: 10,
    maxViewers: 5000,
    allowHosts: [],
    embedOrigins: [],
    slicesTo: [],
    settings: {
      fps: 60,
      threshold: 0,
      quality: "lossless",
      refineAfterMs: 500,
      keyframeIntervalMs: 0,
      maxPatches: 3000,
      refreshRatio: 0.9,
      scale: 1,
      region: null,
      masks: [],
      paused: false,
    },
  });
});

Deno.test("parseConfig() returns a config that is frozen all the way down", () => {
  const config = run(["--mask", "0,0,1,1", "--region", "0,0,9,9"]);
  const frozen = [config, config.source, config.source[0], config.settings, config.settings.masks];
  for (const part of [...frozen, config.settings.masks[0], config.settings.region]) {
    assert.ok(Object.isFrozen(part));
  }
});

Deno.test("parseConfig() prefers flags to the environment, that to the file, that to defaults", () => {
  const env = { PATCHCAST_FPS: "20", PATCHCAST_PORT: "9000" };
  const file = { fps: 10, port: 7000, threshold: 4 };
  const config = run(["--fps", "40"], env, file);
  assert.equal(config.settings.fps, 40);
  assert.equal(config.port, 9000);
  assert.equal(config.settings.threshold, 4);
  assert.equal(config.ringSeconds, 60);
});

Deno.test("parseConfig() reads every option as a flag and as a variable, to the same value", () => {
  const examples: Record<string, [text: string, expected: unknown]> = {
    source: ["x11:host:0", [{ kind: "x11", display: "host:0" }]],
    host: ["localhost", "localhost"],
    port: ["0", 0],
    ringBytes: ["1G", 2 ** 30],
    ringSeconds: ["3600", 3600],
    token: ["s3cret!", "s3cret!"],
    viewToken: ["watch", "watch"],
    pushToken: ["push", "push"],
    historyToken: ["look-back", "look-back"],
    history: ["off", "off"],
    historyDir: ["/var/lib/patch cast", "/var/lib/patch cast"],
    historyHours: ["8760", 8760],
    historyBytes: ["16M", 16 * 2 ** 20],
    historyFps: ["60", 60],
    auth: ["none", "none"],
    maxViewers: ["1", 1],
    allowHosts: ["Watch.example.org,b.example:8443", ["watch.example.org", "b.example:8443"]],
    embedOrigins: ["https://a.example,http://localhost:3000", [
      "https://a.example",
      "http://localhost:3000",
    ]],
    slicesTo: ["localhost:7000#fps=5", [{
      host: "localhost",
      port: 7000,
      format: "bgra",
      fps: 5,
    }]],
    tlsCert: ["/etc/ssl/Cert 1.pem", "/etc/ssl/Cert 1.pem"],
    tlsKey: ["key.pem", "key.pem"],
    fps: ["1.5", 1.5],
    threshold: ["255", 255],
    quality: ["auto", "auto"],
    refineAfterMs: ["50", 50],
    keyframeIntervalMs: ["86400000", 86_400_000],
    maxPatches: ["1", 1],
    refreshRatio: ["0.01", 0.01],
    scale: ["0.1", 0.1],
    region: ["1,2,3,4", { x: 1, y: 2, w: 3, h: 4 }],
    masks: ["0,0,5,5", [{ x: 0, y: 0, w: 5, h: 5 }]],
    paused: ["true", true],
  };
  /** Options that are refused alone, and what has to come with them. */
  const partners: Record<string, string[]> = {
    tlsCert: ["--tls-key=other.pem"],
    tlsKey: ["--tls-cert=other.pem"],
  };
  const options = allOptions();
  assert.deepEqual(options.map(({ key }) => key).sort(), Object.keys(examples).sort());
  for (const { key, flagName, envName } of options) {
    const [text, expected] = examples[key];
    const partner = partners[key] ?? [];
    for (
      const config of [
        run([flagName + "=" + text, ...partner]),
        ...(key === "paused" ? [run([flagName])] : [run([flagName, text, ...partner])]),
        run(partner, { [envName]: text }),
      ]
    ) {
      assert.deepEqual({ ...config.settings, ...config }[key], expected, key);
    }
  }
});

Deno.test("parseConfig() reads sizes with binary suffixes and refuses others", () => {
  for (const [text, bytes] of [["64MiB", 2 ** 26], ["64M", 2 ** 26], ["1024K", 2 ** 20]] as const) {
    assert.equal(run(["--ring-bytes", text]).ringBytes, bytes);
  }
  assert.equal(run([], {}, { ringBytes: "4GiB" }).ringBytes, 2 ** 32);
  assert.equal(run([], {}, { ringBytes: 2 ** 20 }).ringBytes, 2 ** 20);
  for (const bad of ["64MB", "1.5G", "-1G", "5G", "1M1", "M", "1023K"]) {
    assert.match(
      problems(["--ring-bytes", bad])[0],
      /^Cannot set --ring-bytes: got .* 1MiB to 4GiB/,
    );
  }
});

Deno.test("parseConfig() names flag, variable or key, value and range of what it refuses", () => {
  assert.deepEqual(problems(["--fps", "0"]), ["Cannot set --fps: got 0, wanted 1 to 120"]);
  assert.deepEqual(problems([], { PATCHCAST_PORT: "65536" }), [
    "Cannot set PATCHCAST_PORT: got 65536, wanted a whole number, 0 to 65535",
  ]);
  assert.deepEqual(problems([], {}, { fps: "30" }), [
    'Cannot set fps in patchcast.json: got "30", wanted 1 to 120',
  ]);
  assert.deepEqual(problems(["--region", "0,0,0,5"]), [
    "Cannot set --region (w): got 0, wanted a whole number, 1 to 16384",
  ]);
  assert.deepEqual(problems(["--mask=0,0,1,1", "--mask=0,-2,1,1"]), [
    "Cannot set --mask ([1].y): got -2, wanted a whole number, 0 to 16383",
  ]);
});

Deno.test("parseConfig() never lets text that isn't a plain number pass as one", () => {
  for (
    const bad of ["abc", "", "1e999", "1e1", "0x10", " 5", "5 ", "NaN", "Infinity", "5,5", "+5"]
  ) {
    const want = `Cannot set --fps: got ${JSON.stringify(bad)}, wanted 1 to 120`;
    assert.deepEqual(problems([`--fps=${bad}`]), [want]);
    assert.deepEqual(problems([], { PATCHCAST_FPS: bad }), [
      want.replace("--fps", "PATCHCAST_FPS"),
    ]);
  }
  assert.equal(problems([`--fps=${"9".repeat(400)}`]).length, 1);
  assert.deepEqual(problems(["--threshold", "1.5"]), [
    "Cannot set --threshold: got 1.5, wanted a whole number, 0 to 255",
  ]);
});

Deno.test("parseConfig() lists all problems at once, overridden values included", () => {
  const lines = problems(
    ["--fps", "30", "--threshold", "999"],
    { PATCHCAST_FPS: "fast", PATCHCAST_SCALE: "2" },
    { ringSeconds: 0 },
  );
  assert.deepEqual(lines, [
    "Cannot set ringSeconds in patchcast.json: got 0, wanted a whole number, 1 to 3600",
    'Cannot set PATCHCAST_FPS: got "fast", wanted 1 to 120',
    "Cannot set PATCHCAST_SCALE: got 2, wanted 0.1 to 1",
    "Cannot set --threshold: got 999, wanted a whole number, 0 to 255",
  ]);
});

Deno.test("parseConfig() suggests the flag or key that was probably meant", () => {
  assert.deepEqual(problems(["--treshold", "3"]), [
    "Cannot use --treshold: no such flag, did you mean --threshold?",
  ]);
  assert.deepEqual(problems(["--xyzzy"]), [
    "Cannot use --xyzzy: no such flag, see --help for those there are",
  ]);
  assert.deepEqual(problems([], {}, { ringbytes: 1 }), [
    "Cannot use ringbytes in patchcast.json: no such setting, did you mean ringBytes?",
  ]);
});

Deno.test("parseConfig() refuses missing values, repeated flags and stray arguments", () => {
  assert.deepEqual(problems(["--port"]), [
    "Cannot set --port: got nothing, wanted a whole number, 0 to 65535",
  ]);
  assert.deepEqual(problems(["--port", "--fps", "3"]), [
    "Cannot set --port: got nothing, wanted a whole number, 0 to 65535",
  ]);
  assert.deepEqual(problems(["--fps", "3", "--fps", "4"]), [
    "Cannot set --fps: got it more than once, wanted it once",
  ]);
  assert.deepEqual(problems(["demo"]), [
    "Cannot use argument 1: got a value without a flag, wanted --name value",
  ]);
});

Deno.test("parseConfig() skips the -- that task runners put before the flags", () => {
  assert.equal(run(["--", "--port", "81"]).port, 81);
});

Deno.test("parseConfig() repeats and splits lists and rectangles", () => {
  assert.deepEqual(run(["--allow-host", "a", "--allow-host", "b,c"]).allowHosts, ["a", "b", "c"]);
  assert.deepEqual(run([], { PATCHCAST_ALLOW_HOSTS: "" }).allowHosts, []);
  assert.equal(run(["--mask=0,0,1,1", "--mask=2,2,1,1"]).settings.masks.length, 2);
  assert.equal(run([], { PATCHCAST_MASKS: "0,0,1,1;2,2,1,1" }).settings.masks.length, 2);
  const tooMany = Array.from({ length: 65 }, () => "--mask=0,0,1,1");
  assert.match(problems(tooMany)[0], /^Cannot set --mask: got .*…, wanted at most 64 rectangles/);
  for (const bad of ["*", "a b", "http://a", "a:b", "a/b"]) {
    assert.match(problems(["--allow-host", bad])[0], /^Cannot set --allow-host/);
  }
});

Deno.test("parseConfig() allows --auth none on loopback hosts only, and says why", () => {
  for (const host of ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost", "LOCALHOST"]) {
    assert.equal(run(["--auth", "none", "--host", host]).auth, "none");
  }
  for (const host of ["0.0.0.0", "::", "192.168.1.2", "example.org", "127.0.0.1.example.org"]) {
    const [line] = problems(["--auth", "none", "--host", host]);
    assert.match(
      line,
      /^Cannot set --auth: got "none" with --host .*loopback.*anyone on the network/,
    );
  }
  assert.equal(run(["--host", "0.0.0.0"]).token, undefined);
  assert.equal(run(["--host", "[::1]"]).host, "::1");
});

Deno.test("parseConfig() takes a certificate and its key together only", () => {
  const { tlsCert, tlsKey } = run(["--tls-cert", "c.pem"], { PATCHCAST_TLS_KEY: "k.pem" });
  assert.deepEqual([tlsCert, tlsKey], ["c.pem", "k.pem"]);
  assert.deepEqual(problems(["--tls-cert", "c.pem"]), [
    'Cannot set --tls-cert: got "c.pem", wanted --tls-key with it, or neither',
  ]);
  assert.deepEqual(problems([], {}, { tlsKey: "k.pem" }), [
    'Cannot set --tls-key: got "k.pem", wanted --tls-cert with it, or neither',
  ]);
  assert.deepEqual(problems(["--tls-cert", "a\u0007b", "--tls-key", "k"]), [
    'Cannot set --tls-cert: got "a\\u0007b", wanted the path of a file, 1 to 1024 characters',
  ]);
});

Deno.test("parseConfig() never shows a secret", () => {
  const secret = "pass word";
  const texts = [
    problems(["--token", secret]),
    problems([`--tokem=${secret}`]),
    problems(["--tokem", secret]),
    problems(["--token", "ok", secret]),
    problems([], { PATCHCAST_VIEW_TOKEN: secret }),
    problems([], {}, { token: secret }),
    problems([], {}, { token: { inner: secret } }),
    problems(["--token", "p\u00e4ss", "--view-token", "x".repeat(257)]),
    problems(["--token", "passsame", "--view-token", "passsame"]),
  ].flat();
  for (const line of texts) assert.doesNotMatch(line, /pass|päss|xxx/, line);
  assert.deepEqual(problems(["--token", ""]), [
    "Cannot set --token: got a value that is not shown, wanted 1 to 256 printable ASCII characters " +
    "without spaces",
  ]);
});

Deno.test("parseConfig() refuses an environment token that is empty instead of running without", () => {
  assert.equal(problems([], { PATCHCAST_TOKEN: "" }).length, 1);
});

Deno.test("parseConfig() prints help that names every option, its unit, default and variable", () => {
  const help = parseConfig(["--fps", "0", "--help"], () => undefined);
  assert.ok(help.kind === "help");
  for (const { flagName, envName, allowed, summary } of allOptions()) {
    for (const part of [flagName, envName, allowed, summary]) {
      assert.ok(help.text.includes(part), part);
    }
  }
  assert.match(help.text, /--fps N .*\n.*1 to 120; default 60; PATCHCAST_FPS/);
  assert.match(help.text, /default 64MiB; PATCHCAST_RING_BYTES/);
});

Deno.test("parseConfig() tells its version", () => {
  const version = parseConfig(["--version"], () => undefined);
  assert.ok(version.kind === "version");
  assert.match(version.text, /^patchcast \d+\.\d+\.\d+\n$/);
});

Deno.test("parseConfig() refuses a file that isn't an object, and keys from prototypes", () => {
  for (const file of [[], 3, "x", null]) {
    assert.deepEqual(problems([], {}, file), [
      "Cannot read patchcast.json: wanted one JSON object",
    ]);
  }
  assert.match(
    problems([], {}, JSON.parse('{"__proto__": {"fps": 3}}'))[0],
    /^Cannot use __proto__/,
  );
  assert.match(problems([], {}, { constructor: 1 })[0], /^Cannot use constructor/);
});

Deno.test("readConfigFile() returns nothing without a file and never quotes a broken one", () => {
  assert.equal(
    readConfigFile(() => {
      throw new Deno.errors.NotFound("no file");
    }),
    undefined,
  );
  assert.deepEqual(readConfigFile(() => '{"fps": 12}'), { fps: 12 });
  assert.throws(
    () => readConfigFile(() => '{"token": "hunter2'),
    { name: "ConfigError", message: "Cannot read patchcast.json: it is not valid JSON" },
  );
  assert.throws(() =>
    readConfigFile(() => {
      throw new Deno.errors.PermissionDenied("secret path");
    }), { message: "Cannot read patchcast.json: PermissionDenied" });
});

Deno.test("liveSettingsSchema is complete and strict, liveSettingsPatchSchema partial and strict", () => {
  assert.ok(liveSettingsSchema.safeParse(run().settings).success);
  assert.ok(!liveSettingsSchema.safeParse({ fps: 30 }).success);
  assert.ok(liveSettingsPatchSchema.safeParse({}).success);
  assert.ok(liveSettingsPatchSchema.safeParse({ region: null, fps: 1 }).success);
  assert.ok(!liveSettingsPatchSchema.safeParse({ fpz: 1 }).success);
  assert.ok(!liveSettingsPatchSchema.safeParse({ fps: NaN }).success);
  assert.ok(!liveSettingsPatchSchema.safeParse({ threshold: null }).success);
});
