/**
 * The control panel: shows the server's settings, sends what was changed, and puts refusals beside the fields
 * that caused them. Somebody who may only watch sees the settings and a word why they are fixed.
 *
 * @typedef {import("./api.js").Role} Role
 * @typedef {import("./api.js").Refused} Refused
 *
 * @typedef {Object} PanelElements
 * @property {HTMLDialogElement} dialog
 * @property {HTMLFormElement} form
 * @property {HTMLElement} fields     gets the common fields
 * @property {HTMLElement} advanced   gets the others
 * @property {HTMLElement} readOnly   shown to those who may only watch
 * @property {HTMLElement} message    what happened last; a live region
 * @property {HTMLButtonElement} apply
 * @property {HTMLButtonElement} pause
 * @property {HTMLButtonElement} keyframe
 */
import { changeSettings, forceKeyframe, readSettings } from "./api.js";
import { SideDialog } from "./dialog.js";
import { changedFields, FIELDS } from "./panel_fields.js";

export class Panel {
  /** @type {PanelElements} */
  #elements;
  /** @type {import("./api.js").ApiOptions} */
  #api;
  /** @type {SideDialog} */
  #dialog;
  /** @type {Map<string, { input: HTMLInputElement, error: HTMLElement }>} */
  #fields = new Map();
  /** @type {Record<string, unknown> | null} */
  #settings = null;
  /** @type {Role} */
  #role = "view";
  #busy = false;
  /** Id of the source whose settings these are; empty: not known yet. */
  #source = "";
  /** How often another source was chosen: an answer from before says nothing of this one. */
  #turn = 0;

  /**
   * @param {PanelElements} elements
   * @param {import("./api.js").ApiOptions} api  asked each time: its source may change
   * @param {() => void} toggled
   */
  constructor(elements, api, toggled) {
    this.#elements = elements;
    this.#api = api;
    this.#dialog = new SideDialog(elements.dialog, toggled);
    for (const field of FIELDS) {
      const row = fieldRow(field);
      (field.advanced ? elements.advanced : elements.fields).append(row.element);
      this.#fields.set(field.name, row);
    }
    elements.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#apply();
    });
    elements.pause.addEventListener("click", () => {
      this.#change({ paused: this.#settings?.paused !== true });
    });
    elements.keyframe.addEventListener("click", () => this.#keyframe());
    this.#refresh();
  }

  get open() {
    return this.#dialog.open;
  }

  /** @param {Role} role */
  setRole(role) {
    this.#role = role;
    this.#refresh();
  }

  toggle() {
    this.#dialog.toggle();
    if (this.#dialog.open) this.#load();
  }

  /**
   * Maybe another source is watched: its settings are its own, and nothing is sent before they are known.
   *
   * @param {string} source  id of the chosen one
   */
  sourceChanged(source) {
    if (source === this.#source) return;
    this.#source = source;
    this.#turn++;
    this.#settings = null;
    for (const { input } of this.#fields.values()) input.value = "";
    this.#clearErrors();
    this.#refresh();
    if (this.#dialog.open) this.#load();
  }

  close() {
    this.#dialog.close();
  }

  async #load() {
    this.#say("Loading the settings…");
    const answer = await this.#while(() => readSettings(this.#api));
    if (!answer) return;
    if (!answer.ok) return this.#say(answer.detail, true);
    this.#accept(answer.body);
    this.#say("");
  }

  #apply() {
    if (!this.#settings) return;
    const texts = new Map([...this.#fields].map(([name, { input }]) => [name, input.value]));
    const changes = changedFields(texts, this.#settings);
    if (Object.keys(changes).length === 0) {
      this.#clearErrors();
      return this.#say("Nothing has changed.");
    }
    this.#change(changes);
  }

  /** @param {Record<string, unknown>} changes */
  async #change(changes) {
    this.#clearErrors();
    const answer = await this.#while(() => changeSettings(changes, this.#api));
    if (!answer) return;
    if (!answer.ok) return this.#showRefusal(answer);
    // What was typed into other fields and not applied yet stays.
    this.#accept(answer.body, Object.keys(changes));
    if ("paused" in changes) this.#say(changes.paused ? "Capture is paused." : "Capture goes on.");
    else this.#say("Applied.");
  }

  async #keyframe() {
    const answer = await this.#while(() => forceKeyframe(this.#api));
    if (!answer) return;
    if (!answer.ok) return this.#showRefusal(answer);
    this.#say(`Keyframe sent to everyone: seq ${answer.body.seq}.`);
  }

  /**
   * One request at a time; the buttons wait. Where another source is chosen meanwhile, its settings are read next.
   *
   * @template T
   * @param {() => Promise<T>} run
   * @returns {Promise<T | null>} null: another request is under way, or the answer is about another source
   */
  async #while(run) {
    if (this.#busy) return null;
    this.#busy = true;
    const turn = this.#turn;
    try {
      const answer = await run();
      if (turn === this.#turn) return answer;
    } finally {
      this.#busy = false;
    }
    if (this.#dialog.open) this.#load();
    return null;
  }

  /**
   * @param {Record<string, unknown>} settings
   * @param {readonly string[]} [names]  of the fields to fill in; all when left out
   */
  #accept(settings, names = [...this.#fields.keys()]) {
    this.#settings = settings;
    for (const name of names) {
      const field = this.#fields.get(name);
      if (field) field.input.value = String(settings[name] ?? "");
    }
    this.#refresh();
  }

  /** @param {Refused} refused */
  #showRefusal({ status, detail, fields }) {
    let first = null;
    for (const [name, words] of fields) {
      const field = this.#fields.get(name);
      if (!field) continue;
      field.error.textContent = words;
      field.error.hidden = false;
      field.input.setAttribute("aria-invalid", "true");
      first ??= field.input;
    }
    const closed = first?.closest("details");
    if (closed) closed.open = true;
    first?.focus();
    if (status === 401 || status === 403) this.#say(`Not allowed: ${detail}`, true);
    else this.#say(first ? "Nothing was changed: see above." : detail, true);
  }

  #clearErrors() {
    for (const { input, error } of this.#fields.values()) {
      error.hidden = true;
      error.textContent = "";
      input.removeAttribute("aria-invalid");
    }
  }

  /**
   * @param {string} text
   * @param {boolean} [bad]
   */
  #say(text, bad = false) {
    this.#elements.message.textContent = text;
    this.#elements.message.classList.toggle("bad", bad);
  }

  #refresh() {
    const { readOnly, apply, pause, keyframe } = this.#elements;
    const fixed = this.#role !== "admin";
    readOnly.hidden = !fixed;
    // Read-only rather than disabled: the values can still be reached, read out and copied.
    for (const { input } of this.#fields.values()) input.readOnly = fixed;
    for (const button of [apply, pause, keyframe]) button.disabled = fixed || !this.#settings;
    const paused = this.#settings?.paused === true;
    pause.textContent = paused ? "Resume capture" : "Pause capture";
  }
}

/**
 * @param {import("./panel_fields.js").Field} field
 * @returns {{ element: HTMLElement, input: HTMLInputElement, error: HTMLElement }}
 */
function fieldRow({ name, label, unit, hint, choices }) {
  const element = document.createElement("div");
  element.className = "field";
  const caption = document.createElement("label");
  caption.htmlFor = `field-${name}`;
  caption.textContent = label;
  const input = document.createElement("input");
  input.id = `field-${name}`;
  input.name = name;
  // Not type="number": that would swallow what it does not understand before the server can explain.
  input.inputMode = choices ? "text" : "decimal";
  input.autocomplete = "off";
  input.maxLength = 40;
  const suffix = document.createElement("span");
  suffix.className = "unit";
  suffix.textContent = unit;
  const help = document.createElement("p");
  help.id = `hint-${name}`;
  help.className = "hint";
  help.textContent = hint;
  const error = document.createElement("p");
  error.id = `error-${name}`;
  error.className = "error";
  error.hidden = true;
  input.setAttribute("aria-describedby", `${help.id} ${error.id}`);
  element.append(caption, input, suffix, error, help);
  if (choices) element.append(choiceList(input, choices));
  return { element, input, error };
}

/**
 * @param {HTMLInputElement} input
 * @param {readonly string[]} choices
 * @returns {HTMLDataListElement}
 */
function choiceList(input, choices) {
  const list = document.createElement("datalist");
  list.id = `choices-${input.name}`;
  for (const choice of choices) list.append(new Option(choice, choice));
  input.setAttribute("list", list.id);
  return list;
}
