/** How the element looks, unless the page says otherwise: `patchcast-view::part(status) { … }`. */

/**
 * A constructed sheet: a page whose Content-Security-Policy allows no inline styles has it all the same.
 *
 * @returns {CSSStyleSheet}
 */
export function elementSheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}

const CSS = `
:host {
  display: block;
  position: relative;
  overflow: hidden;
  background: #000;
}
:host([hidden]) {
  display: none;
}
.view {
  position: relative;
  width: 100%;
  height: 100%;
  overflow: hidden;
}
.screen {
  display: block;
  width: 100%;
  height: 100%;
  object-fit: contain;
}
.view[data-fit="cover"] .screen {
  object-fit: cover;
}
.view[data-fit="actual"] {
  overflow: auto;
}
.pointer {
  position: absolute;
  top: 0;
  left: 0;
  transform-origin: 0 0;
  pointer-events: none;
}
/* A picture that may be old never looks like one that is not; after a moment, so that a blink does not flash. */
.view:not([data-status="live"]) > canvas {
  opacity: 0.45;
  transition: opacity 0.2s 0.4s;
}
.view[data-status="paused"] > canvas {
  opacity: 0.8;
}
/* What is on the canvas is another source. */
.view[data-status="missing"] > canvas {
  visibility: hidden;
}
.status {
  position: absolute;
  top: 8px;
  left: 8px;
  max-width: calc(100% - 16px);
  box-sizing: border-box;
  margin: 0;
  padding: 5px 10px;
  border-radius: 6px;
  background: rgb(20 22 26 / 0.88);
  color: #fff;
  font: 13px/1.4 system-ui, sans-serif;
  overflow-wrap: anywhere;
  animation: appear 0.2s 0.4s both;
}
/* Not taken away: a live region that comes and goes is not read out. */
.status:empty {
  padding: 0;
  animation: none;
}
@keyframes appear {
  from {
    opacity: 0;
  }
}
@media (prefers-reduced-motion: reduce) {
  .view > canvas {
    transition: none !important;
  }
  .status {
    animation: none;
  }
}
`;
