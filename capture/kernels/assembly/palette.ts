/**
 * Colours to indices of the session palette, through a hash table from colour to index.
 *
 * The table has 1024 slots for at most 255 colours, open addressing, linear probing. A slot is one u32:
 * the colour in the low 24 bits, index + 1 in the high 8; 0 is free. (Index 254 gives 255, so the sum fits.)
 */
const SLOTS: u32 = 1024;
const TABLE: usize = memory.data(1024 * 4, 16);
/** The colours by index, 0x00RRGGBB. */
const COLOURS: usize = memory.data(256 * 4, 16);
let size: i32 = 0;

const COLOUR_BITS: u32 = 0x00ffffff;
const ESCAPE: u8 = 255;

// @ts-ignore: decorator
@inline
function slotOf(colour: u32): u32 {
  return (colour * 0x9e3779b1) >> 22;
}

export function paletteReset(): void {
  memory.fill(TABLE, 0, SLOTS * 4);
  size = 0;
}

export function paletteSize(): i32 {
  return size;
}

/** Address of the palette's colours, u32 0x00RRGGBB each. */
export function paletteColours(): usize {
  return COLOURS;
}

/** The index of a colour, or 255. */
// @ts-ignore: decorator
@inline
function find(colour: u32): u8 {
  let slot = slotOf(colour);
  while (true) {
    const entry = load<u32>(TABLE + <usize>slot * 4);
    if (entry == 0) return ESCAPE;
    if ((entry & COLOUR_BITS) == colour) return <u8>((entry >> 24) - 1);
    slot = (slot + 1) & (SLOTS - 1);
  }
}

/** The index of a colour, appended if it is new and there is room; 255 if there is none. */
// @ts-ignore: decorator
@inline
function findOrAdd(colour: u32): u8 {
  let slot = slotOf(colour);
  while (true) {
    const entry = load<u32>(TABLE + <usize>slot * 4);
    if (entry == 0) {
      if (size == 255) return ESCAPE;
      store<u32>(TABLE + <usize>slot * 4, colour | <u32>(size + 1) << 24);
      store<u32>(COLOURS + <usize>size * 4, colour);
      size++;
      return <u8>(size - 1);
    }
    if ((entry & COLOUR_BITS) == colour) return <u8>((entry >> 24) - 1);
    slot = (slot + 1) & (SLOTS - 1);
  }
}

/**
 * Writes the patch as indices, then the escaped colours as r, g, b (docs/PROTOCOL.md, encoding 1).
 *
 * @param grow append new colours to the palette while there is room
 * @param out room for w × h × 4 bytes
 * @returns bytes written
 */
export function encodeIndexed(
  frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32, grow: bool, out: usize,
): i32 {
  let at = out;
  let escape = out + <usize>(w * h);
  let last: u32 = 0xffffffff;
  let index: u8 = 0;
  for (let row = y; row < y + h; row++) {
    let from = frame + <usize>(row * width + x) * 4;
    const end = from + <usize>w * 4;
    for (; from < end; from += 4) {
      const colour = load<u32>(from) & COLOUR_BITS;
      if (colour != last) {
        index = grow ? findOrAdd(colour) : find(colour);
        last = colour;
      }
      store<u8>(at++, index);
      if (index == ESCAPE) {
        store<u8>(escape, <u8>(colour >> 16));
        store<u8>(escape, <u8>(colour >> 8), 1);
        store<u8>(escape, <u8>colour, 2);
        escape += 3;
      }
    }
  }
  return <i32>(escape - out);
}

/** Distinct colours of the newest count, in a table of generations so that it needs no clearing. */
const SEEN: usize = memory.data(4096 * 8, 16);
let generation: u32 = 0;

/**
 * Counts the rectangle's colours that the palette does not have, each once, up to `limit`, and how many
 * pixels change colour from their left neighbour (0 for a flat area, nearly all in a photograph).
 *
 * @returns new colours (low 16 bits, at most `limit` <= 2048) and changes (high 16, at most 65535)
 */
export function surveyColours(
  frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32, limit: i32,
): u32 {
  generation++;
  let fresh = 0;
  let changes = 0;
  let last: u32 = 0xffffffff;
  for (let row = y; row < y + h; row++) {
    let from = frame + <usize>(row * width + x) * 4;
    const end = from + <usize>w * 4;
    for (; from < end; from += 4) {
      const colour = load<u32>(from) & COLOUR_BITS;
      if (colour == last) continue;
      last = colour;
      changes++;
      if (fresh < limit && find(colour) == ESCAPE && see(colour)) fresh++;
    }
  }
  return <u32>min(changes, 65535) << 16 | <u32>fresh;
}

/** Takes note of a colour; true when it is new in this generation. */
// @ts-ignore: decorator
@inline
function see(colour: u32): bool {
  let slot: u32 = (colour * 0x9e3779b1) >> 20;
  while (true) {
    const entry = SEEN + <usize>slot * 8;
    if (load<u32>(entry, 4) != generation) {
      store<u32>(entry, colour);
      store<u32>(entry, generation, 4);
      return true;
    }
    if (load<u32>(entry) == colour) return false;
    slot = (slot + 1) & 4095;
  }
}

/** How often each colour was met, one u16 a slot of the hash; colours may share one, which only adds up. */
const COUNTS: usize = memory.data(4096 * 2, 16);

/**
 * How many pixels of the rectangle have its most frequent colour: text and flat areas have a background,
 * photographs have none. At most 4096 pixels are counted.
 */
export function mostFrequent(frame: usize, width: i32, x: i32, y: i32, w: i32, h: i32): i32 {
  memory.fill(COUNTS, 0, 4096 * 2);
  let most: u16 = 0;
  for (let row = y; row < y + h; row++) {
    const start = frame + <usize>(row * width + x) * 4;
    for (let i = 0; i < w; i++) {
      const colour = load<u32>(start + <usize>i * 4) & COLOUR_BITS;
      const count = COUNTS + <usize>((colour * 0x9e3779b1) >> 20) * 2;
      const next: u16 = load<u16>(count) + 1;
      store<u16>(count, next);
      most = max(most, next);
    }
  }
  return most;
}
