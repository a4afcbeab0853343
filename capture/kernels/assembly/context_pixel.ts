/**
 * One pixel of the context coder: a few guesses, each confirmed or refused by one bit.
 *
 * The guesses come from tables that remember what stood there the last time the neighbourhood looked the
 * same, for a large neighbourhood (12 pixels), a medium one (9), a small one (4) together with the pixel
 * that is being replaced, and the small one alone; then the left neighbour, the upper one, the replaced
 * pixel itself. The chance that a guess is right is learnt by how often its entry was right before.
 *
 *        nnw nn  nne nnee        small:  w n nw ne
 *     nww nw  n  ne  nee         medium: small, ww nn nne nee nww
 *     www ww w  [x]              large:  medium, nnw www nnee
 */
import { codeColour } from "./context_colour";
import { codeBit, resetCells } from "./range_coder";

/**
 * Tables of guesses. An entry: the colour in the low 24 bits; its confidence, 0 to 15, in the next 4; in
 * the top 4 a check of the neighbourhood, since many share a slot.
 */
const LARGE_BITS: u32 = 18;
const MEDIUM_BITS: u32 = 17;
const REPLACED_BITS: u32 = 14;
const SMALL_BITS: u32 = 14;
const LARGE: usize = memory.data((1 << 18) * 4, 16);
const MEDIUM: usize = memory.data((1 << 17) * 4, 16);
const REPLACED: usize = memory.data((1 << 14) * 4, 16);
const SMALL: usize = memory.data((1 << 14) * 4, 16);

const COLOUR_BITS: u32 = 0x00ffffff;
const ONE_CONFIDENCE: u32 = 0x01000000;

/** P("the guess is right") by the entry's confidence, the neighbours' pattern and what was tried before. */
const HIT_LARGE: usize = memory.data(1024 * 4, 16);
const HIT_MEDIUM: usize = memory.data(1024 * 4, 16);
const HIT_REPLACED: usize = memory.data(1024 * 4, 16);
const HIT_SMALL: usize = memory.data(1024 * 4, 16);
const HIT_LEFT: usize = memory.data(64 * 4, 16);
const HIT_UP: usize = memory.data(64 * 4, 16);
const HIT_SAME: usize = memory.data(64 * 4, 16);

export function resetPixels(): void {
  memory.fill(LARGE, 0, (1 << LARGE_BITS) * 4);
  memory.fill(MEDIUM, 0, (1 << MEDIUM_BITS) * 4);
  memory.fill(REPLACED, 0, (1 << REPLACED_BITS) * 4);
  memory.fill(SMALL, 0, (1 << SMALL_BITS) * 4);
  resetCells(HIT_LARGE, 1024);
  resetCells(HIT_MEDIUM, 1024);
  resetCells(HIT_REPLACED, 1024);
  resetCells(HIT_SMALL, 1024);
  resetCells(HIT_LEFT, 64);
  resetCells(HIT_UP, 64);
  resetCells(HIT_SAME, 64);
}

// @ts-ignore: decorator
@inline
function mix(hash: u32, value: u32): u32 {
  return rotl<u32>(hash ^ value, 13) * 0x9e3779b1;
}

// @ts-ignore: decorator
@inline
function confidenceOf(entry: u32): u32 {
  return entry >> 24 & 15;
}

/** Takes note of what stood there: hits make an entry surer, misses wear it down until it is replaced. */
// @ts-ignore: decorator
@inline
function learn(slot: usize, check: u32, entry: u32, actual: u32): void {
  const colour = entry & COLOUR_BITS;
  const confidence = confidenceOf(entry);
  if (entry >> 28 != check) {
    if (confidence > 1) store<u32>(slot, entry - ONE_CONFIDENCE);
    else store<u32>(slot, actual | check << 28);
  } else if (colour == actual) {
    if (confidence < 15) store<u32>(slot, entry + ONE_CONFIDENCE);
  } else if (confidence > 3) {
    store<u32>(slot, colour | (confidence >> 1) << 24 | check << 28);
  } else {
    store<u32>(slot, actual | check << 28);
  }
}

/**
 * Codes the pixel in the middle of its neighbours. Inlined, so that these stay in registers.
 * @param actual the colour, when encoding
 * @param notLeft known not to be the left neighbour's colour (a run has just ended)
 * @param old the pixel that is being replaced
 */
// @ts-ignore: decorator
@inline
export function codePixel<D>(
  actual: u32, notLeft: bool, old: u32,
  w: u32, ww: u32, www: u32,
  n: u32, nw: u32, nww: u32, ne: u32, nee: u32,
  nn: u32, nnw: u32, nne: u32, nnee: u32,
): u32 {
  const small = mix(mix(mix(mix(0, w), n), nw), ne);
  const medium = mix(mix(mix(mix(mix(small, ww), nn), nne), nee), nww);
  const large = mix(mix(mix(medium, nnw), www), nnee);
  const replaced = mix(small, old);
  const largeSlot = LARGE + <usize>(large >> (32 - LARGE_BITS)) * 4;
  const mediumSlot = MEDIUM + <usize>(medium >> (32 - MEDIUM_BITS)) * 4;
  const replacedSlot = REPLACED + <usize>(replaced >> (32 - REPLACED_BITS)) * 4;
  const smallSlot = SMALL + <usize>(small >> (32 - SMALL_BITS)) * 4;
  const e1 = load<u32>(largeSlot);
  const e2 = load<u32>(mediumSlot);
  const e3 = load<u32>(replacedSlot);
  const e4 = load<u32>(smallSlot);
  const g1 = e1 & COLOUR_BITS;
  const g2 = e2 & COLOUR_BITS;
  const g3 = e3 & COLOUR_BITS;
  const g4 = e4 & COLOUR_BITS;
  const known1 = e1 >> 28 == (large & 15);
  const known2 = e2 >> 28 == (medium & 15);
  const known3 = e3 >> 28 == (replaced & 15);
  const known4 = e4 >> 28 == (small & 15);
  const pattern = <u32>(w == n) | <u32>(n == nw) << 1 | <u32>(n == ne) << 2 | <u32>(w == old) << 3;

  let found = false;
  let result: u32 = 0;
  // Which guesses were refused: a colour is never asked for twice.
  let tried1 = false;
  let tried2 = false;
  let tried3 = false;
  let tried4 = false;
  if (known1 && !(notLeft && g1 == w)) {
    const context = confidenceOf(e1) << 6 | pattern << 2 | <u32>(known2 && g1 == g2) << 1 |
      <u32>(known3 && g1 == g3);
    if (codeBit<D>(HIT_LARGE + <usize>context * 4, actual == g1)) {
      learn(largeSlot, large & 15, e1, g1);
      // A sure guess that held has nothing to teach the smaller neighbourhoods.
      if (confidenceOf(e1) < 3) {
        learn(mediumSlot, medium & 15, e2, g1);
        learn(replacedSlot, replaced & 15, e3, g1);
        learn(smallSlot, small & 15, e4, g1);
      }
      return g1;
    }
    tried1 = true;
  }
  if (known2 && !(tried1 && g2 == g1) && !(notLeft && g2 == w)) {
    const context = confidenceOf(e2) << 6 | pattern << 2 | <u32>tried1 << 1 |
      <u32>(known3 && g2 == g3);
    found = codeBit<D>(HIT_MEDIUM + <usize>context * 4, actual == g2);
    result = g2;
    tried2 = true;
  }
  if (
    !found && known3 && !(tried1 && g3 == g1) && !(tried2 && g3 == g2) && !(notLeft && g3 == w)
  ) {
    const context = confidenceOf(e3) << 6 | pattern << 2 | <u32>tried2 << 1 | <u32>tried1;
    found = codeBit<D>(HIT_REPLACED + <usize>context * 4, actual == g3);
    result = g3;
    tried3 = true;
  }
  if (
    !found && known4 && !(tried1 && g4 == g1) && !(tried2 && g4 == g2) && !(tried3 && g4 == g3) &&
    !(notLeft && g4 == w)
  ) {
    const context = confidenceOf(e4) << 6 | pattern << 2 | <u32>tried2 << 1 | <u32>tried1;
    found = codeBit<D>(HIT_SMALL + <usize>context * 4, actual == g4);
    result = g4;
    tried4 = true;
  }
  const simple = <usize>(pattern << 2 | <u32>tried2 << 1 | <u32>tried1) * 4;
  if (
    !found && !notLeft && !(tried1 && w == g1) && !(tried2 && w == g2) && !(tried3 && w == g3) &&
    !(tried4 && w == g4)
  ) {
    found = codeBit<D>(HIT_LEFT + simple, actual == w);
    result = w;
  }
  if (
    !found && n != w && !(tried1 && n == g1) && !(tried2 && n == g2) && !(tried3 && n == g3) &&
    !(tried4 && n == g4)
  ) {
    found = codeBit<D>(HIT_UP + simple, actual == n);
    result = n;
  }
  if (
    !found && old != w && old != n && !(tried1 && old == g1) && !(tried2 && old == g2) &&
    !(tried3 && old == g3) && !(tried4 && old == g4)
  ) {
    found = codeBit<D>(HIT_SAME + simple, actual == old);
    result = old;
  }
  if (!found) result = codeColour<D>(actual, w, n, nw);
  learn(largeSlot, large & 15, e1, result);
  learn(mediumSlot, medium & 15, e2, result);
  learn(replacedSlot, replaced & 15, e3, result);
  learn(smallSlot, small & 15, e4, result);
  return result;
}
