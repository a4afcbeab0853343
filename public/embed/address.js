/**
 * Which server an element watches: from what stands in its `src`.
 *
 * @typedef {{ base: string } | { problem: string }} Address  `base`: absolute, ends in a slash
 */

/** Of a refused `src` that is shown. */
const MAX_SHOWN = 120;

/**
 * @param {string} src   absolute, or relative to the page; a folder with or without a slash at the end
 * @param {string} page  absolute URL that relative ones are relative to
 * @returns {Address} `problem`: why it is none, for people
 */
export function readAddress(src, page) {
  const url = URL.canParse(src, page) ? new URL(src, page) : null;
  if (url && (url.hash !== "" || url.search !== "" || url.username !== "" || url.password !== "")) {
    // Somebody pasted the link that lets in: it is not shown to everyone who looks at the page.
    return {
      problem: "Cannot set src: got an address with more than a path, wanted one like " +
        "https://host/; a token goes to setToken()",
    };
  }
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    const shown = JSON.stringify(src.slice(0, MAX_SHOWN));
    return { problem: `Cannot set src: got ${shown}, wanted an address like https://host/` };
  }
  return { base: url.href.endsWith("/") ? url.href : `${url.href}/` };
}
