/**
 * A colour that no guess hit: one of the recent ones by its slot in a table, or spelt out, channel by
 * channel, as its distance from what the neighbours make likely.
 */
import { codeBit, codeTree, resetCells } from "./range_coder";

/** Recent colours, each at the slot that its hash names. 0 (black) is taken as free: black is spelt out each time. */
const RECENT_BITS: u32 = 12;
const RECENT: usize = memory.data((1 << 12) * 4, 16);

/** P("it is a recent colour"), and the slot's bits. */
const IS_RECENT: usize = memory.data(4, 16);
const SLOT_TREE: usize = memory.data((1 << 12) * 4, 16);
/** Per channel and context, the distance's 8 bits. */
const CONTEXTS: u32 = 8;
const CHANNEL_TREES: usize = memory.data(3 * 8 * 256 * 4, 16);

export function resetColours(): void {
  memory.fill(RECENT, 0, (1 << RECENT_BITS) * 4);
  resetCells(IS_RECENT, 1);
  resetCells(SLOT_TREE, 1 << RECENT_BITS);
  resetCells(CHANNEL_TREES, 3 * CONTEXTS * 256);
}

/**
 * Codes a colour given the left, upper and upper left neighbour.
 * Green comes first, in the context of how much the neighbours differ; red and blue follow as what remains
 * after green's distance, in the context of how large that was.
 */
export function codeColour<D>(actual: u32, w: u32, n: u32, nw: u32): u32 {
  let slot = slotOf(actual);
  if (codeBit<D>(IS_RECENT, actual != 0 && load<u32>(RECENT + <usize>slot * 4) == actual)) {
    slot = codeTree<D>(SLOT_TREE, RECENT_BITS, slot);
    return load<u32>(RECENT + <usize>slot * 4);
  }
  const green = codeChannel<D>(0, activity(w, n, nw), actual, w, n, nw, 8, 0);
  const distance = (green - median(w >> 8 & 255, n >> 8 & 255, nw >> 8 & 255)) & 255;
  const size = 32 - clz<u32>(distance < 128 ? distance : 256 - distance);
  const context = min<u32>(size, CONTEXTS - 1);
  const red = codeChannel<D>(1, context, actual, w, n, nw, 16, distance);
  const blue = codeChannel<D>(2, context, actual, w, n, nw, 0, distance);
  const colour = red << 16 | green << 8 | blue;
  store<u32>(RECENT + <usize>slotOf(colour) * 4, colour);
  return colour;
}

// @ts-ignore: decorator
@inline
function slotOf(colour: u32): u32 {
  return (colour * 0x9e3779b1) >> (32 - RECENT_BITS);
}

function codeChannel<D>(
  channel: u32, context: u32, actual: u32, w: u32, n: u32, nw: u32, shift: u32, offset: u32,
): u32 {
  const guess = median(w >> shift & 255, n >> shift & 255, nw >> shift & 255) + offset;
  const tree = CHANNEL_TREES + <usize>(channel * CONTEXTS + context) * 256 * 4;
  return (codeTree<D>(tree, 8, ((actual >> shift) - guess) & 255) + guess) & 255;
}

/** How much the neighbours differ in green, as one of six steps. */
function activity(w: u32, n: u32, nw: u32): u32 {
  const corner = <i32>(nw >> 8 & 255);
  const sum = abs(<i32>(w >> 8 & 255) - corner) + abs(<i32>(n >> 8 & 255) - corner);
  return sum < 3 ? 0 : sum < 8 ? 1 : sum < 16 ? 2 : sum < 40 ? 3 : sum < 90 ? 4 : 5;
}

/** The median edge detector of JPEG-LS (ITU-T T.87, A.4.1): a for left, b for up, c for the corner. */
function median(a: u32, b: u32, c: u32): u32 {
  const lower = min(a, b);
  const upper = max(a, b);
  return c >= upper ? lower : c <= lower ? upper : a + b - c;
}
