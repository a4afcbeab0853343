/** A picture that was decoded. */
import type { Size } from "../geometry.ts";

/** Opaque pixels as sources give them: B, G, R and an unused byte, rows without padding. */
export interface Pixels extends Size {
  readonly bgrx: Uint8Array<ArrayBuffer>;
}
