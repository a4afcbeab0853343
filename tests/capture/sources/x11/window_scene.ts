/** A window to capture, for tests: one of stripes, what lies in front of it, and when it is there. */
import type { Source } from "../../../../capture/source.ts";
import { newsWhere } from "./harness.ts";
import { TestWindow, type TestWindowOptions } from "./test_window.ts";
import type { Xvfb } from "../xvfb.ts";

/** Where `show` puts the window. */
export const PLACE = { x: 50, y: 60, width: 200, height: 120 };

/** What finds the window of `show`. */
export const SHOWN = { kind: "window", window: "shown ONE" } as const;

/** Shows the window. */
export function show(server: Xvfb, options: Partial<TestWindowOptions> = {}): TestWindow {
  return new TestWindow(server.display, { title: "Shown one", app: "Test", ...PLACE, ...options });
}

/** Something in front of a part of `PLACE`. */
export function cover(server: Xvfb): TestWindow {
  return new TestWindow(server.display, {
    title: "in the way",
    x: 100,
    y: 0,
    width: 400,
    height: 400,
  });
}

/** Polls until the source is away for that reason, or with `undefined`, there. */
export async function silence(source: Source, reason: string | undefined): Promise<void> {
  await newsWhere(source, () => source.silence === reason);
}
