import assert from "node:assert/strict";
import { BadOptions, parsePushOptions } from "../../push/options.ts";

function parse(args: string[], env: Record<string, string> = {}, hostname = "Kiosk 3.example.org") {
  return parsePushOptions(args, { env: (name) => env[name], hostname: () => hostname });
}

function refusal(args: string[], env: Record<string, string> = {}): string {
  try {
    parse(args, env);
  } catch (error) {
    if (error instanceof BadOptions) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

const GOOD = ["--to", "https://example.org/screen/", "--token", "secret"];

Deno.test("parsePushOptions() has defaults for all but the server and the token", () => {
  assert.deepEqual(parse(GOOD), {
    to: new URL("https://example.org/screen/"),
    token: "secret",
    everyMs: 10_000,
    source: { kind: "auto" },
    as: "kiosk-3",
    spool: "push-spool",
    spoolBytes: 200 * 2 ** 20,
  });
});

Deno.test("parsePushOptions() reads every flag, in both forms", () => {
  const options = parse([
    "--to=http://127.0.0.1:8000",
    "--every=500ms",
    "--source",
    "x11::99",
    "--as=desk_1",
    "--spool=/var/spool/patchcast",
    "--spool-bytes",
    "1GiB",
  ], { PATCHCAST_PUSH_TOKEN: "from-env" });
  assert.deepEqual(options, {
    to: new URL("http://127.0.0.1:8000"),
    token: "from-env",
    everyMs: 500,
    source: { kind: "x11", display: ":99" },
    as: "desk_1",
    spool: "/var/spool/patchcast",
    spoolBytes: 2 ** 30,
  });
  assert.equal(parse([...GOOD, "--every", "5m"])?.everyMs, 300_000);
  assert.deepEqual(parse([...GOOD, "--source", "x11#monitor=HDMI-1"])?.source, {
    kind: "x11",
    monitor: "HDMI-1",
  });
  for (const source of ["camera:/dev/video0", "x11::0#scale=0.5", "exec:true"]) {
    assert.match(refusal([...GOOD, "--source", source]), /^Cannot set --source: got /);
  }
  assert.equal(parse(["--help", "--nonsense"]), undefined);
});

Deno.test("parsePushOptions() says all that is wrong, and no secrets", () => {
  assert.equal(
    refusal([
      "--to",
      "ftp://x/",
      "--every",
      "1",
      "--source",
      "vnc",
      "--as",
      "A",
      "--spool-bytes",
      "1",
    ]),
    `Cannot set --to: got "ftp://x/", wanted the server's address, http://HOST:PORT/ or https://HOST/PATH/
Cannot set --token: got nothing, wanted the server's push token, 1 to 256 printable ASCII characters (or in PATCHCAST_PUSH_TOKEN)
Cannot set --every: got "1", wanted 100ms to 60m: a whole number with ms, s or m
Cannot set --source: got "vnc", wanted auto, demo, x11 or x11:DISPLAY (x11::99), with #monitor=NAME or #window=TITLE-or-ID or without
Cannot set --as: got "A", wanted 1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit
Cannot set --spool-bytes: got "1", wanted 1MiB to 1TiB (bytes, or with K, M, G, KiB, MiB, GiB)`,
  );
  assert.match(refusal(["--token", "secret"]), /^Cannot set --to: got nothing, wanted/);
  assert.match(
    refusal([...GOOD, "--evry", "1s"]),
    /^Cannot use --evry: no such flag, did you mean --every\?$/,
  );
  assert.match(
    refusal([...GOOD, "--token", "twice"]),
    /^Cannot set --token: got it more than once/,
  );
  assert.match(refusal([...GOOD, "--every"]), /^Cannot set --every: got nothing/);
  assert.match(refusal([...GOOD, "stray"]), /^Cannot use argument 5: got a value without a flag/);
  for (
    const args of [
      ["--to", "http://user:hunter2@x/", "--token", "s"],
      ["--to", "http://x/?token=hunter2", "--token", "s"],
      ["--to", "http://x/#token=hunter2", "--token", "s"],
      ["--to", "http://x/", "--token", "hunter2 with spaces"],
      [...GOOD, "hunter2"],
    ]
  ) assert.doesNotMatch(refusal(args), /hunter2/);
});

Deno.test("parsePushOptions() makes an id of any machine's name", () => {
  for (
    const [name, id] of [["A.b", "a"], ["__x", "x"], ["Büro PC", "b-ro-pc"], [
      "…",
      "screen-elsewhere",
    ]]
  ) {
    assert.equal(parse(GOOD, {}, name)?.as, id);
  }
});
