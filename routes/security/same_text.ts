/**
 * Comparing secrets without telling, by the time it takes, how much of them was right.
 */
import { createHash, timingSafeEqual } from "node:crypto";

/** True when both are the same. Takes the same time wherever they differ; digests make the lengths equal. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
