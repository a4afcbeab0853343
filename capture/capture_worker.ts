/**
 * The capture Worker: runs the loop and answers its owner (engine.ts). Everything that touches pixels
 * happens here, so that HTTP never waits for it.
 */
import { setImmediate } from "node:timers/promises";
import type { LiveSettings } from "../config.ts";
import { clip } from "./geometry.ts";
import { type Kernels, loadKernels } from "./kernels/kernels.ts";
import { CaptureLoop } from "./loop.ts";
import { type Opened, openSource } from "./open_source.ts";
import { trySelect } from "./select.ts";
import { SourceLost } from "./source.ts";
import type { Asked, Command, Refusal, Report } from "./worker_protocol.ts";

/** The part of the Worker's global scope in use here; the DOM's types know it as a window. */
interface Scope {
  postMessage(report: Report, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Command>) => void) | null;
  close(): void;
}
const scope = globalThis as unknown as Scope;

let loop: CaptureLoop | undefined;
let stopped: (() => void) | undefined;
/** What the owner may do to a pushed source, and to the wall. */
let pushed: Pick<Opened, "put" | "setSilence" | "wall"> = {};
/** Ends the loop's wait. */
let wake = () => {};

scope.onmessage = ({ data: command }) => {
  switch (command.type) {
    case "start":
      start(command).catch((error) => {
        // Without the loop there is nothing to stream: the owner hears of it and ends this Worker.
        scope.postMessage({ type: "failed", reason: describe(error) });
      });
      return;
    case "viewers":
      return loop?.setViewers(command.count, command.neededFps);
    case "frame":
      pushed.put?.(command.frame);
      return;
    case "silence":
      pushed.setSilence?.(command.reason);
      return;
    case "wall":
      pushed.wall?.show(command.sources);
      return;
    case "feed":
      return feed(command);
    case "ask":
      answer(command).catch((error) => {
        scope.postMessage({ type: "fault", id: command.id, reason: describe(error) });
      });
  }
};

function feed({ source, feed, parts }: Extract<Command, { type: "feed" }>): void {
  let fault: string | undefined;
  try {
    pushed.wall?.feed(source, feed, parts);
  } catch (error) {
    fault = describe(error);
  }
  scope.postMessage({ type: "fed", feed, fault });
}

async function start(command: Extract<Command, { type: "start" }>): Promise<void> {
  const kernels = await loadKernels();
  const source = await openSource(command.source, command.patient);
  let over = false;
  const opened: Opened = {
    ...source,
    reopen(target) {
      // Whoever asks for a picture while it is being closed would have it opened again.
      if (over) throw new SourceLost("The source is closed");
      return source.reopen(target);
    },
  };
  let running: CaptureLoop | undefined;
  try {
    running = begin(command, kernels, opened);
    while (!stopped) {
      await rest(running);
      if (!stopped) await running.step();
    }
  } catch (error) {
    over = true;
    // Why it cannot go on is what counts, whatever else goes wrong now.
    await release(running ?? opened.source, opened).catch(() => {});
    throw error;
  }
  over = true;
  await release(running, opened);
  stopped();
}

/** Begins the loop, and says so. */
function begin(
  command: Extract<Command, { type: "start" }>,
  kernels: Kernels,
  opened: Opened,
): CaptureLoop {
  const clocks = { steady: () => performance.now(), wall: () => Date.now() };
  const running = new CaptureLoop(
    kernels,
    opened,
    command.settings,
    { seq: command.seq, epoch: command.epoch },
    clocks,
    (chunk) => {
      const transfer = [chunk.stream.buffer, chunk.messages.buffer];
      scope.postMessage({ type: "chunk", chunk }, transfer);
    },
    () => wake(),
  );
  loop = running;
  pushed = opened;
  const { label, size: { width, height } } = running;
  scope.postMessage({ type: "started", label, width, height, note: opened.note });
  return running;
}

/**
 * Closes the source, and resolves once nothing of it is left: the one that is begun in its place wants the same camera,
 * or the same port.
 */
async function release(held: { close(): void }, { released }: Opened): Promise<void> {
  try {
    held.close();
  } finally {
    await released?.();
  }
}

/** Waits until the loop has something to do. */
async function rest(loop: CaptureLoop): Promise<void> {
  const ms = loop.delay();
  if (ms === 0 || !loop.listens) return await pause(ms);
  wake = () => loop.interrupt();
  await loop.news(ms);
}

/** Waits `ms`, or until `wake`. Always gives way to messages, so that commands are heard at any load. */
function pause(ms: number): Promise<void> {
  // A timer of 0 ms takes two: too long between two ticks that are due.
  if (ms === 0) return setImmediate();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function answer(command: Extract<Command, { type: "ask" }>): Promise<void> {
  const { id } = command;
  if (!loop) throw new Error("The capture loop has not started");
  const reply = <K extends keyof Asked>(
    _what: K,
    value: Asked[K]["answer"],
    transfer?: Transferable[],
  ) => scope.postMessage({ type: "answer", id, answer: value }, transfer);
  switch (command.what) {
    case "settings": {
      const refusal = refuse(loop, command.patch);
      if (refusal) return scope.postMessage({ type: "refused", id, refusal });
      await loop.change({ ...loop.settings, ...command.patch });
      return reply("settings", loop.settings);
    }
    case "join":
      return reply("join", await loop.join(command));
    case "keyframe":
      return reply("keyframe", await loop.keyframe());
    case "picture": {
      const picture = await loop.picture(command.looked);
      return reply("picture", picture, [picture.rgba.buffer]);
    }
    case "look":
      return reply("look", await loop.look());
    case "stats":
      return reply("stats", loop.stats());
    case "health":
      return reply("health", loop.health());
    case "targets":
      return reply("targets", loop.targets() ?? null);
    case "select": {
      const refusal = trySelect(loop, command.target, command.region);
      if (refusal) return scope.postMessage({ type: "refused", id, refusal });
      // The answer comes behind the new size.
      await loop.look();
      return reply("select", loop.settings);
    }
    case "stop": {
      const ended = new Promise<void>((resolve) => stopped = resolve);
      wake();
      await ended;
      return reply("stop", null);
    }
  }
}

/** A region that shows nothing of the source cannot be taken. */
function refuse(loop: CaptureLoop, patch: Partial<LiveSettings>): Refusal | undefined {
  const { width, height } = loop.sourceSize;
  if (!patch.region || clip(patch.region, loop.sourceSize)) return undefined;
  const allowed = `a rectangle that overlaps the source's ${width}×${height} pixels`;
  return { field: "region", value: patch.region, allowed };
}

function describe(error: unknown): string {
  if (error instanceof SourceLost) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
