/** What the route tests run against: a capture, viewers and a server around them, all made up. */
import { type Config, parseConfig } from "../../config.ts";
import { type App, type AppOptions, createApp } from "../../routes/app.ts";
import type {
  Acknowledgement,
  AcknowledgementAnswer,
  CaptureControl,
  CaptureHealth,
  CaptureStats,
  ControlledSource,
  Deps,
  Picture,
  PictureHead,
  ViewerInfo,
  Viewers,
} from "../../routes/deps.ts";
import { DeliveryDelay } from "../../routes/delivery_delay.ts";
import type { Route } from "../../routes/route.ts";
import type { PictureEncoder, Variant } from "../../routes/snapshot/encoder.ts";
import type { LiveSettings } from "../../config.ts";

export const ADMIN = "the-admin-token";
export const VIEWER = "the-view-token";
export const HISTORIAN = "the-history-token";
export const PUSHER = "the-push-token";
/** 2026-01-01, the time of every test. */
export const NOW = 1_767_225_600_000;

export class FakeCapture implements CaptureControl {
  readonly ring = {
    stats: () => ({ entries: 3, bytes: 100, maxBytes: 1000, spanMs: 2500, maxMs: 60_000 }),
  };
  /** What `stats` gives. */
  statsNow: CaptureStats = STATS;
  current: LiveSettings;
  healthNow: CaptureHealth = {
    healthy: true,
    state: "live",
    detail: "ok",
    lastLookAgeMs: 10,
    sleeping: false,
  };
  pictureNow: Picture = {
    width: 64,
    height: 32,
    seq: 7,
    time: NOW,
    rgba: new Uint8Array(64 * 32 * 4).fill(255),
  };
  keyframes = 0;
  pictures = 0;
  looks = 0;
  changes: Partial<LiveSettings>[] = [];
  fault: Error | undefined;

  constructor(settings: LiveSettings) {
    this.current = settings;
  }

  settings(): LiveSettings {
    return this.current;
  }

  change(patch: Partial<LiveSettings>): Promise<LiveSettings> {
    this.changes.push(patch);
    this.current = { ...this.current, ...patch };
    return Promise.resolve(this.current);
  }

  keyframe(): Promise<{ seq: number }> {
    this.keyframes++;
    return Promise.resolve({ seq: 41 + this.keyframes });
  }

  stats(): Promise<CaptureStats> {
    if (this.fault) return Promise.reject(this.fault);
    return Promise.resolve({ ...this.statsNow, fps: this.current.fps });
  }

  health(): Promise<CaptureHealth> {
    return Promise.resolve(this.healthNow);
  }

  async look(): Promise<PictureHead> {
    this.looks++;
    if (this.fault) throw this.fault;
    const { width, height, seq, time } = this.pictureNow;
    return await Promise.resolve({ width, height, seq, time });
  }

  picture(): Promise<Picture> {
    this.pictures++;
    return this.fault ? Promise.reject(this.fault) : Promise.resolve(this.pictureNow);
  }
}

export const STATS: CaptureStats = {
  source: "x11 :99",
  state: "live",
  width: 64,
  height: 32,
  seq: 7,
  epoch: 2,
  fps: 60,
  paceFps: 60,
  ticksPerSecond: 29.5,
  updatesPerSecond: 3.5,
  captureMs: { p50: 0.5, p95: 1.5 },
  diffMs: { p50: 0.25, p95: 0.75 },
  motionMs: { p50: 0.125, p95: 0.5 },
  encodeMs: { p50: 2, p95: 4 },
  stages: {
    capture: { bounds: [1, 10], counts: [8, 2, 0], sum: 14 },
    diff: { bounds: [1, 10], counts: [10, 0, 0], sum: 3 },
    motion: { bounds: [1, 10], counts: [0, 0, 0], sum: 0 },
    encode: { bounds: [1, 10], counts: [1, 6, 3], sum: 250 },
  },
  ticks: 900,
  ticksSkipped: 800,
  ticksMissed: 1,
  updates: 99,
  keyframes: 3,
  catchUps: 4,
  epochs: 2,
  patches: 250,
  copies: 5,
  recalls: 2,
  changedPixels: 123_456,
  rawEquivalentBytes: 493_824,
  messageBytes: 60_000,
  streamBytes: 20_000,
  deferredTiles: 0,
  lossyTiles: 0,
  sleeping: false,
};

export class FakeViewers implements Viewers {
  readonly max = 5000;
  readonly opened = 9;
  readonly mismatches = 1;
  readonly refused = 1;
  readonly delay = new DeliveryDelay();
  readonly #viewers = new Map<string, ViewerInfo>([["abc", {
    id: "abc",
    source: "screen",
    transport: "stream",
    remote: "127.0.0.1:50000",
    userAgent: "test",
    since: NOW,
    seq: 7,
    bytes: 1000,
    messages: 10,
    catchUps: 0,
    lagMs: 0,
    link: null,
  }]]);
  readonly acknowledged: Acknowledgement[] = [];

  get count(): number {
    return this.#viewers.size;
  }

  list(): ViewerInfo[] {
    return [...this.#viewers.values()];
  }

  totals() {
    return { bytes: 5000, messages: 50, catchUps: 6 };
  }

  disconnect(id: string): boolean {
    return this.#viewers.delete(id);
  }

  /** Takes what is not above 7, the newest. */
  acknowledge(id: string, ack: Acknowledgement): AcknowledgementAnswer | undefined {
    if (!this.#viewers.has(id)) return undefined;
    this.acknowledged.push(ack);
    return { result: ack.seq > 7 ? "ahead" : "taken", newest: 7, intervalMs: 100 };
  }
}

/** Encodes a picture as the text that names it, when it is told to. */
export class FakeEncoder implements PictureEncoder {
  readonly encoded: Variant[] = [];
  /** Awaited before each answer. */
  hold: Promise<void> = Promise.resolve();

  async encode(_picture: Picture, variant: Variant): Promise<Uint8Array<ArrayBuffer>> {
    this.encoded.push(variant);
    await this.hold;
    return new TextEncoder().encode(JSON.stringify(variant));
  }

  close(): void {}
}

export interface TestServer extends App {
  /** Of the source that is captured, `screen`. */
  readonly capture: FakeCapture;
  /** Of the source that is pushed, `desk`, where the test wants one. */
  readonly pushed: FakeCapture;
  readonly viewers: FakeViewers;
  readonly encoder: FakeEncoder;
  readonly config: Config;
  readonly logged: string[];
  /** Sends a request as a program on this machine would; `token` as a bearer token. */
  request(path: string, init?: RequestInit & { token?: string; from?: string }): Promise<Response>;
}

/** A stream route of the tests' own, in the place of the real ones. */
export const streamRoute: Route = {
  method: "get",
  path: "/stream",
  role: "view",
  description: { summary: "Updates", responses: { 200: { description: "The stream" } } },
  handler: (c) => c.text("stream"),
};

export interface TestOptions extends Partial<AppOptions> {
  readonly flags?: readonly string[];
  readonly extra?: readonly Route[];
  /** There is a pushed source `desk`; `silentSince` is what it says of its sender. */
  readonly desk?: { readonly silentSince?: number };
  readonly now?: () => number;
}

/** A server with an admin and a view token, of which `options` and `flags` may change anything. */
export function testServer(options: TestOptions = {}): TestServer {
  const tokens = [
    `--token=${ADMIN}`,
    `--view-token=${VIEWER}`,
    `--history-token=${HISTORIAN}`,
    `--push-token=${PUSHER}`,
  ];
  const flags = [...tokens, ...options.flags ?? []];
  const invocation = parseConfig(options.open ? options.flags ?? [] : flags, () => undefined);
  if (invocation.kind !== "run") throw new Error("the flags ask for help");
  const { config } = invocation;
  const capture = new FakeCapture(config.settings);
  const pushed = new FakeCapture(config.settings);
  const screen: ControlledSource = {
    id: "screen",
    kind: "captured",
    viewers: 1,
    silentSince: undefined,
    engine: capture,
  };
  const desk: ControlledSource = {
    id: "desk",
    kind: "pushed",
    viewers: 0,
    silentSince: options.desk?.silentSince,
    engine: pushed,
  };
  const sources = options.desk ? [screen, desk] : [screen];
  const viewers = new FakeViewers();
  const encoder = new FakeEncoder();
  const logged: string[] = [];
  const deps: Deps = {
    config,
    sources: {
      default: screen,
      get: (id) => sources.find((one) => one.id === (id ?? "screen")),
      list: () => sources,
    },
    viewers,
    now: options.now ?? (() => NOW),
  };
  const { app, routes } = createApp(deps, {
    open: false,
    encoder,
    log: (message) => logged.push(message),
    ...options,
  }, options.extra ?? [streamRoute]);
  return {
    app,
    routes,
    capture,
    pushed,
    viewers,
    encoder,
    config,
    logged,
    async request(path, { token, from = "127.0.0.1", ...init } = {}) {
      const headers = new Headers(init.headers);
      if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
      const connection = { remoteAddr: { hostname: from, port: 50_000, transport: "tcp" } };
      return await app.request(path, { ...init, headers }, connection);
    },
  };
}

/** Reads a problem, checking that it is one. */
export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`not a problem: ${response.status} ${await response.text()}`);
  }
  const body = await response.json();
  if (body.status !== response.status) throw new Error("the problem has another status");
  return body;
}
