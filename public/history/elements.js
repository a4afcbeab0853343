/** The timeline's elements of index.html. */
import { byId } from "../ui/elements.js";

/** @typedef {ReturnType<typeof timelineElements>} TimelineElements */

/** @returns everything that the timeline writes to or listens to */
export function timelineElements() {
  return {
    section: byId("timeline", HTMLElement),
    live: byId("time-live", HTMLButtonElement),
    toggleName: byId("time-toggle-name", HTMLElement),
    text: byId("time-text", HTMLElement),
    note: byId("time-note", HTMLElement),
    speed: byId("time-speed", HTMLSelectElement),
    skipIdle: byId("time-skip", HTMLInputElement),
    box: byId("time-box", HTMLButtonElement),
    copy: byId("time-copy", HTMLButtonElement),
    forget: byId("time-forget", HTMLButtonElement),
    storage: byId("time-storage", HTMLElement),
    boxBar: byId("time-box-bar", HTMLElement),
    boxText: byId("time-box-text", HTMLElement),
    strip: byId("strip", HTMLElement),
    canvas: byId("strip-canvas", HTMLCanvasElement),
    pillTime: byId("status-time", HTMLElement),
    helpKeys: byId("help-time-keys", HTMLElement),
    help: byId("help-time", HTMLElement),
  };
}

/** @returns {import("./peek.js").PeekElements} */
export function peekElements() {
  return {
    card: byId("peek", HTMLElement),
    image: byId("peek-image", HTMLImageElement),
    text: byId("peek-text", HTMLElement),
  };
}

/** @returns {import("./forget_dialog.js").ForgetElements} */
export function forgetElements() {
  return {
    dialog: byId("forget", HTMLDialogElement),
    source: byId("forget-source", HTMLElement),
    view: byId("forget-view", HTMLElement),
    recentChoice: byId("forget-recent", HTMLInputElement),
    viewChoice: byId("forget-range", HTMLInputElement),
    boxChoice: byId("forget-box", HTMLInputElement),
    message: byId("forget-message", HTMLElement),
    cancel: byId("forget-cancel", HTMLButtonElement),
    go: byId("forget-go", HTMLButtonElement),
  };
}
