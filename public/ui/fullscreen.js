/**
 * Fullscreen: the bars step aside, and come back while the mouse moves or one of them has the focus.
 */

/** How long the bars stay after the last movement. */
const AWAKE_MS = 2500;

/**
 * @param {HTMLElement} root  the document's element; gets `data-fullscreen` and `data-awake`
 * @param {(on: boolean) => void} changed
 * @returns {{ available: boolean, toggle: () => void }}
 */
export function bindFullscreen(root, changed) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function sleep() {
    delete root.dataset.awake;
  }

  function wake() {
    if (document.fullscreenElement === null) return;
    root.dataset.awake = "";
    clearTimeout(timer);
    timer = setTimeout(sleep, AWAKE_MS);
  }

  document.addEventListener("fullscreenchange", () => {
    const on = document.fullscreenElement !== null;
    if (on) root.dataset.fullscreen = "";
    else delete root.dataset.fullscreen;
    clearTimeout(timer);
    sleep();
    changed(on);
  });
  document.addEventListener("pointermove", wake);

  return {
    available: document.fullscreenEnabled,
    toggle: () => {
      const done = document.fullscreenElement
        ? document.exitFullscreen()
        : root.requestFullscreen();
      // Refused without a person's click, or by a policy of an embedding page: stay as we are.
      done.catch(() => {});
    },
  };
}
