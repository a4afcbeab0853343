/** The decoder's exports: what the page needs of the kernels (built into public/decoder/pixels_wasm.js). */
export { contextDecode, contextReset } from "./context";
export { lossyDecode, lossyReset } from "./lossy";
export { toRgbaRect } from "./pixels";
export { riceDecode } from "./rice";
export { hashTiles } from "./tile_hash";
