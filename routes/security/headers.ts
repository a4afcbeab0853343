/**
 * The headers that every response carries, errors included.
 */

/** Only this server's own files run. WASM is for the zstd decoder. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const fixed: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/**
 * Adds the headers; responses that say nothing about caching are not to be stored anywhere.
 * @param frameAncestors which sites may show the page inside of their own: the value of that CSP directive
 */
export function secureHeaders(headers: Headers, frameAncestors: string): void {
  const policy = `${CONTENT_SECURITY_POLICY}; frame-ancestors ${frameAncestors}`;
  headers.set("content-security-policy", policy);
  for (const [name, value] of Object.entries(fixed)) headers.set(name, value);
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}
