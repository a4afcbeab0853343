/**
 * Entry for other sites' pages: defines `<patchcast-view>` (docs/EMBED.md). Loaded twice, or from two servers, the first
 * one counts: a name can be defined once.
 */
import { PatchcastView } from "./embed/view_element.js";

if (!customElements.get("patchcast-view")) customElements.define("patchcast-view", PatchcastView);
