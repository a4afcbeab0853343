/**
 * Keeps the page's address at the moment that is shown, so that a reload or a bookmark leads back to it.
 *
 * @typedef {import("./permalink.js").Link} Link
 */
import { writeLink } from "./permalink.js";

/** Safari refuses more than 100 changes in 30 s. */
const PAUSE_MS = 400;

export class AddressKeeper {
  /** @type {Link | null} */
  #wanted = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Link} link  from now on, once it stays so for a moment */
  keep(link) {
    if (JSON.stringify(link) === JSON.stringify(this.#wanted)) return;
    this.#wanted = link;
    clearTimeout(this.#timer);
    const before = location.href;
    this.#timer = setTimeout(() => {
      // Somebody is on the way to another place.
      if (location.href !== before) return;
      const href = writeLink(location.href, link);
      if (href !== location.href) history.replaceState(null, "", href);
    }, PAUSE_MS);
  }

  /** Somebody has changed the address: it stays so until another moment is shown. */
  moved() {
    clearTimeout(this.#timer);
    this.#wanted = null;
  }
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} it is in the clipboard
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not on plain HTTP but for localhost: the old way.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const good = document.execCommand("copy");
    field.remove();
    return good;
  }
}
