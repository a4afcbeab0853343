/**
 * The decoder's WebAssembly, compiled once.
 *
 * @typedef {object} PixelKernels
 * @property {WebAssembly.Memory} memory
 * @property {() => void} contextReset
 * @property {(input: number, length: number, canvas: number, width: number, x: number, y: number, w: number, h: number) => number} contextDecode
 * @property {(input: number, length: number, tile: number, width: number, height: number) => number} riceDecode
 * @property {() => void} lossyReset
 * @property {(input: number, length: number, canvas: number, width: number, height: number, x: number, y: number, w: number, h: number) => number} lossyDecode
 * @property {(from: number, to: number, width: number, x: number, y: number, w: number, h: number) => void} toRgbaRect
 * @property {(picture: number, width: number, height: number, swapped: number, out: number) => void} hashTiles
 */
import { PIXELS_WASM } from "./pixels_wasm.js";

export const WASM_PAGE = 65536;

/** @type {WebAssembly.Module | undefined} */
let module;

/**
 * An instance with a memory of its own. Compiling takes no noticeable time: it is a few kilobytes.
 *
 * @returns {PixelKernels}
 */
export function newKernels() {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(PIXELS_WASM), (c) => c.charCodeAt(0)));
  const exports = new WebAssembly.Instance(module, {}).exports;
  return /** @type {PixelKernels} */ (/** @type {unknown} */ (exports));
}
