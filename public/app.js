/**
 * The page's entry: finds the elements, starts the engine, and connects the two.
 *
 * @typedef {import("./engine/messages.js").EngineEvent} EngineEvent
 * @typedef {import("./ui/shortcuts.js").Action} Action
 */
import { Caller } from "./engine/caller.js";
import { hostEngine } from "./engine/host.js";
import { readLink } from "./history/permalink.js";
import { Timeline } from "./history/timeline.js";
import { Chooser } from "./sources/chooser.js";
import { perform } from "./ui/actions.js";
import {
  byId,
  helpElements,
  noticeElements,
  panelElements,
  signInElements,
  statusElements,
} from "./ui/elements.js";
import { passOn } from "./ui/events.js";
import { Facts } from "./ui/facts.js";
import { bindFullscreen } from "./ui/fullscreen.js";
import { bindGestures } from "./ui/gestures.js";
import { createHelp } from "./ui/help.js";
import { Notice } from "./ui/notice.js";
import { Overlay } from "./ui/overlay.js";
import { bindPage } from "./ui/page_listeners.js";
import { Panel } from "./ui/panel.js";
import { loadPrefs, savePrefs } from "./ui/prefs.js";
import { PrefSwitches } from "./ui/pref_switches.js";
import { bindKeys } from "./ui/keyboard.js";
import { Session } from "./ui/session.js";
import { SignIn } from "./ui/sign_in.js";
import { StatsView } from "./ui/stats.js";
import { StatusView } from "./ui/status.js";
import { forcedTransport, takeToken } from "./ui/token.js";
import { Toolbar } from "./ui/toolbar.js";
import { View } from "./ui/view.js";

const base = new URL("./", location.href).href;
const caller = new Caller(null);
const api = { base, fetcher: caller.fetch };
const root = document.documentElement;
const stage = byId("stage", HTMLElement);
const screen = byId("screen", HTMLCanvasElement);
const sourceName = byId("source", HTMLElement);
const facts = new Facts(root);
const prefs = loadPrefs(() => localStorage);

/** @type {import("./engine/host.js").EngineHandle | null} */
let engine = null;
/** The engine that is to come. @type {Promise<import("./engine/host.js").EngineHandle> | null} */
let starting = null;

const session = new Session(base, caller, () => {
  tellClock();
  panel.setRole(session.role);
  chooser.roleChanged();
});
const view = new View(stage, screen, () => {
  toolbar.setZoom(view.percent);
  toolbar.press("fit", view.mode === "fit");
  toolbar.press("actual", view.mode === "actual");
  stage.classList.toggle("movable", view.movable);
  overlay.redraw();
  chooser.placed();
});
const overlay = new Overlay(byId("overlay", HTMLCanvasElement), view);
const toolbar = new Toolbar(byId("tools", HTMLElement), byId("zoom", HTMLOutputElement), act);
const switches = new PrefSwitches(prefs, toolbar, overlay, watch);
const statsView = new StatsView(byId("stats-list", HTMLElement));
const statusView = new StatusView(statusElements(stage));
const notice = new Notice(noticeElements(), () => stage.focus());
const panel = new Panel(
  panelElements(),
  {
    ...api,
    get source() {
      return sources.named;
    },
  },
  () => toolbar.expand("panel", panel.open),
);
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

const chooser = new Chooser({
  api,
  root,
  stage,
  view,
  overlay,
  now: () => session.now(),
  isAdmin: () => session.role === "admin",
  watch: (id) => engine?.send({ type: "source", id }),
  opened: () => engine?.send({ type: "wake" }),
  changed: () => {
    timeline.sourcesChanged();
    panel.sourceChanged(sources.chosen);
  },
  picked: () => timeline.picked(),
});
const sources = chooser.choice;
const timeline = new Timeline({
  api,
  root,
  stage,
  view,
  overlay,
  sources,
  now: () => session.now(),
  send: (command) => engine?.send(command),
  keys: () => prefs.shortcuts,
});
bindGestures(stage, view);
bind();
switches.apply();
await start();

/** The token first, if the address has one, then the picture. */
async function start() {
  const problem = await session.open(tokenOfAddress());
  if (problem !== null) {
    showOwnStatus("unauthorised", problem);
    signIn.show({ cancelable: false });
    return;
  }
  await startEngine();
}

async function startEngine() {
  // Two would draw on one canvas.
  while (starting) await starting.catch(() => null);
  if (engine) {
    engine.send({ type: "token", token: caller.token });
    return void await beginTimeline();
  }
  const link = readLink(location.href);
  const past = link.time !== null && session.role !== "view";
  try {
    starting = hostEngine(
      screen,
      {
        type: "start",
        base,
        forced: forcedTransport(location.search),
        visible: document.visibilityState === "visible",
        source: link.source,
        past,
        token: caller.token,
      },
      { inPage: new URLSearchParams(location.search).get("engine") === "page" },
      receive,
    ).finally(() => starting = null);
    engine = await starting;
    // The tab may have been hidden or shown while the Worker was loading.
    engine.send({ type: "visible", visible: document.visibilityState === "visible" });
    tellClock();
    watch();
    await beginTimeline();
    // No history, or none of that source.
    if (past && timeline.mode === "live") engine?.send({ type: "live" });
  } catch (error) {
    showOwnStatus("ended", `The page cannot draw: ${error}`);
  }
}

/** Shows the sources, and the timeline where there is one, at the moment that the address names. */
async function beginTimeline() {
  await sources.begin(readLink(location.href).source);
  await timeline.begin(session.role, readLink(location.href));
}

/** Lets the engine tell how old a picture is. */
function tellClock() {
  const { clockOffsetMs } = session;
  if (clockOffsetMs !== null) engine?.send({ type: "clock", offsetMs: clockOffsetMs });
}

/**
 * A token that somebody pasted, or followed a link with.
 *
 * @param {string} token
 * @returns {Promise<string | null>} why not; null: let in
 */
async function letIn(token) {
  const problem = await session.open(token);
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
  passOn(event, {
    screen,
    sourceName,
    view,
    overlay,
    facts,
    prefs,
    statsView,
    signIn,
    timeline,
    status: showStatus,
    ended: (detail) => {
      // It has been closed: whoever connects again starts another one.
      engine = null;
      showOwnStatus("ended", detail);
    },
  });
}

/** @param {import("./ui/status.js").StatusEvent} event */
function showStatus(event) {
  const before = byId("status", HTMLElement).dataset.status;
  statusView.show(event);
  facts.status(event.status, view.frame !== null);
  const live = event.transport === "sse" ? "events" : "stream";
  facts.path = `${facts.past ? "history" : live}, ${engine?.place ?? ""}`;
  notice.show(event.note);
  if (event.status === "unauthorised") signIn.show({ cancelable: false });
  else if (event.status === "live" && before !== "live" && before !== "stale") {
    signIn.hide();
    // Another server may answer now, with another clock and other rights.
    session.open(null).then(() => timeline.open ? undefined : beginTimeline());
  }
}

/**
 * A state that the engine does not know of, since it is not running.
 *
 * @param {"unauthorised" | "ended"} status
 * @param {string} detail
 */
function showOwnStatus(status, detail) {
  const rest = { note: "", retryInMs: null, quietMs: null };
  statusView.show({ type: "status", status, detail, ...rest, transport: "stream" });
  facts.status(status, view.frame !== null);
}

/** @param {Action} action */
function act(action) {
  perform(action, { view, fullscreen, panel, help, toggle: (pref) => switches.toggle(pref) });
}

/** The engine measures and reports only what is looked at. */
function watch() {
  engine?.send({ type: "watch", stats: prefs.stats, outlines: prefs.outlines });
}

/** Listeners for the life of the page. */
function bind() {
  if (!fullscreen.available) toolbar.remove("fullscreen");
  bindPage({
    visible: (visible) => {
      timeline.visible(visible);
      engine?.send({ type: "visible", visible });
    },
    online: () => engine?.send({ type: "wake" }),
    addressChanged,
    retry: startEngine,
    otherToken: () => {
      panel.close();
      signIn.show({ cancelable: true });
    },
    second: (now) => chooser.tick(now),
  });
  bindKeys(stage, { enabled: () => prefs.shortcuts, act, escape });
}

/** A link with another token, or to somewhere else, opened in this very tab, only changes the part behind the "#". */
async function addressChanged() {
  const token = tokenOfAddress();
  const link = readLink(location.href);
  // It may have opened since the list was read.
  if (link.source !== null && !sources.has(link.source)) await sources.refresh();
  timeline.visit(link);
  if (token === null) return;
  const problem = await letIn(token);
  if (problem !== null) notice.show(problem);
}

/** Escape closes what is open; only then does it lead anywhere. */
function escape() {
  const meant = panel.open || help.open;
  panel.close();
  help.close();
  if (!timeline.escape() && !meant) chooser.escape();
}
