/** Sources whose pictures a child process writes: cameras and videos through ffmpeg, and any command. */
import type { Opened } from "../../open_source.ts";
import { SourceLost } from "../../source.ts";
import type { ChildSpec, PushedFrame } from "../../worker_protocol.ts";
import { FrameScreen } from "../frame_screen.ts";
import { type Clock, REAL_CLOCK } from "./clock.ts";
import { commandOf } from "./command.ts";
import { type Child, startChild } from "./process.ts";
import { Supervisor } from "./supervisor.ts";
import { clean, labelOf } from "./words.ts";

/** Of what people are told, characters. */
const MAX_REASON = 400;

/** What is opened, and how to know that nothing of it is left. */
export interface OpenedChild extends Opened {
  /** Resolves once the child, and all that it started, is gone after `close`. It takes at most 4 s. */
  readonly released: () => Promise<void>;
}

export interface ChildOptions {
  /** True: a child that does not write a picture now may do so later; the picture is black until then. Default false. */
  readonly patient?: boolean;
  /** What the child is run by; default: the real ones. */
  readonly clock?: Clock;
  readonly start?: () => Child;
}

/** Of the black picture. */
const UNKNOWN_SIZE = { width: 640, height: 480 };

/**
 * Starts a child and waits for its first picture, which says the size.
 * @throws {SourceLost} when there is none within 10 s, unless patient; says why, with the child's last words
 */
export async function openChildSource(
  spec: ChildSpec,
  options: ChildOptions = {},
): Promise<OpenedChild> {
  const { patient = false, clock = REAL_CLOCK } = options;
  const label = labelOf(spec);
  const command = commandOf(spec, Deno.build.os);
  const first = Promise.withResolvers<PushedFrame>();
  let screen: FrameScreen | undefined;
  const supervisor = new Supervisor({
    command,
    clock,
    startChild: options.start ?? (() => startChild(command, clock)),
    show: (frame) => {
      first.resolve(frame);
      screen?.put(frame);
    },
    say: (reason) => {
      const words = reason === undefined ? undefined : clean(`${label} ${reason}`, MAX_REASON);
      if (screen) screen.setSilence(words);
      else if (words !== undefined) first.reject(new SourceLost(words));
    },
  });
  supervisor.start();
  let note: string | undefined;
  try {
    const frame = await first.promise;
    screen = new FrameScreen(label, frame, supervisor);
    screen.put(frame);
  } catch (error) {
    if (!patient || !(error instanceof SourceLost)) {
      supervisor.stop();
      await supervisor.over;
      throw error;
    }
    note = error.message;
    screen = new FrameScreen(label, UNKNOWN_SIZE, supervisor);
    screen.setSilence(note);
  }
  return {
    source: screen.open(),
    reopen: screen.open,
    note,
    released: () => supervisor.over,
  };
}
