/**
 * The page's entry: finds the elements, starts the engine, and connects the two.
 *
 * @typedef {import("./engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("./ui/shortcuts.js").Action} Action
 */
import { steadyNow } from "./engine/clock.js";
import { hostEngine } from "./engine/host.js";
import { readLink } from "./history/permalink.js";
import { Timeline } from "./history/timeline.js";
import { perform } from "./ui/actions.js";
import { openSession } from "./ui/api.js";
import {
  byId,
  helpElements,
  panelElements,
  signInElements,
  statusElements,
} from "./ui/elements.js";
import { Facts } from "./ui/facts.js";
import { bindFullscreen } from "./ui/fullscreen.js";
import { bindGestures } from "./ui/gestures.js";
import { createHelp } from "./ui/help.js";
import { Overlay } from "./ui/overlay.js";
import { Panel } from "./ui/panel.js";
import { loadPrefs, savePrefs } from "./ui/prefs.js";
import { bindKeys } from "./ui/keyboard.js";
import { SignIn } from "./ui/sign_in.js";
import { StatsView } from "./ui/stats.js";
import { StatusView } from "./ui/status.js";
import { forcedTransport, takeToken } from "./ui/token.js";
import { Toolbar } from "./ui/toolbar.js";
import { View } from "./ui/view.js";

const base = new URL("./", location.href).href;
const api = { base };
const root = document.documentElement;
const stage = byId("stage", HTMLElement);
const screen = byId("screen", HTMLCanvasElement);
const facts = new Facts(root);
const prefs = loadPrefs(() => localStorage);

let place = "";
let dismissedNote = "";
/** The server's clock minus this machine's steady one. @type {number | null} */
let clockOffsetMs = null;
/** @type {import("./engine/host.js").EngineHandle | null} */
let engine = null;
/** @type {import("./ui/api.js").Role} */
let role = "view";

const view = new View(stage, screen, () => {
  toolbar.setZoom(view.percent);
  toolbar.press("fit", view.mode === "fit");
  toolbar.press("actual", view.mode === "actual");
  stage.classList.toggle("movable", view.movable);
  overlay.redraw();
});
const overlay = new Overlay(byId("overlay", HTMLCanvasElement), view);
const toolbar = new Toolbar(byId("tools", HTMLElement), byId("zoom", HTMLOutputElement), act);
const statsView = new StatsView(byId("stats-list", HTMLElement));
const statusView = new StatusView(statusElements(stage));
const panel = new Panel(panelElements(), api, () => toolbar.expand("panel", panel.open));
const help = createHelp(helpElements(), {
  toggled: () => toolbar.expand("help", help.open),
  shortcuts: prefs.shortcuts,
  setShortcuts: (on) => {
    prefs.shortcuts = on;
    savePrefs(() => localStorage, prefs);
  },
});
const signIn = new SignIn(signInElements(), letIn);
const fullscreen = bindFullscreen(root, (on) => toolbar.press("fullscreen", on));

const timeline = new Timeline({
  api,
  root,
  stage,
  view,
  overlay,
  now: () => clockOffsetMs === null ? Date.now() : steadyNow() + clockOffsetMs,
  send: (command) => engine?.send(command),
  keys: () => prefs.shortcuts,
});
bindGestures(stage, view);
bindPage();
applyPrefs();
await start();

/** The token first, if the address has one, then the picture. */
async function start() {
  const problem = await session(tokenOfAddress());
  if (problem !== null) {
    showOwnStatus("unauthorised", problem);
    signIn.show({ cancelable: false });
    return;
  }
  await startEngine();
}

async function startEngine() {
  if (engine) {
    engine.send({ type: "retry" });
    return void await beginTimeline();
  }
  const link = readLink(location.href);
  const past = link.time !== null && role !== "view";
  try {
    engine = await hostEngine(
      screen,
      {
        type: "start",
        base,
        forced: forcedTransport(location.search),
        visible: document.visibilityState === "visible",
        source: null,
        past,
      },
      { inPage: new URLSearchParams(location.search).get("engine") === "page" },
      receive,
    );
    place = engine.place;
    // The tab may have been hidden or shown while the Worker was loading.
    engine.send({ type: "visible", visible: document.visibilityState === "visible" });
    tellClock();
    watch();
    const there = await beginTimeline();
    if (past && !there) engine.send({ type: "live" });
  } catch (error) {
    showOwnStatus("ended", `The page cannot draw: ${error}`);
  }
}

/** Shows the timeline where there is one, at the moment that the address names. */
async function beginTimeline() {
  return await timeline.begin(role, readLink(location.href));
}

/**
 * Opens the session, with a token or with the cookie that a token left.
 *
 * @param {string | null} token
 * @returns {Promise<string | null>} why not; null: let in, or the server is away, which the engine deals with
 */
async function session(token) {
  const answer = await openSession(token, api);
  if (answer.kind === "refused") return answer.detail;
  if (answer.kind === "unreachable") return token === null ? null : answer.detail;
  clockOffsetMs = answer.clockOffsetMs;
  tellClock();
  role = answer.role;
  panel.setRole(role);
  return null;
}

/** Lets the engine tell how old a picture is. */
function tellClock() {
  if (clockOffsetMs !== null) engine?.send({ type: "clock", offsetMs: clockOffsetMs });
}

/**
 * A token that somebody pasted, or followed a link with.
 *
 * @param {string} token
 * @returns {Promise<string | null>} why not; null: let in
 */
async function letIn(token) {
  const problem = await session(token);
  if (problem === null) await startEngine();
  return problem;
}

/** Takes the token out of the address, so that it is neither copied nor bookmarked with it. */
function tokenOfAddress() {
  const { token, cleanHref } = takeToken(location.href);
  if (token !== null) history.replaceState(null, "", cleanHref);
  return token;
}

/** @param {EngineEvent} event */
function receive(event) {
  switch (event.type) {
    case "status":
      return showStatus(event);
    case "source":
      byId("source", HTMLElement).textContent = event.name;
      document.title = event.name === "" ? "Patchcast" : `${event.name} – Patchcast`;
      return;
    case "size":
      screen.setAttribute(
        "aria-label",
        `The screen being watched, ${event.width} by ${event.height}`,
      );
      return view.setFrame(event);
    case "moment":
      view.setFrame(event);
      return timeline.receive(event);
    case "pastFault":
      if (event.status === 401) signIn.show({ cancelable: true });
      return timeline.receive(event);
    case "played":
    case "playState":
    case "playEnd":
      return timeline.receive(event);
    case "changedWhileAway":
      return overlay.addChangedWhileAway(event.rects);
    case "losses":
      facts.inexact(event.rects.length);
      return overlay.setLosses(event.rects);
    case "painted":
      facts.painted(event.seq);
      if (prefs.outlines) overlay.addOutlines(event.rects);
      return;
    case "check":
      return facts.checked(event.report);
    case "cursor":
      return overlay.setCursor(event);
    case "stats":
      return statsView.show(event.stats, {
        ...facts.forStats,
        frame: view.frame,
        zoom: view.percent,
      });
    case "fault":
      return showOwnStatus("ended", `The page cannot draw: ${event.text}`);
  }
}

/** @param {Extract<EngineEvent, { type: "status" }>} event */
function showStatus(event) {
  const before = byId("status", HTMLElement).dataset.status;
  statusView.show(event);
  facts.status(event.status, view.frame !== null);
  facts.path = `${event.transport === "sse" ? "events" : "stream"}, ${place}`;
  showNote(event.note);
  if (event.status === "unauthorised") signIn.show({ cancelable: false });
  else if (event.status === "live" && before !== "live" && before !== "stale") {
    signIn.hide();
    // Another server may answer now, with another clock and other rights.
    session(null).then(() => timeline.open ? undefined : beginTimeline());
  }
}

/** @param {string} note */
function showNote(note) {
  byId("note-text", HTMLElement).textContent = note;
  byId("note", HTMLElement).hidden = note === "" || note === dismissedNote;
}

/**
 * A state that the engine does not know of, since it is not running.
 *
 * @param {"unauthorised" | "ended"} status
 * @param {string} detail
 */
function showOwnStatus(status, detail) {
  const rest = {
    note: "",
    retryInMs: null,
    quietMs: null,
    transport: /** @type {const} */ ("stream"),
  };
  statusView.show({ type: "status", status, detail, ...rest });
  facts.status(status, view.frame !== null);
}

/** @param {Action} action */
function act(action) {
  perform(action, { view, fullscreen, panel, help, toggle });
}

/** @param {"stats" | "outlines"} pref */
function toggle(pref) {
  prefs[pref] = !prefs[pref];
  applyPrefs();
}

/** Shows and remembers what was chosen. */
function applyPrefs() {
  savePrefs(() => localStorage, prefs);
  toolbar.press("stats", prefs.stats);
  toolbar.press("outlines", prefs.outlines);
  byId("stats", HTMLElement).hidden = !prefs.stats;
  if (!prefs.outlines) overlay.clearOutlines();
  watch();
}

/** The engine measures and reports only what is looked at. */
function watch() {
  engine?.send({ type: "watch", stats: prefs.stats, outlines: prefs.outlines });
}

/** Listeners for the life of the page. */
function bindPage() {
  if (!fullscreen.available) toolbar.remove("fullscreen");
  document.addEventListener("visibilitychange", () => {
    const visible = document.visibilityState === "visible";
    timeline.visible(visible);
    engine?.send({ type: "visible", visible });
  });
  addEventListener("online", () => engine?.send({ type: "wake" }));
  // A link with another token, opened in this very tab, only changes the part behind the "#".
  addEventListener("hashchange", async () => {
    const token = tokenOfAddress();
    timeline.visit(readLink(location.href));
    if (token === null) return;
    const problem = await letIn(token);
    if (problem !== null) showNote(problem);
  });
  byId("retry", HTMLButtonElement).addEventListener("click", startEngine);
  byId("note-close", HTMLButtonElement).addEventListener("click", () => {
    dismissedNote = byId("note-text", HTMLElement).textContent ?? "";
    showNote(dismissedNote);
    stage.focus();
  });
  byId("panel-signin", HTMLButtonElement).addEventListener("click", () => {
    panel.close();
    signIn.show({ cancelable: true });
  });
  bindKeys(stage, {
    enabled: () => prefs.shortcuts,
    act,
    escape: () => {
      panel.close();
      help.close();
      timeline.escape();
    },
  });
}
