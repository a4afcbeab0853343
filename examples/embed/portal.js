/** Gives the element what somebody typed, and shows what the element tells. */
const form = document.querySelector("#form");
const token = document.querySelector("#token");
const source = document.querySelector("#source");
const screen = document.querySelector("#screen");
const status = document.querySelector("#status");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  screen.source = source.value.trim();
  // Not an attribute: those are in the page for every script to read.
  screen.setToken(token.value);
});
screen.addEventListener("patchcast-status", ({ detail }) => {
  status.value = `${detail.status} ${detail.text}`.trim();
});
screen.addEventListener("patchcast-size", ({ detail }) => {
  screen.title = `${detail.width} × ${detail.height}`;
});
