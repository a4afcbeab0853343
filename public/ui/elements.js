/** The elements of index.html, by the names that the parts of the page use for them. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T} the page's element with this id
 * @throws {Error} when index.html has no such element of this type
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} "${id}"`);
  return element;
}

/**
 * @param {HTMLElement} stage
 * @returns {import("./status.js").StatusElements}
 */
export function statusElements(stage) {
  return {
    pill: byId("status", HTMLElement),
    word: byId("status-word", HTMLElement),
    countdown: byId("status-countdown", HTMLElement),
    spoken: byId("status-spoken", HTMLElement),
    stage,
    banner: byId("banner", HTMLElement),
    bannerTitle: byId("banner-title", HTMLElement),
    bannerDetail: byId("banner-detail", HTMLElement),
    bannerQuiet: byId("banner-quiet", HTMLElement),
    retry: byId("retry", HTMLButtonElement),
  };
}

/** @returns {import("./panel.js").PanelElements} */
export function panelElements() {
  return {
    dialog: byId("panel", HTMLDialogElement),
    form: byId("panel-form", HTMLFormElement),
    fields: byId("panel-fields", HTMLElement),
    advanced: byId("panel-advanced", HTMLElement),
    readOnly: byId("panel-readonly", HTMLElement),
    message: byId("panel-message", HTMLElement),
    apply: byId("panel-apply", HTMLButtonElement),
    pause: byId("panel-pause", HTMLButtonElement),
    keyframe: byId("panel-keyframe", HTMLButtonElement),
  };
}

/** @returns {import("./help.js").HelpElements} */
export function helpElements() {
  return {
    dialog: byId("help", HTMLDialogElement),
    keys: byId("help-keys", HTMLElement),
    shortcuts: byId("help-shortcuts", HTMLInputElement),
  };
}

/** @returns {import("./sign_in.js").SignInElements} */
export function signInElements() {
  return {
    card: byId("signin", HTMLElement),
    form: byId("signin-form", HTMLFormElement),
    input: byId("signin-token", HTMLInputElement),
    error: byId("signin-error", HTMLElement),
    cancel: byId("signin-cancel", HTMLButtonElement),
  };
}

/** @returns {import("../sources/target_bar.js").TargetBarElements} */
export function targetBarElements() {
  return {
    bar: byId("target", HTMLElement),
    what: byId("target-what", HTMLSelectElement),
    part: byId("target-part", HTMLButtonElement),
    whole: byId("target-whole", HTMLButtonElement),
    note: byId("target-note", HTMLElement),
  };
}

/** @returns {import("./notice.js").NoticeElements} */
export function noticeElements() {
  return {
    box: byId("note", HTMLElement),
    text: byId("note-text", HTMLElement),
    close: byId("note-close", HTMLButtonElement),
  };
}
