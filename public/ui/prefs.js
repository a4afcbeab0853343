/**
 * What the person watching chose last time, kept by the browser.
 *
 * @typedef {Object} Prefs
 * @property {boolean} stats      show the numbers
 * @property {boolean} outlines   outline changes
 * @property {boolean} shortcuts  single keys do things
 *
 * @typedef {Pick<Storage, "getItem" | "setItem">} Store
 */

const KEY = "patchcast";

/** @type {Readonly<Prefs>} */
export const defaultPrefs = Object.freeze({ stats: false, outlines: false, shortcuts: true });

/**
 * @param {() => Store} store  may throw: private windows and blocked cookies forbid storage
 * @returns {Prefs} the defaults where nothing valid is stored
 */
export function loadPrefs(store) {
  const prefs = { ...defaultPrefs };
  try {
    const stored = JSON.parse(store().getItem(KEY) ?? "{}");
    for (const name of /** @type {(keyof Prefs)[]} */ (Object.keys(prefs))) {
      if (typeof stored?.[name] === "boolean") prefs[name] = stored[name];
    }
  } catch {
    // No storage, or somebody else's text in it: the defaults do.
  }
  return prefs;
}

/**
 * @param {() => Store} store
 * @param {Prefs} prefs
 */
export function savePrefs(store, prefs) {
  try {
    store().setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Then the choice lasts as long as the page.
  }
}
