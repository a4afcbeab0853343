/**
 * What stands in one cell of a picture's grid: a stored tile or a colour, as one number.
 *
 * A tile of a single colour is the reference itself and is stored nowhere: about half of a desktop is that.
 */

/** 0 and above: the id of a stored tile. Below: `-1 - 0xRRGGBB`, every pixel of that colour. */
export type TileRef = number;

/** The tile that is all black. */
export const BLACK: TileRef = -1;

/** @param colour 0x000000 to 0xFFFFFF */
export function solidRef(colour: number): TileRef {
  return -1 - colour;
}

export function isSolidRef(ref: TileRef): boolean {
  return ref < 0;
}

/** The colour of a solid tile, 0xRRGGBB. */
export function colourOf(ref: TileRef): number {
  return -1 - ref;
}
